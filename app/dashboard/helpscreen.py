"""The help: every key and command of the one table, by group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from app.dashboard.choices import TASK_WORDS
from app.dashboard.keys import MOVES, bindings
from app.model.commands import COMMANDS, GROUPS, Command, Key, all_keys

_KEY_CELLS = 18


class HelpScreen(ModalScreen[None]):
    """All keys, then all slash commands; any of the closing keys goes back to where one was."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > VerticalScroll {
        width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
        border: round $border; background: $background;
    }
    HelpScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "close", show=False),
        *bindings({**MOVES}),
    ]

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        with VerticalScroll(can_focus=False) as page:
            page.border_title = "keys and commands"
            page.border_subtitle = "esc closes"
            yield Static(help_content())

    def action_move(self, rows: int) -> None:
        """Scroll by rows."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by screens; one row stays in view."""
        self.action_move(pages * max(1, self.query_one(VerticalScroll).size.height - 1))

    def action_first(self) -> None:
        """Scroll to the beginning."""
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_last(self) -> None:
        """Scroll to the end."""
        self.query_one(VerticalScroll).scroll_end(animate=False)


def help_content() -> Content:
    """The whole help as styled text."""
    return Content("\n").join([*_key_lines(), *_command_lines(), *_input_lines()])


def _key_lines() -> Iterator[Content]:
    for group in GROUPS:
        keys = [key for key in all_keys() if key.group == group]
        if keys:
            yield Content.styled(group, "bold")
            yield from (_line(key.shown, _what(key)) for key in keys)
            yield Content("")


def _what(key: Key) -> str:
    return key.help if key.where != "log" else f"{key.help} (in the log)"


def _command_lines() -> Iterator[Content]:
    yield Content.styled("In the input bar", "bold")
    for command in COMMANDS:
        if command.slash:
            yield _line(_usage(command), command.help)
    yield Content("")


def _usage(command: Command) -> str:
    return f"/{command.name}"


def _input_lines() -> Iterator[Content]:
    yield Content.styled("In the text of a task", "bold")
    for typed, what in TASK_WORDS:
        yield _line(typed, what)


def _line(left: str, right: str) -> Content:
    return Content.assemble((f"  {left:<{_KEY_CELLS}} ", "bold $accent"), right)
