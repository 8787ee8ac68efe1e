"""The lines of a unified diff: what each one is, its line numbers, and which stand side by side. Pure."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

_HUNK = re.compile(rb"@@+ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
NONE = 0xFFFFFFFF
"""In an index of sides: no line stands there."""


class Line(Enum):
    """What a line of a diff is; the value is the byte that stands for it in an index."""

    HEAD = ord("h")
    HUNK = ord("@")
    SAME = ord(" ")
    REMOVED = ord("-")
    ADDED = ord("+")
    NOTE = ord("\\")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a diff. ``old`` and ``new`` are its numbers in the two files, from 1, None for none.

    ``text`` is without the sign in front; bytes that are not UTF-8 are replaced, nothing else is: it may hold
    control characters. ``cut`` says that it goes on.
    """

    line: Line
    old: int | None
    new: int | None
    text: str
    cut: bool = False


@dataclass(slots=True)
class Index:
    """Where the lines of a diff are and what they are: 17 bytes a line, whatever their length.

    ``kinds`` holds the value of a Line for each, ``offsets`` where it starts in bytes, ``old`` and ``new``
    the line numbers, 0 for none.
    """

    kinds: bytearray = field(default_factory=bytearray)
    offsets: array[int] = field(default_factory=lambda: array("Q"))
    old: array[int] = field(default_factory=lambda: array("I"))
    new: array[int] = field(default_factory=lambda: array("I"))
    size: int = 0
    _old_left: int = 0
    _new_left: int = 0
    _old_next: int = 0
    _new_next: int = 0

    def add(self, lines: Iterable[bytes]) -> None:
        """Take in further lines, each with its line end. Counts of the hunks decide what a line is.

        Without them a removed line ``-- x`` could not be told from the head ``--- x`` of the next file.
        """
        for line in lines:
            kind, old, new = self._read(line)
            self.kinds.append(kind.value)
            self.offsets.append(self.size)
            self.old.append(old)
            self.new.append(new)
            self.size += len(line)

    def _read(self, line: bytes) -> tuple[Line, int, int]:
        """What the next line is, with its numbers in the old and the new file."""
        if line[:1] == b"\\" and self.kinds and self.kinds[-1] in b" -+":
            return Line.NOTE, 0, 0
        if not (self._old_left or self._new_left):
            return self._outside(line), 0, 0
        if line[:1] == b"-":
            return Line.REMOVED, self._step_old(), 0
        if line[:1] == b"+":
            return Line.ADDED, 0, self._step_new()
        return Line.SAME, self._step_old(), self._step_new()

    def _outside(self, line: bytes) -> Line:
        found = _HUNK.match(line)
        if found is None:
            return Line.HEAD
        start_old, count_old, start_new, count_new = found.groups()
        self._old_next, self._new_next = int(start_old), int(start_new)
        self._old_left = 1 if count_old is None else int(count_old)
        self._new_left = 1 if count_new is None else int(count_new)
        return Line.HUNK

    def _step_old(self) -> int:
        self._old_left -= 1
        self._old_next += 1
        return self._old_next - 1

    def _step_new(self) -> int:
        self._new_left -= 1
        self._new_next += 1
        return self._new_next - 1


@dataclass(frozen=True, slots=True)
class Sides:
    """Two columns of a diff: for each row the index of the line left and right, NONE for an empty place."""

    left: array[int]
    right: array[int]

    def __len__(self) -> int:
        return len(self.left)


def side_by_side(kinds: bytes | bytearray) -> Sides:
    """Pair removed lines with the added ones that follow them; everything else stands on both sides."""
    left, right = array("I"), array("I")
    removed: list[int] = []
    added: list[int] = []

    def settle() -> None:
        rows = max(len(removed), len(added))
        left.extend(removed + [NONE] * (rows - len(removed)))
        right.extend(added + [NONE] * (rows - len(added)))
        removed.clear()
        added.clear()

    for number, kind in enumerate(kinds):
        if kind == Line.REMOVED.value:
            if added:
                settle()
            removed.append(number)
        elif kind == Line.ADDED.value:
            added.append(number)
        elif kind != Line.NOTE.value:
            if removed or added:
                settle()
            left.append(number)
            right.append(number)
    settle()
    return Sides(left, right)


def row(index: Index, number: int, line: bytes, *, cut: bool = False) -> Row:
    """A line of an index as a row; ``line`` are its bytes."""
    kind = Line(index.kinds[number])
    text = line.rstrip(b"\n").decode("utf-8", "replace")
    signed = kind in (Line.SAME, Line.REMOVED, Line.ADDED, Line.NOTE)
    return Row(kind, index.old[number] or None, index.new[number] or None, text[1:] if signed else text, cut)
