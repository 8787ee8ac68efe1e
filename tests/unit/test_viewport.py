"""Moving through a log by rows: no row is skipped or shown twice, and both ends hold."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from app.dashboard.drawing.painted import thumb
from app.dashboard.log.viewport import View, end_view, moved, view_at
from app.logs.window import Line


@dataclass(frozen=True)
class Memory:
    """A log in memory: each line says how many rows it takes."""

    rows: tuple[int, ...]

    def lines(self) -> list[Line]:
        """All lines; each is ten bytes long and holds its number of rows."""
        return [Line(10 * at, 10 * at + 10, bytes([rows])) for at, rows in enumerate(self.rows)]

    def size(self) -> int:
        """Bytes."""
        return 10 * len(self.rows)

    def tail(self, count: int) -> list[Line]:
        """The last lines."""
        return self.lines()[-count:] if count else []

    def before(self, offset: int, count: int) -> list[Line]:
        """The lines before an offset."""
        return [line for line in self.lines() if line.offset < offset][-count:]

    def after(self, offset: int, count: int) -> list[Line]:
        """The lines from an offset on."""
        return [line for line in self.lines() if line.end > offset][:count]


def rows_of(line: Line) -> int:
    """As many as the line says."""
    return line.raw[0]


def places(view: View) -> list[tuple[int, int]]:
    """Line number and row of everything in view."""
    return [(row.line.offset // 10, row.index) for row in view.rows]


def everything(log: Memory) -> list[tuple[int, int]]:
    """Line number and row of everything there is."""
    return [(number, index) for number, rows in enumerate(log.rows) for index in range(rows)]


LOGS = st.builds(Memory, st.lists(st.integers(1, 7), max_size=30).map(tuple))
HEIGHTS = st.integers(1, 12)


@given(LOGS, HEIGHTS)
def test_the_end_is_the_last_rows(log: Memory, height: int) -> None:
    view = end_view(log.tail(height), height, rows_of)
    assert places(view) == everything(log)[-height:]
    assert view.at_end


@given(LOGS, HEIGHTS, st.lists(st.integers(-15, 15), max_size=12))
def test_moving_is_moving_through_all_rows(log: Memory, height: int, moves: list[int]) -> None:
    whole = everything(log)
    last_top = max(0, len(whole) - height)
    top, view = last_top, end_view(log.tail(height), height, rows_of)
    for by in moves:
        top = max(0, min(top + by, last_top))
        view = moved(log, view, by, height, rows_of)
        assert places(view) == whole[top : top + height]
        assert view.at_end is (top == last_top)


@given(LOGS, HEIGHTS)
def test_the_beginning_is_the_first_rows(log: Memory, height: int) -> None:
    view = view_at(log, 0, 0, height, rows_of)
    assert places(view) == everything(log)[:height]


def test_a_log_cut_short_shows_its_new_end() -> None:
    view = end_view(Memory((1,) * 30).tail(5), 5, rows_of)
    assert places(moved(Memory((1, 1, 1)), view, 1, 5, rows_of)) == [(0, 0), (1, 0), (2, 0)]


def test_thumb_stands_where_the_view_is() -> None:
    assert list(thumb(10, 0.0, 1.0)) == []
    assert list(thumb(10, 0.0, 0.3)) == [0, 1, 2]
    assert list(thumb(10, 0.7, 1.0)) == [7, 8, 9]
    assert list(thumb(10, 0.999, 0.9999)) == [9]
    assert list(thumb(10, 0.5, 0.5001)) == [5]
    assert list(thumb(0, 0.0, 0.5)) == []


@given(st.integers(1, 60), st.floats(0, 1), st.floats(0, 1))
def test_thumb_is_never_off_the_bar(height: int, one: float, other: float) -> None:
    rows = thumb(height, min(one, other), max(one, other))
    assert all(0 <= row < height for row in rows)
