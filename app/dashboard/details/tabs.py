"""The rule over the lower pane: which task it shows, what can be seen of it, and whether it follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from app.dashboard.drawing.cells import cut, width_of
from app.dashboard.drawing.painted import Painted
from app.logs.sanitise import sanitise

RULE = "─"
"""What the line is made of."""

_EDGE = RULE * 2
_SHORTEST_TITLE = 20
_WIDEST_RIGHT_RULE = 15
# Both edges, the blanks around the title, and what must be left of the rule behind it.
_RULES = 2 * len(_EDGE) + 2 + 1
_BY_NOTE = 3
"""How much more of the rules must be left where a note stands."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of the line: ``rule``, ``title``, ``tab``, ``active`` or ``note``; a tab knows its name."""

    text: str
    kind: str
    tab: str | None = None


def tab_runs(width: int, title: str, tabs: Sequence[str], active: str, note: str = "") -> list[Run]:
    """The line ``── title ──── log  summary ──── note ──`` in ``width`` cells.

    The note leaves first, then the title is cut; the tabs stay.
    """
    strip = _tab_strip(tabs, active)
    tabs_width = sum(width_of(run.text) for run in strip)
    note = f" {note} " if note else ""
    room = width - tabs_width - _RULES
    if room - width_of(note) - _BY_NOTE < min(width_of(title), _SHORTEST_TITLE):
        note = ""
    title = cut(title, max(0, room - (width_of(note) + _BY_NOTE if note else 0)))
    title = f" {title} " if title else ""
    free = max(0, width - 2 * len(_EDGE) - width_of(title) - tabs_width - width_of(note))
    right = min(_WIDEST_RIGHT_RULE, max(2, free // 3)) if note else 0
    return [
        Run(_EDGE, "rule"),
        Run(title, "title"),
        Run(RULE * (free - right), "rule"),
        *strip,
        Run(RULE * right, "rule"),
        Run(note, "note"),
        Run(_EDGE, "rule"),
    ]


def _tab_strip(tabs: Sequence[str], active: str) -> list[Run]:
    runs: list[Run] = []
    for tab in tabs:
        runs += [Run("  " if runs else " ", "tab"), Run(tab, "active" if tab == active else "tab", tab)]
    return [*runs, Run(" ", "tab")] if runs else []


def tab_at(runs: Sequence[Run], x: int) -> str | None:
    """The tab that stands at a cell of the line."""
    for run in runs:
        if 0 <= x < width_of(run.text):
            return run.tab
        x -= width_of(run.text)
    return None


class TabsLine(Painted):
    """The rule with the tabs; a click on a tab tells which one."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TabsLine { height: 1; background: $background; color: $foreground; }
    """

    class Selected(Message):
        """A tab was clicked."""

        def __init__(self, tabs: TabsLine, tab: str) -> None:
            super().__init__()
            self.tabs = tabs
            self.tab = tab

        @property
        def control(self) -> TabsLine:
            """The line it came from."""
            return self.tabs

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._shown: tuple[str, tuple[str, ...], str, str] = ("", (), "", "")

    def show(
        self, title: str, tabs: Sequence[str] = ("log", "summary"), active: str = "log", note: str = ""
    ) -> None:
        """Show a task's title, the tabs, the active one and a note such as ``following``."""
        shown = (sanitise(title), tuple(tabs), active, sanitise(note))
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Tell which tab was clicked."""
        if (tab := tab_at(self._runs(), event.x)) is not None:
            self.post_message(self.Selected(self, tab))

    def _runs(self) -> list[Run]:
        title, tabs, active, note = self._shown
        return tab_runs(self.size.width, title, tabs, active, note)

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """The line."""
        inks = {
            "rule": self.ink("rule"),
            "title": self.ink("foreground", bold=True),
            "tab": self.ink("muted"),
            "active": self.ink("accent", bold=True, underline=True),
            "note": self.ink("muted"),
        }
        return self.strip(((run.text, inks[run.kind]) for run in self._runs()), self.size.width, self.ink())
