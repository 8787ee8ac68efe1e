"""Writing files so that no reader ever sees half of one, and locking them."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from _thread import get_ident
from collections.abc import Iterator
from pathlib import Path

RECORD_LIMIT = 16 * 1024 * 1024
"""The largest record that is read, in bytes; a larger one is not ours."""

NOT_A_RECORD = frozenset({errno.ELOOP, errno.EINVAL, errno.EISDIR, errno.ENXIO})
"""What opening says when a link, a pipe or a folder stands in a record's place."""

NO_RECORD = NOT_A_RECORD | {errno.ENOENT, errno.ENOTDIR}
"""What opening says where there is no record, be it that something else stands in its place."""

LOCK_PATIENCE_S = 30.0
"""How long a transaction waits for its turn; others hold the lock for milliseconds."""


class RegistryBusy(Exception):  # noqa: N818 - a state of affairs, not a fault
    """Another process has held the registry's lock for longer than any transaction takes."""


class LockedAlready(RuntimeError):  # noqa: N818 - a state of affairs
    """This very thread holds the lock that it asks for: it would wait for itself until its patience ends."""


_held: set[tuple[int, Path]] = set()


def write_atomic(path: Path, data: bytes) -> None:
    """Replace a file whole and durably, mode 0600; OSError leaves the old one as it was.

    The order is the one that survives a power cut: write, fsync, rename, fsync of the folder.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    try:
        write_new(temporary, data)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def write_new(path: Path, data: bytes) -> None:
    """Create a file that must not exist yet, mode 0600, and make its content durable."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; a file system that cannot is left alone."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def read_regular(path: Path, limit: int) -> bytes:
    """Read up to ``limit`` bytes of a regular file, following no link and waiting on no pipe.

    Raises OSError, also (ELOOP, EINVAL) where something else than a regular file stands in its place, and
    (ENOTDIR) where its folder is a link: a record must not be able to lie outside of the registry.
    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        descriptor = os.open(
            path.name, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder
        )
    finally:
        os.close(folder)
    with os.fdopen(descriptor, "rb") as file:
        if not _is_regular(descriptor):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return file.read(limit)


def touch(path: Path) -> None:
    """Make an empty file, mode 0600, if there is none; a link in its place is not followed."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600))


def _is_regular(descriptor: int) -> bool:
    return (os.fstat(descriptor).st_mode & 0o170000) == 0o100000


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the exclusive lock of a file. Raises RegistryBusy when it cannot be had in LOCK_PATIENCE_S, and
    LockedAlready at once inside of another such block, which is a fault of the caller."""
    holder = (get_ident(), path)
    if holder in _held:
        raise LockedAlready(f"{path} is locked by this very thread")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _wait_for_lock(descriptor, path)
        _held.add(holder)
        yield
    finally:
        _held.discard(holder)
        os.close(descriptor)


def _wait_for_lock(descriptor: int, path: Path) -> None:
    deadline = time.monotonic() + LOCK_PATIENCE_S
    pause = 0.001
    while not try_lock(descriptor):
        if time.monotonic() > deadline:
            raise RegistryBusy(f"{path} has been locked for {LOCK_PATIENCE_S:.0f} s by another process")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)


def try_lock(descriptor: int, *, shared: bool = False) -> bool:
    """Take the lock of an open file if nobody holds it against us."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
