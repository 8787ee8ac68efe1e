"""How a row of the table is drawn: its cells in their colours, as one strip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.style import Style
from textual.strip import Strip

from app.dashboard.drawing.cells import cut, cut_between, fit, width_of
from app.dashboard.drawing.painted import Painted, Piece
from app.dashboard.table.columns import Column, Layout, Place
from app.dashboard.table.rows import Row
from app.dashboard.table.words import joined
from app.model.status import Status

UNSEEN = "●"
"""Stands before a task whose end nobody has seen yet."""

CURSOR = "▌"
"""Stands at the edge of the row under the cursor, so that it shows without colour."""

FULL, REST = "█", "░"
"""What a progress bar is made of."""

THUMB = "▐"
"""What the scroll bars are made of."""

EMPTY = (
    "Nothing delegated yet.",
    "",
    "Type a task below and press Enter, as in",
    "",
    "Run the test suite",
    "Fix all lint errors in src/ p:low t:30m",
    "",
    "/help lists every key and command.",
)
"""What an empty table says, whole in the narrowest column."""

CHECKED = "checked"
"""The one qualifier that adds to a success."""

_BAR_MOST, _BAR_LEAST = 11, 4


class Shown(NamedTuple):
    """What a line of the table shows: a row or none, the cursor, the scroll bar's thumb."""

    row: Row | None
    selected: bool
    bar: bool


NOTHING = Shown(None, False, False)
"""What headings and blank lines show."""


def heading(widget: Painted, layout: Layout) -> Strip:
    """The line of column headings."""
    ink = widget.ink("muted")
    pieces: list[Piece] = []
    for place in layout.places:
        pieces += _gap(pieces, place.x, widget.ink())
        pieces.append((fit(place.column.value, place.width, right=place.column is Column.TIME), ink))
    return widget.strip(pieces, layout.width, widget.ink())


