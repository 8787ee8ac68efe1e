"""A line that writes over itself, as the row of cells that a terminal keeps for it."""

from __future__ import annotations

import re

from app.logs.sanitise import TAB_WIDTH, char_width, clean, column_of
from app.logs.style import PLAIN, Style

_BLANK = (" ", PLAIN)
_MOVES = re.compile(r"([\r\t\b])")
_MOVE_OR_ERASE = re.compile(r"(?:\x1b\[|\x9b)([0-9;]*)([GK])")


class Cells:
    """One row of cells and a cursor. A wide character has two cells, the second with an empty text."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, Style]] = []
        """Each cell's text and style, from the left."""
        self._column = 0

    def write(self, text: str, style: Style) -> None:
        """Puts text without escape sequences at the cursor; ``\\r``, ``\\b`` and ``\\t`` move it."""
        for piece in _MOVES.split(text):
            if piece == "\r":
                self._column = 0
            elif piece == "\b":
                self._column = max(0, self._column - 1)
            elif piece == "\t":
                self._column += TAB_WIDTH - self._column % TAB_WIDTH
            else:
                for char in clean(piece):
                    self._put(char, style)

    def control(self, sequence: str) -> None:
        """Obeys CHA and EL; every other sequence does nothing. CHA never goes beyond what is written."""
        match = _MOVE_OR_ERASE.fullmatch(sequence)
        if not match:
            return
        number, action = match.groups()
        if action == "G":
            self._column = min(column_of(number), len(self.shown))
        elif number == "2":
            self.shown.clear()
        elif number == "1":
            self._fill(0, min(self._column + 1, len(self.shown)))
        else:
            del self.shown[self._column :]

    def _put(self, char: str, style: Style) -> None:
        wide = char_width(char)
        if not wide:
            self._combine(char)
            return
        column, end = self._column, self._column + wide
        self.shown.extend([_BLANK] * (end - len(self.shown)))
        self._split_wide(column)
        self._split_wide(end)
        self.shown[column:end] = [(char, style), ("", style)][:wide]
        self._column = end

    def _combine(self, mark: str) -> None:
        """Adds a combining mark to the character before the cursor."""
        column = self._column - 1
        if 0 < column < len(self.shown) and not self.shown[column][0]:
            column -= 1
        if 0 <= column < len(self.shown):
            text, style = self.shown[column]
            self.shown[column] = text + mark, style

    def _split_wide(self, column: int) -> None:
        """Blanks the wide character whose second half is at ``column``: writing there leaves none of it."""
        if 0 < column < len(self.shown) and not self.shown[column][0]:
            self._fill(column - 1, column + 1)

    def _fill(self, start: int, end: int) -> None:
        self.shown[start:end] = [_BLANK] * (end - start)
