"""One open log at one moment: its size, its holes, its bytes in blocks. The edge that ``window`` works on."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX = ".gz"
"""What a compressed log's name has behind the log's own."""

_BLOCK = 1 << 16
_MOST_HOLES = 256


class Source:
    """A file descriptor with the size it had when it was opened; what is written later is not seen.

    Bytes are read in aligned blocks, of which the last few are kept: memory does not depend on the file. A
    file cut short meanwhile reads as if it ended there.
    """

    def __init__(self, descriptor: int, size: int) -> None:
        self.size = size
        """Bytes in the file, holes included."""
        self._descriptor = descriptor
        self.holes = self.find_holes()
        """Start and end of each hole, ascending."""
        self._blocks: dict[int, bytes] = {}

    def find_holes(self) -> tuple[tuple[int, int], ...]:
        """The holes as they are now; none where the file system cannot tell. Of a file with very many holes
        the later ones count as data."""
        holes: list[tuple[int, int]] = []
        position = 0
        while position < self.size and len(holes) < _MOST_HOLES:
            hole = self._seek(position, "SEEK_HOLE")
            if hole >= self.size:
                break
            position = self._seek(hole, "SEEK_DATA")
            holes.append((hole, position))
        return tuple(holes)

    def _seek(self, position: int, whence: str) -> int:
        """Where the next hole or data begins; the end of the file when there is none."""
        try:
            return min(os.lseek(self._descriptor, position, getattr(os, whence)), self.size)
        except (OSError, AttributeError):
            return self.size

    def extent(self, position: int) -> tuple[int, int, bool]:
        """Start and end of the stretch of data, or of the hole (True), that the byte at ``position`` lies
        in."""
        start = 0
        for hole, data in self.holes:
            if position < hole:
                return start, hole, False
            if position < data:
                return hole, data, True
            start = data
        return start, self.size, False

    def read(self, start: int, end: int) -> bytes:
        """The bytes from ``start`` up to ``end``; fewer when the file was cut short."""
        first, last = start // _BLOCK, (max(start, end - 1)) // _BLOCK
        data = b"".join(map(self._block, range(first, last + 1)))
        return data[start - first * _BLOCK : end - first * _BLOCK]

    def find_newline(self, start: int, end: int) -> int:
        """Position of the first ``\\n`` in the range, or -1."""
        for index in range(start // _BLOCK, -(-end // _BLOCK)):
            base = index * _BLOCK
            found = self._block(index).find(b"\n", max(0, start - base), end - base)
            if found >= 0:
                return base + found
        return -1

    def rfind_newline(self, start: int, end: int) -> int:
        """Position of the last ``\\n`` in the range, or -1."""
        for index in range(-(-end // _BLOCK) - 1, start // _BLOCK - 1, -1):
            base = index * _BLOCK
            found = self._block(index).rfind(b"\n", max(0, start - base), end - base)
            if found >= 0:
                return base + found
        return -1

    def _block(self, index: int) -> bytes:
        block = self._blocks.get(index)
        if block is None:
            if len(self._blocks) >= 4:
                self._blocks.pop(next(iter(self._blocks)))
            base = index * _BLOCK
            block = self._read_block(base, min(base + _BLOCK, self.size)) if base < self.size else b""
            self._blocks[index] = block
        return block

    def _read_block(self, start: int, end: int) -> bytes:
        return os.pread(self._descriptor, end - start, start)


@contextmanager
def open_source(path: Path) -> Iterator[Source | None]:
    """The log at ``path``, compressed or not, or None when there is no regular file. Raises OSError when it
    may not be read.

    Opening never waits, not even for a pipe that somebody put in the log's place, and follows no link.
    """
    found = _open(path)
    if found is None:
        yield None
        return
    descriptor, packed = found
    try:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode):
            yield None
        elif packed:
            from app.logs.unpacking import PackedSource  # most logs are not

            yield PackedSource(descriptor)
        else:
            yield Source(descriptor, info.st_size)
    finally:
        os.close(descriptor)


def look_at(path: Path) -> tuple[int, int, int] | None:
    """What tells a log from an earlier look at it: device, inode, and its size in bytes as it reads.

    None when it is not there.
    """
    with suppress(OSError):
        info = path.lstat()
        return info.st_dev, info.st_ino, info.st_size
    found = None
    with suppress(OSError):
        found = _open(path)
    if found is None:
        return None
    descriptor, packed = found
    try:
        info = os.fstat(descriptor)
        return info.st_dev, info.st_ino, _unpacked_size(descriptor) if packed else info.st_size
    except OSError:
        return None
    finally:
        os.close(descriptor)


def lies_at(path: Path) -> Path:
    """The file in which a log is: its own, or the compressed one that has taken its place."""
    packed = path.with_name(path.name + SUFFIX)
    return packed if packed.exists() and not path.exists() else path


def _unpacked_size(descriptor: int) -> int:
    from app.logs.packed import size_of  # most logs are not

    return size_of(descriptor)


def _open(path: Path) -> tuple[int, bool] | None:
    """A descriptor of the log, and whether it is compressed; None when it is there in neither form."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
    for candidate, packed in ((path, False), (path.with_name(path.name + SUFFIX), True)):
        try:
            return os.open(candidate, flags), packed
        except FileNotFoundError:
            continue
    return None
