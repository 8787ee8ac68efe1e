"""Punches real holes into real files, the way a log is kept within its bound."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import pytest

BLOCK = 4096
"""Holes begin and end at multiples of this."""

_KEEP_SIZE_AND_PUNCH = 0x01 | 0x02


def punch(path: Path, start: int, end: int) -> None:
    """Gives the bytes from ``start`` up to ``end`` back to the file system; offsets and size stay.

    Where holes cannot be punched the test is skipped, or fails if every tool is required.
    """
    if sys.platform != "linux":
        _missing("holes can only be punched on Linux")
    library = ctypes.CDLL(None, use_errno=True)
    library.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    with path.open("r+b") as file:
        if library.fallocate(file.fileno(), _KEEP_SIZE_AND_PUNCH, start, end - start) != 0:
            _missing(f"fallocate: {os.strerror(ctypes.get_errno())}")


def _missing(what: str) -> None:
    if os.environ.get("DELEGATE_TEST_REQUIRE_ALL"):
        pytest.fail(what)
    pytest.skip(what)
