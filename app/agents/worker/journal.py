"""The worker's own lines in the log, each with its time, straight to standard output."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from app.logs.sanitise import sanitise

_SHOWN_FILES = 3


def say(text: str) -> None:
    """Writes one line such as ``[14:31:05] Running: eslint src/``, ahead of what a tool then says."""
    write(f"[{datetime.now():%H:%M:%S}] {sanitise(text)}")


def write(text: str) -> None:
    """Writes one line as it is. A log that cannot take it must not end the work."""
    line = text.encode("utf-8", "replace") + b"\n"
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        os.write(1, line)


def command_line(argv: Sequence[str], files: Sequence[str] = ()) -> str:
    """A command as a person would type it: the program without its folder, a long list of files cut short."""
    words = [Path(argv[0]).name, *argv[1:]]
    shown = shlex.join([*words, *files[:_SHOWN_FILES]])
    more = len(files) - _SHOWN_FILES
    return f"{shown} … and {counted(more, 'more file')}" if more > 0 else shown


def counted(count: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
