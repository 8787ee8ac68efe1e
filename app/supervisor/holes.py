"""Bounding a log while its writer goes on: the middle is given back to the disk, head and tail stay in place.

Punching a hole moves no offset and disturbs no writer (Linux: fallocate(2) with FALLOC_FL_PUNCH_HOLE; macOS:
fcntl F_PUNCHHOLE). Where the file system knows no holes, the log is cut back to its head instead, with a line
that says so: the newest lines are lost then, but the disk does not fill.
"""

# Imported by the runner: see processes.py.
import fcntl
import os
import sys

HEAD = 256 * 1024
"""How much of a log's beginning is always kept, in bytes."""

BLOCK = 4096
_PUNCH_HOLE_KEEP_SIZE = 0x03
_F_PUNCHHOLE = 99


def occupied(descriptor: int) -> int:
    """How many bytes of disk a file takes; holes take none."""
    return os.fstat(descriptor).st_blocks * 512


def bound(descriptor: int, cap: int) -> int:
    """Bring a file under ``cap`` bytes of disk if it is over it; return how many bytes this dropped.

    Half of the cap is kept as the tail, so that it is not done again at once.
    """
    if occupied(descriptor) <= cap:
        return 0
    size = os.fstat(descriptor).st_size
    start = min(HEAD, cap // 4) // BLOCK * BLOCK
    end = (size - cap // 2) // BLOCK * BLOCK
    if end <= start:
        return 0
    before = occupied(descriptor)
    try:
        _punch(descriptor, start, end - start)
    except OSError:
        return _cut(descriptor, size, start)
    return max(0, before - occupied(descriptor))


def _punch(descriptor: int, start: int, length: int) -> None:
    if sys.platform == "darwin":
        import struct

        fcntl.fcntl(descriptor, _F_PUNCHHOLE, struct.pack("IIqq", 0, 0, start, length))
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    size_t = ctypes.c_int64
    if libc.fallocate(descriptor, _PUNCH_HOLE_KEEP_SIZE, size_t(start), size_t(length)) != 0:
        raise OSError(ctypes.get_errno(), "cannot punch a hole")


def _cut(descriptor: int, size: int, keep: int) -> int:
    """The fallback: back to the head, and a line where the rest was. Writers append, so they go on there."""
    os.ftruncate(descriptor, keep)
    dropped = size - keep
    os.write(descriptor, b"\n[delegate] this file system has no holes: %d bytes dropped here\n" % dropped)
    return dropped