def empty_line(widget: Painted, words: Sequence[str], y: int) -> Strip:
    """A line of what is said where there are no rows: a title, and from the fifth line on examples."""
    width, height = widget.size
    index = y - max(1, (height - len(words)) // 3)
    if not 0 <= index < len(words):
        return Strip.blank(width, widget.ink())
    colour = "foreground" if index == 0 or index > 3 else "muted"
    return widget.strip([("    " + words[index], widget.ink(colour))], width, widget.ink())


def paint(widget: Painted, shown: Shown, layout: Layout) -> Strip:
    """The line of a row; without a row, a blank one."""
    if shown.row is None:
        return Strip.blank(layout.width, widget.ink())
    return _Painter(widget, shown.row, layout, shown.selected).strip(bar=shown.bar)


def _gap(pieces: list[Piece], x: int, ink: Style) -> list[Piece]:
    """The blank that brings the pieces to column ``x``, if one is needed."""
    missing = x - sum(width_of(text) for text, _ in pieces)
    return [(" " * missing, ink)] if missing > 0 else []


class _Painter:
    """Draws one row; every column has a method that gives its pieces."""

    __slots__ = ("ground", "layout", "row", "selected", "state", "widget")

    def __init__(self, widget: Painted, row: Row, layout: Layout, selected: bool) -> None:
        self.widget, self.row, self.layout, self.selected = widget, row, layout, selected
        self.ground = "" if not selected else "selection" if widget.has_focus else "surface"
        self.state = f"state-{row.status.value.replace('_', '-')}"

    def ink(self, colour: str = "", *, bold: bool = False) -> Style:
        return self.widget.ink(colour, ground=self.ground, bold=bold)

    def strip(self, *, bar: bool) -> Strip:
        pieces: list[Piece] = []
        for place in self.layout.places:
            pieces += _gap(pieces, place.x, self.ink())
            if place.column is Column.PROGRESS and not self.row.time and not self.row.last:
                pieces.append((cut(self.row.result, self.layout.width - place.x - 1), self.ink("muted")))
                break
            if place.column is Column.PROGRESS and self.row.waiting and self.overlong(place):
                pieces += self.question(self.layout.width - place.x - 1)
                break
            pieces += self.cell(place)
        pieces += _gap(pieces, self.layout.width - 1, self.ink())
        pieces.append((THUMB if bar else " ", self.ink("rule")))
        return self.widget.strip(pieces, self.layout.width, self.ink())

    def cell(self, place: Place) -> list[Piece]:
        row, width = self.row, place.width
        match place.column:
            case Column.LEAD:
                return self.lead()
            case Column.NUMBER:
                return [(fit(row.number, width), self.ink("muted"))]
            case Column.NAME:
                return self.name(width)
            case Column.AGENT:
                return [(fit(row.agent, width), self.ink("muted"))]
            case Column.STATUS:
                return self.word(width)
            case Column.PROGRESS:
                return self.progress(width)
            case Column.TIME:
                asks = row.waiting and not self.layout.place(Column.PROGRESS)
                return [(fit(row.waiting if asks else row.time, width, right=True), self.ink("muted"))]
            case Column.USUAL:
                return [(fit(row.usual, width), self.ink("state-timed-out" if row.overdue else "muted"))]
            case Column.LAST:
                ink = self.state if row.waiting else "foreground" if self.bad else "muted"
                if self.qualified is Column.LAST:
                    return [(fit(joined(row.qualifier, row.last), width), self.ink(self.shade))]
                return [(fit(row.last, width), self.ink(ink))]

    @property
    def bad(self) -> bool:
        """Whether the row's last line explains an end that was not a good one."""
        return self.row.status.ended and self.row.status is not Status.COMPLETE

    def overlong(self, place: Place) -> bool:
        """Whether a question has no room in its column, or nowhere to say for how long it has waited."""
        return width_of(self.row.result) > place.width or not self.layout.place(Column.LAST)

    def question(self, width: int) -> list[Piece]:
        """A question over all the room to the right edge, and for how long it has waited."""
        waiting = f" · {self.row.last if self.layout.place(Column.LAST) else self.row.waiting}"
        question = cut(self.row.result, width - width_of(waiting))
        return [(question, self.ink(self.state, bold=True)), (waiting, self.ink(self.state))]

    def lead(self) -> list[Piece]:
        marker = CURSOR if self.selected else " "
        colour = "accent" if self.widget.has_focus else "muted"
        unseen = UNSEEN if self.row.unread else " "
        return [
            (marker, self.ink(colour)),
            (unseen, self.ink("state-asking")),
            (self.row.status.glyph, self.ink(self.state, bold=True)),
            (" ", self.ink()),
        ]

    def word(self, width: int) -> list[Piece]:
        """How it stands, and since when it is quiet, what qualifies it, or whom it shares a file with.

        Where there is no room for both, the glyph alone says how it stands.
        """
        row = self.row
        qualifier = row.qualifier if self.qualified is Column.STATUS else ""
        word, more = row.word, row.clash or row.quiet or qualifier
        colour = "state-timed-out" if row.clash else self.shade if row.qualifier else "muted"
        left = width - width_of(word) - 1
        if not more or left < width_of(more):
            return [(fit(more or word, width), self.ink(colour if row.clash else self.shade))]
        return [(f"{word} ", self.ink(self.state)), (fit(more, left), self.ink(colour))]

    @property
    def qualified(self) -> Column | None:
        """The one column that says what qualifies a success: it is never left out, and never said twice.

        Where the status has no room for it beside its word, the last line says it; where that has left, the
        status says nothing else, or the progress does if it is too long for that. None is for the name.
        """
        place, qualifier = self.layout.place(Column.STATUS), self.row.qualifier
        if not qualifier or not place:
            return None
        if width_of(f"{self.row.word} {qualifier}") <= place.width:
            return Column.STATUS
        if self.layout.place(Column.LAST):
            return Column.LAST
        return Column.STATUS if width_of(qualifier) <= place.width else Column.PROGRESS

    @property
    def shade(self) -> str:
        """The colour of a success that is less than one; else the state's own."""
        doubtful = self.row.qualifier and self.row.qualifier != CHECKED
        return "state-timed-out" if doubtful else self.state

    def name(self, width: int) -> list[Piece]:
        """The task's text; where the other columns have left, also how it stands, if that is short.

        A question takes the place of the text there.
        """
        alone = not self.layout.place(Column.PROGRESS)
        if alone and self.row.waiting:
            return [(fit(self.row.result, width), self.ink(self.state, bold=True))]
        detail = self.row.brief if alone else ""
        if detail == self.row.qualifier:
            detail = cut(detail, width // 2)
        ink = self.ink("foreground", bold=self.row.unread)
        if not detail or (width_of(detail) > width // 3 and not self.row.qualifier):
            return [(fit(self.row.name, width), ink)]
        left = width - width_of(detail) - 2
        colour = self.shade if self.row.qualifier else "muted"
        return [(fit(self.row.name, left), ink), (f"  {detail}", self.ink(colour))]

    def progress(self, width: int) -> list[Piece]:
        row = self.row
        if row.fraction is not None:
            return self.bar(row.fraction, width)
        text = row.result if self.layout.place(Column.LAST) else row.explains
        if row.waiting:
            return [(fit(text, width), self.ink(self.state, bold=True))]
        if self.qualified is Column.PROGRESS:
            return [(fit(joined(row.qualifier, text), width), self.ink(self.shade))]
        return [(fit(cut_between(text, width), width), self.ink("foreground"))]

    def bar(self, fraction: float, width: int) -> list[Piece]:
        """The bar and its count; the bar gives way to a long count, and is full only when all is done."""
        size = min(_BAR_MOST, width - 1 - width_of(self.row.result))
        if not self.layout.bar or size < _BAR_LEAST:
            return [(fit(self.row.result, width), self.ink("foreground"))]
        full = size if fraction >= 1 else min(size - 1, round(fraction * size))
        return [
            (FULL * full, self.ink("bar")),
            (REST * (size - full) + " ", self.ink("rule")),
            (fit(self.row.result, width - size - 1), self.ink("foreground")),
        ]
