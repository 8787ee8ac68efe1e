"""Lines of a log as strips: colours through our own palette, wrapped or cut to the width."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from app.dashboard.drawing.cells import cut, slices, width_of
from app.logs.sgr import parse_line
from app.logs.style import PLAIN
from app.logs.style import Color as LogColor
from app.logs.style import Style as LogStyle
from app.logs.window import Line

Ink = Callable[[str], Style]
"""Gives the style of a theme colour: ``muted``, ``log-3`` …"""

_KEPT = 512
_MORE = "›"


class LineStrips:
    """The strips of lines, kept while nothing that they depend on changes."""

    def __init__(self, ink: Ink) -> None:
        self._ink = ink
        self._kept: OrderedDict[tuple[tuple[int, int], int, bool], list[Strip]] = OrderedDict()

    def clear(self) -> None:
        """Forget them all: another log, or other colours."""
        self._kept.clear()

    def of(self, line: Line, width: int, wrap: bool) -> list[Strip]:
        """The rows that a line takes at a width, at least one; a single one without ``wrap``."""
        key = (line.key, width, wrap)
        strips = self._kept.get(key)
        if strips is None:
            strips = self._kept[key] = self._make(line, max(1, width), wrap)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return strips

    def _make(self, line: Line, width: int, wrap: bool) -> list[Strip]:
        if line.gap:
            note = cut(line.note, width)
            return [Strip([Segment(note.center(width), self._ink("muted"))])]
        pieces = [(text, self._style(style)) for text, style in parse_line(line.raw).spans]
        if line.note:
            pieces.append((f" {line.note}", self._ink("muted")))
        if wrap:
            return wrapped(pieces, width)
        return [cut_off(pieces, width, self._ink("muted"))]

    def _style(self, style: LogStyle) -> Style:
        base = self._ink("")
        if style == PLAIN:
            return base
        ink = self._numbered(style.fg) or base
        return ink + _attributes(style)

    def _numbered(self, colour: LogColor) -> Style | None:
        """The theme's colour for one that programs ask for by number, readable on the theme's ground."""
        return self._ink(f"log-{colour}") if isinstance(colour, int) and colour < 16 else None


@lru_cache(maxsize=1024)
def _attributes(style: LogStyle) -> Style:
    front = style.fg if not isinstance(style.fg, int) or style.fg >= 16 else None
    return Style(
        color=_rich_colour(front),
        bgcolor=_rich_colour(style.bg),
        bold=style.bold or None,
        dim=style.dim or None,
        italic=style.italic or None,
        underline=style.underline or None,
        reverse=style.reverse or None,
        strike=style.strike or None,
    )


def _rich_colour(colour: LogColor) -> Color | None:
    if colour is None:
        return None
    return Color.from_ansi(colour) if isinstance(colour, int) else Color.from_rgb(*colour)


def wrapped(pieces: Sequence[tuple[str, Style]], width: int) -> list[Strip]:
    """The pieces as rows of at most ``width`` cells, broken at the edge."""
    text = "".join(text for text, _ in pieces)
    return [_row(pieces, start, end) for start, end in slices(text, width)]


def cut_off(pieces: Sequence[tuple[str, Style]], width: int, mark: Style) -> Strip:
    """The pieces as one row; a mark at the edge says that there is more."""
    text = "".join(text for text, _ in pieces)
    if width_of(text) <= width:
        return _row(pieces, 0, len(text))
    start, end = slices(text, max(1, width - 1))[0]
    return Strip([*_row(pieces, start, end), Segment(_MORE, mark)])


def marked(strip: Strip, start: int, end: int, mark: Style) -> Strip:
    """The strip with the characters from ``start`` to ``end`` (-1: to the last) shown as selected."""
    text = strip.text
    left = width_of(text[:start])
    right = strip.cell_length if end == -1 else width_of(text[:end])
    middle = Strip(Segment.apply_style(strip.crop(left, right), post_style=mark))
    return Strip.join([strip.crop(0, left), middle, strip.crop(right, strip.cell_length)])


def _row(pieces: Sequence[tuple[str, Style]], start: int, end: int) -> Strip:
    """The characters from ``start`` to ``end`` with their styles."""
    segments: list[Segment] = []
    position = 0
    for text, style in pieces:
        part = text[max(0, start - position) : max(0, end - position)]
        if part:
            segments.append(Segment(part, style))
        position += len(text)
        if position >= end:
            break
    return Strip(segments)
