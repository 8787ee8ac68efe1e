"""What a job left in the project: which files it changed, and what it made, told by their times and sizes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from app.agents.worker.repository import not_hidden

MOST_FILES = 20_000
"""Files looked at; in a larger project changes go unseen, which is said by silence."""

Stamp = tuple[int, int]


def stamps(root: Path) -> Mapping[str, Stamp]:
    """When each file of a project was changed and how large it is: those that git would show, else all."""
    found: dict[str, Stamp] = {}
    for name in _names(root):
        try:
            info = (root / name).lstat()
        except OSError:
            continue
        found[name] = (info.st_mtime_ns, info.st_size)
        if len(found) >= MOST_FILES:
            break
    return found


def changed(before: Mapping[str, Stamp], after: Mapping[str, Stamp]) -> tuple[str, ...]:
    """The files that are new, gone or different, in order of name."""
    return tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))


def made(root: Path, folders: Iterable[str], since_ns: int) -> tuple[str, int, int] | None:
    """The first of the folders in which files were written since a moment: its name, their count, bytes."""
    for name in folders:
        sizes = [info.st_size for info in _infos(root / name) if info.st_mtime_ns >= since_ns]
        if sizes:
            return name, len(sizes), sum(sizes)
    return None


def _names(root: Path) -> Iterator[str]:
    shown = not_hidden(root)
    if shown is not None:
        yield from shown
        return
    for folder, inside, files in os.walk(root):
        inside[:] = [name for name in inside if not name.startswith(".") and name not in _TOOLS]
        yield from (os.path.relpath(os.path.join(folder, name), root) for name in files)  # noqa: PTH118 - often


_TOOLS = frozenset({"node_modules", "venv", "__pycache__", "target", "build", "dist", "site-packages"})


def _infos(folder: Path) -> Iterator[os.stat_result]:
    for place, _, files in os.walk(folder):
        for name in files:
            try:
                yield Path(place, name).lstat()
            except OSError:
                continue
