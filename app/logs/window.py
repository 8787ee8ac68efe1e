"""Reads the part of a log that is on screen, by byte offset; never a whole file.

A log is cut into lines that follow one another without a gap: ``line.end`` is the next line's ``offset``.
Where they begin depends only on the bytes nearby, so reading forwards and backwards gives the same ones:

- at the start of the file, and after every ``\\n``;
- at both edges of a hole, which is one line of its own with ``gap`` set (the log's bound punched it there);
- inside a line without end, at each multiple of ``PIECE`` that has a whole piece without ``\\n`` before it.
  That bounds what must be read to find a line; a line shorter than ``PIECE`` is never divided.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.logs.sanitise import decode, plain
from app.logs.source import Source, open_source

LINE_BYTES = 8192
"""The most bytes of one line that are kept for showing."""

PIECE = 4 << 20
"""Bytes after which a line without end is divided."""

WINDOW_BYTES = 2 * PIECE
"""The most bytes of log that one call looks through, unless a single line needs more."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log: the bytes from ``offset`` up to ``end``, its line end included.

    ``raw`` is what is there to show, without the line end, and at most ``LINE_BYTES`` long: the beginning,
    or of a longer line that writes over itself (a progress bar) what was written last. ``truncated`` says
    that a part worth showing is missing. ``gap`` is the number of bytes dropped here, and then ``raw`` is
    empty.
    """

    offset: int
    end: int
    raw: bytes
    truncated: bool = False
    gap: int = 0

    @property
    def key(self) -> tuple[int, int]:
        """What a cache may know the line by: a growing last line changes its end."""
        return self.offset, self.end

    @property
    def length(self) -> int:
        """Bytes of the whole line in the file, however few are in ``raw``."""
        return self.end - self.offset

    @property
    def note(self) -> str:
        """What to say in or after the line when something is missing, else nothing."""
        if self.gap:
            return f"… {format_bytes(self.gap)} dropped …"
        return f"… {format_bytes(self.length - len(self.raw))} more" if self.truncated else ""


class LogFile:
    """A log on disk, which may be growing, huge, or not there yet.

    Each call opens the file anew and looks at it as it is at that moment; nothing is kept in between. A
    missing file (or something that is no regular file) is empty. Every call may raise OSError when the file
    may not be read. ``piece`` is for tests.
    """

    def __init__(self, path: Path, *, piece: int = PIECE) -> None:
        self.path = path
        """Where the log is."""
        self._piece = piece

    def size(self) -> int:
        """Bytes in the file, holes included; 0 when it is missing."""
        with open_source(self.path) as source:
            return source.size if source else 0

    def fraction(self, offset: int) -> float:
        """Where in the file an offset is, 0.0 to 1.0: for a scroll bar that needs no line numbers."""
        size = self.size()
        return min(1.0, max(0.0, offset / size)) if size else 0.0

    def tail(self, count: int, max_bytes: int = WINDOW_BYTES) -> list[Line]:
        """The last ``count`` lines, oldest first; a last line without a line end is one of them."""
        return self._read(lambda cutter: cutter.before(cutter.source.size, count, max_bytes))

    def before(self, offset: int, count: int, max_bytes: int = WINDOW_BYTES) -> list[Line]:
        """Up to ``count`` lines that begin before ``offset``, oldest first.

        Fewer come back at the beginning of the file (then the first one's offset is 0), or when
        ``max_bytes`` of log have been looked through; one comes back at least, if there is one.
        """
        return self._read(lambda cutter: cutter.before(offset, count, max_bytes))

    def after(self, offset: int, count: int, max_bytes: int = WINDOW_BYTES) -> list[Line]:
        """Up to ``count`` lines from the one on that holds the byte at ``offset``.

        Called with the ``end`` of an unfinished last line that has grown since, it begins with that line
        again: same offset, later end.
        """
        return self._read(lambda cutter: cutter.after(offset, count, max_bytes))

    def head_text(self, max_bytes: int) -> str:
        """The beginning as plain text, for the readers; up to the first hole."""
        with open_source(self.path) as source:
            if not source or not source.size:
                return ""
            start, end, hole = source.extent(0)
            return "" if hole else plain(decode(source.read(start, min(end, max_bytes))))

    def tail_text(self, max_bytes: int) -> str:
        """The end as plain text, for the readers; from the last hole on, and from a line's start if it can
        be."""
        return plain(self.tail_raw(max_bytes))

    def tail_raw(self, max_bytes: int) -> str:
        """The same with all escape sequences and control characters: never to be shown as it is."""
        with open_source(self.path) as source:
            if not source or not source.size:
                return ""
            start, end, hole = source.extent(source.size - 1)
            first = max(start, end - max_bytes)
            data = b"" if hole else source.read(first, end)
            return decode(data[data.find(b"\n") + 1 if first > start else 0 :])

    def _read(self, operation: Callable[[_Cutter], list[Line]]) -> list[Line]:
        """The lines of one operation, done again when a hole was punched into the log meanwhile: what was
        read out of it then would be NULs."""
        lines: list[Line] = []
        for _ in range(3):
            with open_source(self.path) as source:
                if not source:
                    return []
                lines = operation(_Cutter(source, self._piece))
                if source.holes == source.find_holes():
                    break
        return lines


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Finds the lines of one open log."""

    source: Source
    piece: int

    def before(self, offset: int, count: int, max_bytes: int) -> list[Line]:
        if count <= 0 or offset <= 0 or not self.source.size:
            return []
        start = self.start_of(min(offset, self.source.size) - 1)
        end = self.source.size if offset >= self.source.size else self.end_of(start)
        lines = [self.line(start, end)]
        seen = _data_bytes(lines[0])
        while start > 0 and len(lines) < count and seen < max_bytes:
            start, end = self.start_of(start - 1), start
            lines.append(self.line(start, end))
            seen += _data_bytes(lines[-1])
        return lines[::-1]

    def after(self, offset: int, count: int, max_bytes: int) -> list[Line]:
        lines: list[Line] = []
        seen = 0
        start = self.start_of(max(0, offset)) if offset < self.source.size else offset
        while start < self.source.size and len(lines) < count and seen < max_bytes:
            lines.append(self.line(start, self.end_of(start)))
            seen += _data_bytes(lines[-1])
            start = lines[-1].end
        return lines

    def start_of(self, position: int) -> int:
        """Start of the line that the byte at ``position`` belongs to. Looks at two pieces at most."""
        start, _, hole = self.source.extent(position)
        if hole:
            return start
        boundary = position // self.piece * self.piece
        newline = self.source.rfind_newline(max(start, boundary), position)
        if newline >= 0:
            return newline + 1
        if boundary <= start:
            return start
        newline = self.source.rfind_newline(max(start, boundary - self.piece), boundary)
        if newline >= 0:
            return newline + 1
        return boundary if boundary - self.piece >= start else start

    def end_of(self, start: int) -> int:
        """End of the line that begins at ``start``. Looks at two pieces at most."""
        _, end, hole = self.source.extent(start)
        if hole:
            return end
        limit = min(end, -(-start // self.piece) * self.piece + self.piece)
        newline = self.source.find_newline(start, limit)
        return newline + 1 if newline >= 0 else limit

    def line(self, start: int, end: int) -> Line:
        """The line between two boundaries, with what of it is worth showing."""
        if self.source.extent(start)[2]:
            return Line(start, end, b"", gap=end - start)
        if end - start <= LINE_BYTES:
            return Line(start, end, _without_line_end(self.source.read(start, end)))
        newest = _without_line_end(self.source.read(end - LINE_BYTES, end))
        _, overwritten, written = newest.partition(b"\r")
        if overwritten and written:
            return Line(start, end, written)
        head = self.source.read(start, start + LINE_BYTES)
        return Line(start, end, _whole_characters(head), truncated=True)


def format_bytes(count: int) -> str:
    """A number of bytes for people: ``512 B``, ``8.2 KB``, ``812 MB``; units of 1024."""
    if count < 1024:
        return f"{count} B"
    amount, unit = count / 1024, "KB"
    if amount >= 1000:
        amount, unit = amount / 1024, "MB"
    if amount >= 1000:
        amount, unit = amount / 1024, "GB"
    return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:.0f} {unit}"


def _data_bytes(line: Line) -> int:
    return 0 if line.gap else line.length


def _without_line_end(raw: bytes) -> bytes:
    if not raw.endswith(b"\n"):
        return raw
    return raw[:-2] if raw.endswith(b"\r\n") else raw[:-1]


def _whole_characters(raw: bytes) -> bytes:
    """The bytes without a character that the cut left unfinished at their end."""
    return raw[: codecs.utf_8_decode(raw, "replace", False)[1]]
