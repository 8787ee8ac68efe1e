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
        Binding("j", "screen.scroll_help(1)", show=False),
        Binding("k", "screen.scroll_help(-1)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        with VerticalScroll() as page:
            page.border_title = "keys and commands"
            page.border_subtitle = "esc closes"
            yield Static(help_content())

    def action_scroll_help(self, lines: int) -> None:
        """Scroll by so many lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


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


TASK_WORDS = (
    ("@agent", "who does the work"),
    ("p:high", "priority: critical, high, normal or low"),
    ("t:30m", "stop it after this time; t:none for no limit"),
    ("after:8", "start once #8 is complete"),
    ("in:packages/api", "the folder to work in"),
    ("name:short-name", "a name of your own"),
    ("+tag", "a word to find it by"),
    ("commit:yes", "commit what the worker fixed; commit:no never does"),
    ("!make test", "run a shell command as it is"),
    ('"p:low" \\p:low', "quoted or with a backslash it is text, not an option"),
    ("tab", "complete; ↑ ↓ what you typed before; ctrl+j a new line; ctrl+g your editor"),
)
"""What may stand in a task's text, beside the text."""


def _line(left: str, right: str) -> Content:
    return Content.assemble((f"  {left:<{_KEY_CELLS}} ", "bold $accent"), right)
