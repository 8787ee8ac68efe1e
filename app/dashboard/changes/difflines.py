"""How a line of a diff is laid out: numbers, sign, and text, in one column or side by side. Pure."""

from __future__ import annotations

from app.dashboard.changes.colouring import Coloured
from app.dashboard.drawing.cells import slices, width_of
from app.workspace.hunks import Line, Row

Piece = tuple[str, str, str]
"""Text, the theme colour it is drawn in, and the one of the ground under it; empty for those of the pane."""

SIDE_BY_SIDE = 120
"""From this width on old and new stand beside each other."""

_SIGNS = {Line.ADDED: "+", Line.REMOVED: "−"}
_GROUNDS = {Line.ADDED: "diff-added", Line.REMOVED: "diff-removed"}
_SIGN_INKS = {Line.ADDED: "state-complete", Line.REMOVED: "state-failed"}
_MORE = "›"


def unified(row: Row, text: Coloured, digits: int, width: int, shift: int = 0) -> tuple[Piece, ...]:
    """A row in one column: both numbers, the sign, the text from its ``shift``-th cell on."""
    if row.line in (Line.HEAD, Line.HUNK, Line.NOTE):
        return _between(row, text, width)
    numbers = f"{row.old or '':>{digits}} {row.new or '':>{digits}} "
    return _line(row, text, numbers, width, shift)


def half(
    row: Row | None, text: Coloured, digits: int, width: int, shift: int, *, old: bool
) -> tuple[Piece, ...]:
    """One side of a row: its number, the sign, the text; blank where nothing stands opposite."""
    if row is None:
        return ((" " * width, "", "surface"),)
    if row.line in (Line.HEAD, Line.HUNK, Line.NOTE):
        return _between(row, text if old else (), width)
    number = row.old if old else row.new
    return _line(row, text, f"{number or '':>{digits}} ", width, shift)


def _between(row: Row, text: Coloured, width: int) -> tuple[Piece, ...]:
    """A line that belongs to neither file."""
    colour = "accent" if row.line is Line.HUNK else "muted"
    said = "".join(piece for piece, _ in text)
    return _fitted(((said, colour),), width, 0, "surface" if row.line is Line.HUNK else "")


def _line(row: Row, text: Coloured, numbers: str, width: int, shift: int) -> tuple[Piece, ...]:
    ground = _GROUNDS.get(row.line, "")
    sign = _SIGNS.get(row.line, " ")
    room = max(0, width - width_of(numbers) - 2)
    return (
        (numbers, "muted", ground),
        (f"{sign} ", _SIGN_INKS.get(row.line, ""), ground),
        *_fitted(text, room, shift, ground),
    )


def _fitted(text: Coloured, width: int, shift: int, ground: str) -> tuple[Piece, ...]:
    """The text from a cell on in exactly so many cells; a mark at the edge says that it goes on."""
    whole = "".join(piece for piece, _ in text)
    start = slices(whole, shift)[0][1] if shift and whole else 0
    shown = whole[start:]
    more = width_of(shown) > width
    end = start + (slices(shown, max(1, width - 1))[0][1] if more else len(shown))
    pieces: list[Piece] = []
    position = 0
    for piece, colour in text:
        part = piece[max(0, start - position) : max(0, end - position)]
        if part:
            pieces.append((part, colour, ground))
        position += len(piece)
    used = sum(width_of(piece) for piece, _, _ in pieces)
    if more and width > 0:
        pieces.append((" " * (width - used - 1) + _MORE, "muted", ground))
    else:
        pieces.append((" " * (width - used), "", ground))
    return tuple(pieces)
