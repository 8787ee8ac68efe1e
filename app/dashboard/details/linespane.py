"""A pane of lines that are laid out anew for each width, and scrolled by the same keys as the log."""

from __future__ import annotations

from textual.strip import Strip

from app.dashboard.details.markdown import Line
from app.dashboard.drawing.painted import thumb
from app.dashboard.drawing.scrolled import Scrolled
from app.dashboard.keys import MOVES, bindings
from app.dashboard.table.rowpaint import THUMB

_INKS = {
    "": ("foreground", False),
    "heading": ("foreground", True),
    "bold": ("foreground", True),
    "code": ("accent", False),
    "quote": ("muted", False),
    "mark": ("muted", False),
    "asks": ("state-asking", True),
    "added": ("state-complete", False),
    "removed": ("state-failed", False),
}


class LinesPane(Scrolled, can_focus=True):
    """Shows lines of styled runs; what they are is said by ``lay_out``."""

    BINDINGS = bindings(MOVES)
    ALLOW_MAXIMIZE = True

    DEFAULT_CSS = """
    LinesPane { height: 1fr; padding: 0 0 0 1; background: $background; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []
        self._top = 0

    def lay_out(self, width: int) -> list[Line]:
        """The lines in ``width`` cells, sanitised."""
        raise NotImplementedError

    def lay_anew(self, *, from_top: bool = False) -> None:
        """Lay the lines out anew; nothing is repainted when they are what they were."""
        if from_top:
            self._top = 0
        if not self.size:
            return
        before = self._lines, self._top
        self._lines = self.lay_out(max(8, self.size.width - 2))
        self._top = max(0, min(self._top, len(self._lines) - self.size.height))
        if from_top or (self._lines, self._top) != before:
            self.refresh()

    # Moving

    def action_first(self) -> None:
        """Scroll to the beginning."""
        self._go(0)

    def action_last(self) -> None:
        """Scroll to the end."""
        self._go(len(self._lines))

    def shift_view(self, rows: int) -> None:
        """Scroll by rows."""
        self._go(self._top + rows)

    def _go(self, top: int) -> None:
        top = max(0, min(top, len(self._lines) - self.size.height))
        if top != self._top:
            self._top = top
            self.refresh()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.lay_anew()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One line of what is in view."""
        width, ground = self.size.width - 1, self.ink()
        line = self._lines[self._top + y] if self._top + y < len(self._lines) else ()
        pieces = [(text, self.ink(_INKS[kind][0], bold=_INKS[kind][1])) for text, kind in line]
        total = max(1, len(self._lines))
        in_thumb = y in thumb(self.size.height, self._top / total, (self._top + self.size.height) / total)
        mark = self.strip([(THUMB if in_thumb else " ", self.ink("rule"))], 1, ground)
        return Strip.join([self.strip(pieces, width, ground), mark])
