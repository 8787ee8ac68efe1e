"""Which columns the table has at which width, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Column(StrEnum):
    """The columns in their order; the value is the heading."""

    LEAD = ""
    NUMBER = "#"
    NAME = "Task"
    AGENT = "Agent"
    STATUS = "Status"
    PROGRESS = "Progress"
    TIME = "Time"
    USUAL = "Usual"
    LAST = "Last line"


@dataclass(frozen=True, slots=True)
class Place:
    """One column on the screen, in cells: ``x`` from the left edge."""

    column: Column
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one width. ``bar`` says whether progress has its bar beside the count."""

    width: int
    places: tuple[Place, ...]
    bar: bool

    def place(self, column: Column) -> Place | None:
        """Where a column stands, or None where it has left."""
        return next((place for place in self.places if place.column is column), None)


WIDE_FROM = 120
"""The narrowest width that has room for a second word beside the status."""

WIDEST_FROM = 150
"""The narrowest width that has room for several words beside the status."""

LAST_FROM = 100
"""The narrowest width that has the last line."""

USUAL_FROM = 96
"""The narrowest width that says how long tasks of this kind usually take."""

AGENT_FROM = 88
"""The narrowest width that has the agent."""

BAR_FROM = 72
"""The narrowest width that has the progress bar; the count stays."""

STATUS_FROM = 60
"""The narrowest width that has more than glyph, number, name and time."""

_LEAD, _TIME, _AGENT, _BAR, _COUNT, _USUAL = 4, 6, 8, 18, 12, 8
_BAR_BESIDE_USUAL = 13
_STATUS, _STATUS_WIDE, _STATUS_WIDEST = 10, 17, 26  # "quiet 1h05", "complete 2 denied"
_NAME_MOST, _NAME_ENOUGH = 44, 26
_LAST = 16  # a short question or error, whole


@lru_cache(maxsize=64)
def layout(width: int, digits: int = 2) -> Layout:
    """The columns of a table ``width`` cells wide whose longest number has ``digits`` digits.

    They leave from the right: last line, usual, agent, progress bar, and below 60 cells all but glyph,
    number, name and time. They depend on nothing but these two, so that no column moves when a task says
    something.
    """
    bar = width >= BAR_FROM
    fixed = _fixed_widths(width, max(2, digits), bar)
    free = width - _taken(fixed)
    name, progress, last = _share(free, width, Column.PROGRESS in fixed)
    sizes = {**fixed, Column.NAME: name}
    if Column.PROGRESS in fixed:
        sizes[Column.PROGRESS] += progress
    if width >= LAST_FROM:
        sizes[Column.LAST] = last
    return Layout(width, _places(sizes), bar)


def _fixed_widths(width: int, digits: int, bar: bool) -> dict[Column, int]:
    sizes = {Column.LEAD: _LEAD, Column.NUMBER: digits, Column.TIME: _TIME}
    if width >= AGENT_FROM:
        sizes[Column.AGENT] = _AGENT
    if width >= STATUS_FROM:
        wide = _STATUS_WIDEST if width >= WIDEST_FROM else _STATUS_WIDE
        sizes[Column.STATUS] = wide if width >= WIDE_FROM else _STATUS
        sizes[Column.PROGRESS] = _BAR if bar else _COUNT
    if width >= USUAL_FROM:
        sizes[Column.USUAL] = _USUAL
        sizes[Column.PROGRESS] = _BAR if width >= WIDE_FROM else _BAR_BESIDE_USUAL
    return sizes


def _taken(sizes: dict[Column, int]) -> int:
    """The cells of fixed columns with their gaps, of the gap before the name, and of the right margin."""
    return sum(size + _gap(column) for column, size in sizes.items()) + _gap(Column.NAME) + 1


def _gap(column: Column) -> int:
    return {Column.LEAD: 0, Column.NUMBER: 1, Column.NAME: 1}.get(column, 2)


def _share(free: int, width: int, progress: bool) -> tuple[int, int, int]:
    """How name, progress and last line share the free cells; the last line pays for its own gap."""
    if width >= LAST_FROM:
        least = max(free - _LAST - _gap(Column.LAST), 18)
        name = min(_NAME_MOST, least, max(_NAME_ENOUGH, free // 2))
        return name, 0, free - name - _gap(Column.LAST)
    extra = max(0, min(free - 32, 22)) if progress else 0
    return free - extra, extra, 0


def _places(sizes: dict[Column, int]) -> tuple[Place, ...]:
    places: list[Place] = []
    x = 0
    for column in Column:
        if column in sizes:
            x += _gap(column)
            places.append(Place(column, x, sizes[column]))
            x += sizes[column]
    return tuple(places)
