"""Which rows of a log are in view: moving through a file by offsets, a window at a time.

A line of the log may take several rows of the screen; how many is the caller's business (``rows_of``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.logs.window import Line

RowsOf = Callable[[Line], int]
"""How many rows of the screen a line takes, at least one."""


class Source(Protocol):
    """What is needed of a log: see ``app.logs.window.LogFile``."""

    def size(self) -> int:
        """Bytes in the file."""

    def tail(self, count: int) -> list[Line]:
        """The last lines, oldest first."""

    def before(self, offset: int, count: int) -> list[Line]:
        """The lines before an offset, oldest first."""

    def after(self, offset: int, count: int) -> list[Line]:
        """The lines from an offset on."""


@dataclass(frozen=True, slots=True)
class ViewRow:
    """One row of the screen: the row ``index`` of a line, 0 being its first."""

    line: Line
    index: int


@dataclass(frozen=True, slots=True)
class View:
    """The rows in view, from the top. ``at_end`` says whether the last one is the log's last."""

    rows: tuple[ViewRow, ...] = ()
    at_end: bool = True

    @property
    def start(self) -> int:
        """The offset of the first byte in view."""
        return self.rows[0].line.offset if self.rows else 0

    @property
    def end(self) -> int:
        """The offset behind the last byte in view."""
        return self.rows[-1].line.end if self.rows else 0


def end_view(lines: Sequence[Line], height: int, rows_of: RowsOf) -> View:
    """The view of the end, from the last lines of the log."""
    return View(tuple(_rows(lines, rows_of)[-height:]) if height > 0 else ())


def view_at(source: Source, offset: int, index: int, height: int, rows_of: RowsOf) -> View:
    """The view whose first row is row ``index`` of the line at ``offset``.

    Where the log ends sooner, the view of its end.
    """
    lines = source.after(offset, index + height)
    rows = _rows(lines, rows_of)[index:]
    ended = not lines or lines[-1].end >= source.size()
    if ended and len(rows) <= height:
        return end_view(source.tail(height), height, rows_of)
    return View(tuple(rows[:height]), at_end=False)


def moved(source: Source, view: View, by: int, height: int, rows_of: RowsOf) -> View:
    """The view ``by`` rows further down, or up when negative; it stops at both ends of the log."""
    if not view.rows:
        return end_view(source.tail(height), height, rows_of)
    top = view.rows[0]
    if by >= 0:
        return view_at(source, top.line.offset, top.index + by, height, rows_of)
    if top.index + by >= 0:
        return view_at(source, top.line.offset, top.index + by, height, rows_of)
    above = _rows(source.before(top.line.offset, -by), rows_of)
    if not above:
        return view_at(source, top.line.offset, 0, height, rows_of)
    first = above[max(0, len(above) + top.index + by)]
    return view_at(source, first.line.offset, first.index, height, rows_of)


def read_again(source: Source, view: View, height: int, rows_of: RowsOf, *, following: bool) -> View:
    """The view as the log is now: its end, or from the row on that was at the top."""
    if following or not view.rows:
        return end_view(source.tail(height), height, rows_of)
    top = view.rows[0]
    return view_at(source, top.line.offset, min(top.index, rows_of(top.line) - 1), height, rows_of)


def bounds_of(view: View, size: int) -> tuple[float, float]:
    """Where a view of a log of ``size`` bytes begins and ends: 0 to 1 where all is seen."""
    whole = view.at_end and view.start == 0 and (not view.rows or view.rows[0].index == 0)
    size = max(1, size)
    return (0.0, 1.0) if whole else (view.start / size, 1.0 if view.at_end else view.end / size)


def _rows(lines: Sequence[Line], rows_of: RowsOf) -> list[ViewRow]:
    return [ViewRow(line, index) for line in lines for index in range(rows_of(line))]
