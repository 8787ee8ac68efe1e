"""Table and details sharing the room: side by side in height, or one at a time where there is little."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from app.dashboard.details.details import Details
from app.dashboard.table.table import TaskTable
from app.registry.paths import Home

SHORT = 16
"""Below this height of the terminal there is room for the table or the details, not for both."""

FEWEST_ROWS = 5
TABLE_SHARE = 0.45


def table_height(rows: int, height: int) -> int:
    """Lines for a table of ``rows`` tasks, headings included, out of ``height`` for both."""
    return min(max(rows + 1, 2), max(FEWEST_ROWS, int(height * TABLE_SHARE)))


class Stage(Vertical):
    """The table, and under it the details of the task at its cursor.

    ``zoomed`` gives all the room to one of them. Without tasks there are no details.
    """

    DEFAULT_CSS = """
    Stage { height: 1fr; }
    """

    def __init__(self, home: Home) -> None:
        super().__init__(id="stage")
        self.table = TaskTable(id="table")
        self.details = Details(home)
        self.details.display = False
        self.zoomed = False
        self._in_details = False
        self._shared: tuple[bool, bool, int] | None = None

    def compose(self) -> ComposeResult:
        """The table on top."""
        yield self.table
        yield self.details

    def on_resize(self) -> None:
        """Share out the room anew."""
        self.share_out()

    def bring(self, pane: str) -> Widget:
        """Bring ``table`` or ``details`` into view; gives back the widget that takes the focus."""
        self._in_details = pane == "details" and self.details.shown is not None
        self.share_out()
        return self.details.pane if self._in_details else self.table

    def zoom(self, pane: str) -> None:
        """Give all the room to ``table`` or ``details``, or take it back."""
        self.zoomed = not self.zoomed
        self.bring(pane)

    def share_out(self) -> None:
        """Show both, or the one in use where there is room for one only; cheap when nothing changes."""
        single = self.zoomed or self.app.size.height < SHORT
        details = self.details.shown is not None and (self._in_details or not single)
        table = not (single and details)
        height = table_height(len(self.table.tasks), self.size.height) if details and table else 0
        if (details, table, height) == self._shared:
            return
        self._shared = (details, table, height)
        self.details.display, self.table.display = details, table
        self.table.styles.height = height or "1fr"
