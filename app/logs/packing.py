"""Compressing a log that has ended: written aside, made durable, put in its place, and only then removed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from app.logs.packed import MEMBER, member, packed_path
from app.logs.source import open_source


class StillWritten(OSError):  # noqa: N818 - a state of affairs, not a fault
    """Somebody writes to the log: it stays as it is."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EBUSY, "the log is still being written to", str(path))


def pack(path: Path) -> Path:
    """Compress a log in its folder and return where it lies now; its time of change is kept.

    At every moment the log is there whole, in one form or the other. Raises StillWritten, and OSError with
    the log as it was.
    """
    target = packed_path(path)
    aside = path.with_name(f".{target.name}.{os.getpid()}")
    before = path.lstat()
    if is_written(path):
        raise StillWritten(path)
    try:
        _write(path, aside, int(before.st_mtime))
        os.utime(aside, ns=(before.st_atime_ns, before.st_mtime_ns))
        now = path.lstat()
        if (now.st_ino, now.st_size, now.st_mtime_ns) != (before.st_ino, before.st_size, before.st_mtime_ns):
            raise StillWritten(path)
        aside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise
    _sync(path.parent)
    path.unlink()
    return target


def is_written(path: Path) -> bool:
    """Whether any process has the log open for writing, even one that outlived its task; where the system
    cannot tell (only Linux can, fcntl(2), F_SETLEASE), False."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False


def _write(path: Path, aside: Path, moment: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(aside, flags, 0o600), "wb") as file:
        for piece in _packed(path, moment):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _packed(path: Path, moment: int) -> Iterator[bytes]:
    """The members of the compressed log, one by one: never the whole log at once."""
    with open_source(path) as source:
        if source is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        position = gap = 0
        while position < source.size:
            _, end, hole = source.extent(position)
            if hole:
                gap, position = end - position, end
                continue
            data = source.read(position, min(end, position + MEMBER))
            if not data:
                raise StillWritten(path)  # it was cut short meanwhile
            yield member(data, gap, source.size, moment)
            gap, position = 0, position + len(data)
        if gap or not source.size:
            yield member(b"", gap, source.size, moment)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # a file system that cannot is left alone
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
