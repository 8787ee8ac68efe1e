"""What changed in a folder that is no git repository: a bounded list of its files, taken twice."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.model.changes import ChangedFile, Changes, Kind

PASSED_OVER = frozenset(
    {".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox", ".cache"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache", ".gradle", ".direnv"}
)
"""Folders whose content is made by tools and of no interest; nothing below them is looked at."""

NOTE = "no repository"
"""Why the lines of these files are not counted."""


@dataclass(frozen=True, slots=True)
class FolderBounds:
    """How many files are looked at, how large one may be to be read, and how much is read of all together."""

    files: int = 20_000
    file_bytes: int = 1024 * 1024
    all_bytes: int = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """One file at one moment: ``stat`` is (size, mtime and ctime in ns, inode, mode), ``digest`` its content.

    A file that is not read, because it is too large, has no digest.
    """

    stat: tuple[int, int, int, int, int]
    digest: str = ""


@dataclass(frozen=True, slots=True)
class FolderState:
    """The files of a folder by their relative paths; ``complete`` says that none was beyond the bound."""

    files: Mapping[str, Seen] = field(default_factory=dict)
    complete: bool = True


FOLDER_BOUNDS = FolderBounds()


def look_at(
    folder: Path, before: FolderState | None = None, bounds: FolderBounds = FOLDER_BOUNDS
) -> FolderState:
    """What is in a folder now. With the state ``before``, only files that are not as they were are read.

    Links are noted and not followed. What cannot be read is passed over.
    """
    found: dict[str, Seen] = {}
    room = bounds.all_bytes
    for path, status in _walk(folder):
        if len(found) >= bounds.files:
            return FolderState(found, complete=False)
        facts = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_mode)
        known = before.files.get(path) if before else None
        if known is not None and known.stat == facts:
            found[path] = known
            continue
        read = status.st_size <= min(bounds.file_bytes, room)
        room -= status.st_size if read else 0
        found[path] = Seen(facts, _digest(folder / path, status.st_mode) if read else "")
    return FolderState(found)


def changes_between(before: FolderState, after: FolderState) -> Changes:
    """The files that changed. One that was only touched is not among them, where its content is known."""
    files = []
    for path in sorted({*before.files, *after.files}):
        was, now = before.files.get(path), after.files.get(path)
        if was is None:
            files.append(ChangedFile(path, Kind.ADDED, note=NOTE))
        elif now is None:
            files.append(ChangedFile(path, Kind.DELETED, note=NOTE))
        elif _differ(was, now):
            files.append(ChangedFile(path, Kind.MODIFIED, note=NOTE))
    most = f"more than {max(len(before.files), len(after.files)):,} files: not all were compared"
    return Changes(tuple(files), partial="" if before.complete and after.complete else most)


def _differ(was: Seen, now: Seen) -> bool:
    if was.digest and now.digest:
        return (was.digest, was.stat[4]) != (now.digest, now.stat[4])
    return (was.stat[:3], was.stat[4]) != (now.stat[:3], now.stat[4])


def _walk(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Files and links by relative path, folders near the top first, in a settled order."""
    waiting = deque([""])
    while waiting:
        inside = waiting.popleft()
        try:
            entries = sorted(os.scandir(folder / inside), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            path = f"{inside}/{entry.name}" if inside else entry.name
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISDIR(status.st_mode):
                if entry.name not in PASSED_OVER:
                    waiting.append(path)
            elif stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
                yield path, status


def _digest(path: Path, mode: int) -> str:
    """The digest of a file's content, or of where a link leads; empty where it cannot be read."""
    try:
        data = os.fsencode(path.readlink()) if stat.S_ISLNK(mode) else path.read_bytes()
    except OSError:
        return ""
    return hashlib.blake2b(data, digest_size=16).hexdigest()
