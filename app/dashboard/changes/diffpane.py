"""Shows one difference: in one column, or side by side where there is room; only what is in view is drawn."""

from __future__ import annotations

from bisect import bisect_right
from functools import partial

from textual.message import Message
from textual.strip import Strip

from app.dashboard.changes.colouring import BLOCK
from app.dashboard.changes.difflines import SIDE_BY_SIDE
from app.dashboard.changes.difftable import DiffTable
from app.dashboard.drawing.cells import cut, fit, width_of
from app.dashboard.drawing.painted import Piece, thumb
from app.dashboard.drawing.scrolled import Scrolled
from app.dashboard.keys import MOVES, bindings
from app.dashboard.table.rowpaint import CURSOR, THUMB
from app.logs.sanitise import sanitise
from app.workspace.hunks import Row

SHIFT = 12
"""Cells that one press scrolls to the side."""


class DiffPane(Scrolled, can_focus=True):
    """The difference of a file or of a commit, with a mark at the change that n and N have found."""

    BINDINGS = bindings(
        {
            **MOVES,
            "diff": "shift(1)",
            "files": "leave",
            "hunk": "hunk(1)",
            "hunk-before": "hunk(-1)",
            "file": "file(1)",
            "file-before": "file(-1)",
            "editor-at": "edit",
            "pager": "page_out",
        }
    )
    ALLOW_SELECT = False
    ALLOW_MAXIMIZE = True
    DEFAULT_CSS = """
    DiffPane { height: 1fr; background: $background; color: $foreground; }
    """

    class Left(Message):
        """The list of files is wanted again."""

    class FileWanted(Message):
        """The next file is wanted, or the one before; from its ``last`` change on."""

        def __init__(self, step: int, *, last: bool = False) -> None:
            super().__init__()
            self.step = step
            self.last = last

    class EditorWanted(Message):
        """The file is wanted in an editor, at a line counted from 1."""

        def __init__(self, path: str, line: int) -> None:
            super().__init__()
            self.path = path
            self.line = line

    class PagerWanted(Message):
        """The whole difference is wanted in a pager."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._table: DiffTable | None = None
        self._note = ""
        self._where = ""
        self._top = self._shift = 0
        self._hunk = 0
        self._two = False
        self._colouring: set[int] = set()

    @property
    def table(self) -> DiffTable | None:
        """The difference in the pane."""
        return self._table

    def show(self, table: DiffTable | None, note: str = "", where: str = "", *, last: bool = False) -> None:
        """Show a difference from its first change on, or from its ``last``; without one say why.

        ``where`` says which of the files it is. The one shown before is closed.
        """
        if self._table is not None:
            self._table.close()
        self._table, self._note, self._where = table, sanitise(note), where
        self._top = self._shift = 0
        self._hunk = len(table.hunks) - 1 if table is not None and last else 0
        self._colouring.clear()
        if last:
            self._bring_hunk()
        self._want_colours()
        self.refresh()

    def close(self) -> None:
        """Let the difference go."""
        if self._table is not None:
            self._table.close()
            self._table = None

    # Moving

    @property
    def _rows(self) -> int:
        return self._table.rows(two=self._two) if self._table else 0

    @property
    def _height(self) -> int:
        return max(1, self.size.height - 1)

    def action_first(self) -> None:
        """Scroll to the beginning."""
        self._go(0)

    def action_last(self) -> None:
        """Scroll to the end."""
        self._go(self._rows)

    def shift_view(self, rows: int) -> None:
        """Scroll by rows."""
        self._go(self._top + rows)

    def action_shift(self, steps: int) -> None:
        """Scroll to the side."""
        self._shift = max(0, self._shift + steps * SHIFT)
        self.refresh()

    def action_leave(self) -> None:
        """Scroll back to the left edge; from there back to the list."""
        if self._shift:
            self.action_shift(-1)
        else:
            self.post_message(self.Left())

    def action_hunk(self, step: int) -> None:
        """Go to the next change, or the one before; behind the last one to the next file."""
        if self._table is None or not 0 <= self._hunk + step < len(self._table.hunks):
            self.post_message(self.FileWanted(step, last=step < 0))
            return
        self._hunk += step
        self._bring_hunk()
        self.refresh()

    def action_file(self, step: int) -> None:
        """Go to the next file, or the one before."""
        self.post_message(self.FileWanted(step))

    def action_edit(self) -> None:
        """Open the file in an editor, at the change that is marked, or at what stands on top."""
        table = self._table
        if table is not None and table.path is not None:
            line = table.target(self._line_of_interest(table))
            self.post_message(self.EditorWanted(table.path, line or 1))

    def action_page_out(self) -> None:
        """Read all of it in a pager."""
        self.post_message(self.PagerWanted())

    def _line_of_interest(self, table: DiffTable) -> int:
        if table.hunks:
            row = table.row_of(table.hunks[self._hunk], two=self._two)
            if self._top <= row < self._top + self._height:
                return table.hunks[self._hunk]
        return table.line_at(self._top, two=self._two) if self._rows else 0

    def _bring_hunk(self) -> None:
        if self._table is not None and self._table.hunks:
            self._top = self._bounded(self._table.row_of(self._table.hunks[self._hunk], two=self._two))
            self._want_colours()

    def _bounded(self, top: int) -> int:
        return max(0, min(top, self._rows - self._height))

    def _go(self, top: int) -> None:
        top = self._bounded(top)
        if top == self._top or self._table is None:
            return
        self._top = top
        line = self._table.line_at(top, two=self._two)
        self._hunk = max(0, bisect_right(self._table.hunks, line) - 1)
        self._want_colours()
        self.refresh()

    def on_resize(self) -> None:
        """Stand in one column or in two, at the same line."""
        two = self.size.width >= SIDE_BY_SIDE
        if self._table is not None and self._rows and two != self._two:
            line = self._table.line_at(self._top, two=self._two)
            self._two = two
            self._top = self._table.row_of(line, two=two)
        self._two = two
        self._top = self._bounded(self._top)
        self._want_colours()

    # Colouring

    def _want_colours(self) -> None:
        """Have a thread colour the blocks in view; until then they are plain."""
        table = self._table
        if table is None or not self._rows or not self.is_mounted:
            return
        first = table.line_at(self._top, two=self._two)
        last = table.line_at(min(self._top + self._height, self._rows - 1), two=self._two)
        for block in table.colours.missing(min(first, last), max(first, last)):
            if block not in self._colouring:
                self._colouring.add(block)
                rows = table.text.rows(block, BLOCK)
                work = partial(self._lex, table, block, rows)
                self.run_worker(work, thread=True, exit_on_error=False)

    def _lex(self, table: DiffTable, block: int, rows: tuple[Row, ...]) -> None:
        table.colours.colour(block, rows)
        self.app.call_from_thread(self._coloured, table, block)

    def _coloured(self, table: DiffTable, block: int) -> None:
        if table is self._table:
            self._colouring.discard(block)
            self.refresh()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """The heading, or one row of the difference."""
        width, ground = self.size.width - 1, self.ink()
        if y == 0:
            return self.strip(self._heading(self.size.width), self.size.width, ground)
        row = self._top + y - 1
        total = max(1, self._rows)
        bar = thumb(self._height, self._top / total, (self._top + self._height) / total)
        mark = self.strip([(THUMB if y - 1 in bar else " ", self.ink("rule"))], 1, ground)
        return Strip.join([self._row(row, width), mark])

    def _heading(self, width: int) -> list[Piece]:
        table = self._table
        title = table.title if table else ""
        count = len(table.hunks) if table else 0
        place = f"change {self._hunk + 1} of {count}" if count else ""
        facts = " · ".join(part for part in (place, self._where) if part)
        room = max(8, width - width_of(facts) - 4)
        return [
            (" " + fit(cut(title, room), room), self.ink("foreground", bold=True)),
            ("  " + facts, self.ink("muted")),
        ]

    def _row(self, row: int, width: int) -> Strip:
        ground = self.ink()
        if self._table is None or not self._rows:
            said = self._note if row == self._top + 1 else ""
            return self.strip([(f"  {cut(said, width - 2)}", self.ink("muted"))], width, ground)
        if row >= self._rows:
            return Strip.blank(width, ground)
        pieces = self._table.pieces(row, width - 1, self._shift, two=self._two)
        marked = (
            self._table.hunks
            and self._table.row_of(self._table.hunks[self._hunk], two=False)
            == self._table.line_at(row, two=self._two) - self._table.skipped
        )
        edge = (CURSOR if marked else " ", self.ink("accent"))
        inks = [(text, self.ink(colour, ground=back)) for text, colour, back in pieces]
        return self.strip([edge, *inks], width, ground)
