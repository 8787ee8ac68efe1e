"""Reads files that others wrote: bounded, regular ones only, waiting on no pipe, led out of no project."""

from __future__ import annotations

import errno
import os
from pathlib import Path

LIMIT = 1024 * 1024
"""The largest definition, and the largest prompt file, that is read, in bytes."""


class Broken(Exception):  # noqa: N818 - names what is broken
    """A definition that cannot be used. ``line`` is where, counted from 1; None for the file as a whole."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line

    def at(self, path: Path) -> str:
        """One line that names file, line and reason."""
        where = f"{path}:{self.line}" if self.line else str(path)
        return f"{where}: {self}"


def read_bytes(path: Path, inside: Path | None = None) -> bytes:
    """The content of a regular file of at most LIMIT bytes. Raises Broken.

    Links are followed, but not out of the folder ``inside``, where one is given.
    """
    if "\0" in str(path):
        raise Broken("is no name of a file")
    real = Path(os.path.realpath(path))
    if inside is not None and not real.is_relative_to(os.path.realpath(inside)):
        raise Broken("leads out of its project")
    try:
        descriptor = os.open(real, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Broken("is no regular file" if error.errno == errno.ENXIO else _reason(error)) from None
    try:
        if (os.fstat(descriptor).st_mode & 0o170000) != 0o100000:
            raise Broken("is no regular file")
        data = _read(descriptor)
    except OSError as error:
        raise Broken(_reason(error)) from None
    finally:
        os.close(descriptor)
    if len(data) > LIMIT:
        raise Broken(f"is larger than {LIMIT // 1024} KiB")
    return data


def _read(descriptor: int) -> bytes:
    """The content of an open file, or one byte more than LIMIT of it."""
    data = bytearray()
    while len(data) <= LIMIT and (piece := os.read(descriptor, LIMIT + 1 - len(data))):
        data += piece
    return bytes(data)


def text_of(data: bytes) -> str:
    """The text of a definition. Raises Broken with the line that is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Broken("is not UTF-8", data.count(b"\n", 0, error.start) + 1) from None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
