"""A compressed log, read like any other: by offset, unpacking no more than what is asked for."""

from __future__ import annotations

from bisect import bisect_right

from app.logs.packed import Member, members, unpack
from app.logs.source import Source


class PackedSource(Source):
    """An open compressed log. Raises DamagedLog, an OSError, when it is made or read."""

    def __init__(self, descriptor: int) -> None:
        self._members = members(descriptor)
        self._starts = [member.start for member in self._members]
        self._unpacked: tuple[Member, bytes] | None = None
        super().__init__(descriptor, self._members[-1].end)

    def find_holes(self) -> tuple[tuple[int, int], ...]:
        """The holes that the log had when it was compressed."""
        return tuple((member.start - member.gap, member.start) for member in self._members if member.gap)

    def _read_block(self, start: int, end: int) -> bytes:
        """What the log had between two offsets of one block; holes read as NULs."""
        data = bytearray(end - start)
        for member in self._members[max(0, bisect_right(self._starts, start) - 1) :]:
            if member.start >= end:
                break
            first, last = max(start, member.start), min(end, member.end)
            if first < last:
                piece = self._data(member)[first - member.start : last - member.start]
                data[first - start : last - start] = piece
        return bytes(data)

    def _data(self, member: Member) -> bytes:
        if self._unpacked is None or self._unpacked[0] is not member:
            self._unpacked = member, unpack(self._descriptor, member)
        return self._unpacked[1]
