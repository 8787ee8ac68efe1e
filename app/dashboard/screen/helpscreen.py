"""The help: every key and command of the one table, by group."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from app.dashboard.input.choices import TASK_WORDS
from app.dashboard.keys import MOVES, bindings
from app.model.commands import ANSWER, APPROVAL, CHANGES, COMMANDS, GROUPS, all_keys

_KEY_CELLS, _KEY_CELLS_NARROW, _ROOMY = 18, 15, 60
_WIDEST, _FRAME_CELLS = 76, 6
_PLACES = {ANSWER: "Under a question", APPROVAL: "Before an agent runs", CHANGES: "In the changes"}


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
        *bindings(MOVES),
    ]

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        with VerticalScroll(can_focus=False) as page:
            page.border_title = "keys and commands"
            page.border_subtitle = "esc closes"
            yield Static(id="help")

    def on_resize(self) -> None:
        """Break the lines for the width there is."""
        self.query_one("#help", Static).update(help_content(min(_WIDEST, self.size.width) - _FRAME_CELLS))

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


def help_content(width: int = 72) -> Content:
    """The whole help as styled text, in lines of at most ``width`` cells."""
    sections = (*_keys(), *_commands(), *_words())
    return Content("\n").join(line for section in sections for line in _lines(section, width))


Section = tuple[str, list[tuple[str, str]]]
"""A heading, and under it what is pressed or typed with what it does."""


def _keys() -> Iterator[Section]:
    """The keys by group; those that mean this in one place only stand under the name of that place."""
    for group in GROUPS:
        for place, heading in {"": group, **_PLACES}.items():
            keys = [key for key in all_keys() if key.group == group]
            found = [
                (key.shown, key.help) for key in keys if place == (key.where if key.where in _PLACES else "")
            ]
            if found:
                yield heading, found


def _commands() -> Iterator[Section]:
    yield "In the input bar", [(f"/{command.name}", command.help) for command in COMMANDS if command.slash]


def _words() -> Iterator[Section]:
    yield "In the text of a task", list(TASK_WORDS)


def _lines(section: Section, width: int) -> Iterator[Content]:
    heading, entries = section
    yield Content.styled(heading, "bold")
    left = _KEY_CELLS if width >= _ROOMY else _KEY_CELLS_NARROW
    for keys, what in entries:
        first, *rest = wrap(what, max(12, width - left - 3)) or [""]
        yield Content.assemble((f"  {keys:<{left}} ", "bold $accent"), first)
        yield from (Content(f"{'':<{left + 3}}{line}") for line in rest)
    yield Content("")
