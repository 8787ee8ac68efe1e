"""Whether a folder is another than before, as git tells: read-only, and given up where it takes too long."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.agents.host.spawning import CannotSpawn, spawn
from app.model.gitwords import git_command, git_environment
from app.registry.checkout import checkout_of

PATIENCE_S = 3.0
"""How long git may take for one look, in seconds; a verdict without it is better than none."""

_MOST_BYTES = 4 * 1024 * 1024
_MOST_PATHS = 5000
_COMMAND = git_command(
    ("status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", "--ignore-submodules=none")
)
"""Tells the commit of the branch, and everything that is not as in it, whatever is set to be left out."""


@dataclass(frozen=True, slots=True)
class Look:
    """What git said, and the files it named as they were then. ``certain`` is False where git does not look
    into a folder: what changes in there cannot be seen."""

    said: bytes
    files: tuple[tuple[int, int, int] | None, ...]
    certain: bool


def look(folder: str, environment: Mapping[str, str], fence: Sequence[str] = ()) -> Look | None:
    """How the folder stands, as git tells behind this fence; None where no git tells."""
    said = _ask_git((*fence, *_COMMAND), git_environment(environment))
    if said is None:
        return None
    paths = [path for entry in said.split(b"\0") if (path := _path(entry))]
    root = _root(folder)
    files = tuple(_fact(os.path.join(root, path)) for path in paths[:_MOST_PATHS])  # noqa: PTH118 - bytes
    return Look(said, files, len(paths) <= _MOST_PATHS and not any(path.endswith(b"/") for path in paths))


def changed(before: Look | None, after: Look | None) -> bool | None:
    """Whether something has changed between two looks; None where that is not known."""
    if before is None or after is None:
        return None
    if (before.said, before.files) != (after.said, after.files):
        return True
    return False if before.certain else None


def _ask_git(command: Sequence[str], environment: Mapping[str, str]) -> bytes | None:
    reading, writing = os.pipe()
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        pid = spawn(command, environment, nothing, writing, nothing)
    except CannotSpawn:
        os.close(reading)
        return None
    finally:
        os.close(writing)
        os.close(nothing)
    try:
        said = _read(reading)
    finally:
        os.close(reading)
    if said is None:
        os.killpg(pid, signal.SIGKILL)  # not reaped yet, so nobody else has its pid; and what it has started
    return said if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 else None


def _read(descriptor: int) -> bytes | None:
    """Everything up to the end; None where that takes too long or is too much."""
    said, deadline = bytearray(), time.monotonic() + PATIENCE_S
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while len(said) <= _MOST_BYTES and (left := deadline - time.monotonic()) > 0:
        if not poll.poll(left * 1000):
            continue
        data = os.read(descriptor, 1 << 16)
        if not data:
            return bytes(said)
        said += data
    return None


def _path(entry: bytes) -> bytes:
    """The path in an entry of git's (git-status(1), porcelain format version 2); empty for one without."""
    fields = {b"1": 8, b"2": 9, b"u": 10, b"?": 1}.get(entry[:1])
    parts = entry.split(b" ", fields) if fields else []
    return parts[fields] if fields and len(parts) > fields else b""


def _root(folder: str) -> bytes:
    """The top of the working tree that a folder is in: what the paths in git's listing start from."""
    path = Path(os.path.realpath(folder))
    return os.fsencode(checkout_of(path) or path)


def _fact(path: bytes) -> tuple[int, int, int] | None:
    try:
        info = os.lstat(path)
    except OSError:
        return None
    return info.st_mtime_ns, info.st_size, info.st_ino
