"""Cuts what comes out of a pipe into lines, none of which grows without bound."""

from __future__ import annotations

from dataclasses import dataclass

LINE_BYTES = 16 * 1024 * 1024
"""The longest line that is read whole; some clients put pictures into theirs."""

HEAD_BYTES = 2048
"""How much is kept of a longer one."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end. ``dropped`` is how many bytes of it were left out, at its end."""

    text: str
    dropped: int = 0


class Splitter:
    """Takes pieces as they come, gives lines as they are complete."""

    def __init__(self, longest: int = LINE_BYTES) -> None:
        self._longest = longest
        self._pieces: list[bytes] = []
        self._size = 0
        self._dropped = 0

    def feed(self, data: bytes) -> list[Line]:
        """The lines that this piece completes."""
        *complete, rest = data.split(b"\n")
        lines = []
        for piece in complete:
            self._add(piece)
            lines.append(self._take())
        self._add(rest)
        return lines

    def rest(self) -> list[Line]:
        """The last line, if it has no end."""
        return [self._take()] if self._size or self._dropped else []

    def _add(self, piece: bytes) -> None:
        if self._dropped or self._size + len(piece) > self._longest:
            whole = b"".join(self._pieces) + piece[:HEAD_BYTES]
            self._dropped += self._size + len(piece) - len(whole[:HEAD_BYTES])
            self._pieces, self._size = [whole[:HEAD_BYTES]], len(whole[:HEAD_BYTES])
            return
        if piece:
            self._pieces.append(piece)
            self._size += len(piece)

    def _take(self) -> Line:
        text = b"".join(self._pieces).decode(errors="replace").removesuffix("\r")
        line = Line(text, self._dropped)
        self._pieces, self._size, self._dropped = [], 0, 0
        return line
