"""Widgets that write their own lines: colours of the theme as styles, made once and kept until it changes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from app.dashboard.theming import variable_defaults

Piece = tuple[str, Style]
"""A run of text in one style."""


@lru_cache(maxsize=1)
def _defaults() -> dict[str, str]:
    return variable_defaults()


class Painted(Widget):
    """A widget whose lines are strips in the colours of the theme.

    Colours are looked up by their variable (``muted``, ``state-running``), so that a theme change reaches
    every line with the next repaint and costs nothing in between.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        self._inks: dict[tuple[str, str, bool, bool], Style] = {}
        super().__init__(id=id, classes=classes)

    def notify_style_update(self) -> None:
        """Forget the styles: theme, focus or style sheet changed."""
        super().notify_style_update()
        self._inks.clear()

    def ink(
        self, colour: str = "", *, ground: str = "", bold: bool = False, underline: bool = False
    ) -> Style:
        """The style of a theme colour, on the widget's own ground or on another colour of the theme."""
        key = (colour, ground, bold, underline)
        if key not in self._inks:
            self._inks[key] = self._make_ink(*key)
        return self._inks[key]

    def _make_ink(self, colour: str, ground: str, bold: bool, underline: bool) -> Style:
        style = self.rich_style
        front = self._colour(colour) if colour else None
        back = self._colour(ground) if ground else None
        return style + Style(color=front, bgcolor=back, bold=bold or None, underline=underline or None)

    def _colour(self, name: str) -> str:
        variables = self.app.theme_variables
        return Color.parse(variables.get(name) or _defaults().get(name, "ansi_default")).hex6

    def strip(self, pieces: Iterable[Piece], width: int, ground: Style) -> Strip:
        """One line of exactly ``width`` cells: the pieces, then the ground."""
        segments = [Segment(text, style) for text, style in pieces if text]
        return Strip(segments).adjust_cell_length(width, ground)


def thumb(height: int, start: float, end: float) -> range:
    """The rows that a scroll bar of ``height`` rows fills for a view from ``start`` to ``end`` (0.0 to 1.0).

    Empty when everything is in view.
    """
    if height <= 0 or (start <= 0 and end >= 1):
        return range(0)
    size = max(1, round((end - start) * height))
    if end >= 1:
        return range(height - size, height)
    first = min(int(start * height), height - size)
    return range(first, first + size)
