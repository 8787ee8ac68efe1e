"""The rows of one difference as a pane counts them: in one column or two, without git's own headings."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from app.dashboard.changes.colouring import BLOCK, Colours, plain
from app.dashboard.changes.difflines import Piece, half, unified
from app.workspace.difftext import DiffText
from app.workspace.hunks import NONE, Line

_HUNK = Line.HUNK.value
_DIVIDER: Piece = ("│", "rule", "")


@dataclass(slots=True)
class DiffTable:
    """A difference ready to be shown. ``title`` names the file, ``path`` is where it lies now, if it does."""

    text: DiffText
    colours: Colours
    title: str
    path: str | None = None
    skipped: int = 0
    hunks: array[int] = field(default_factory=lambda: array("I"))
    digits: int = 1

    @classmethod
    def of(
        cls, text: DiffText, colours: Colours, title: str, path: str | None = None, *, one_file: bool = True
    ) -> DiffTable:
        """Find out where the changes are; ``one_file`` needs no headings of git's, but a title."""
        kinds = text.index.kinds
        hunks = array("I")
        at = kinds.find(_HUNK)
        while at >= 0:
            hunks.append(at)
            at = kinds.find(_HUNK, at + 1)
        skipped = hunks[0] if one_file and hunks else 0
        highest = max(max(text.index.old, default=0), max(text.index.new, default=0))
        return cls(text, colours, title, path, skipped, hunks, len(str(highest)))

    def close(self) -> None:
        """Let the difference go."""
        self.text.close()

    def rows(self, *, two: bool) -> int:
        """How many rows there are, in one column or in ``two``."""
        return (len(self.text.sides) if two else len(self.text)) - self.skipped

    def line_at(self, row: int, *, two: bool) -> int:
        """The line of the difference that stands in a row."""
        row += self.skipped
        if not two:
            return min(row, len(self.text) - 1)
        sides = self.text.sides
        left, right = sides.left[row], sides.right[row]
        return right if left == NONE else left

    def row_of(self, line: int, *, two: bool) -> int:
        """The row that a line of the difference stands in."""
        if not two:
            return line - self.skipped
        sides = self.text.sides
        for side in (sides.left, sides.right):
            try:
                return side.index(line) - self.skipped
            except ValueError:
                continue
        return 0

    def target(self, line: int) -> int | None:
        """The line of the new file that an editor opens at, for a line of the difference."""
        for row in self.text.rows(line, BLOCK):
            if row.new is not None and row.line is not Line.SAME:
                return row.new
        return next((row.new for row in self.text.rows(line, BLOCK) if row.new is not None), None)

    def pieces(self, row: int, width: int, shift: int, *, two: bool) -> tuple[Piece, ...]:
        """What stands in a row, in exactly so many cells."""
        if not two:
            number = row + self.skipped
            line = self.text.row(number)
            return unified(line, self.colours.of(number, line), self.digits, width, shift)
        sides = self.text.sides
        left, right = sides.left[row + self.skipped], sides.right[row + self.skipped]
        if left == right:
            line = self.text.row(left)
            if line.line in (Line.HUNK, Line.HEAD):
                return unified(line, plain(line), self.digits, width, 0)
        middle = (width - 1) // 2
        return (
            *self._half(left, middle, shift, old=True),
            _DIVIDER,
            *self._half(right, width - 1 - middle, shift, old=False),
        )

    def _half(self, number: int, width: int, shift: int, *, old: bool) -> tuple[Piece, ...]:
        line = None if number == NONE else self.text.row(number)
        text = () if line is None else self.colours.of(number, line)
        return half(line, text, self.digits, width, shift, old=old)
