"""What changed: files with their lines added and removed, and commits, read from git's own listings."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import Enum

_SUBMODULE = "160000"
_LINK = "120000"


class Kind(Enum):
    """What happened to a file, with the letter that git and most people use for it."""

    ADDED = "A"
    MODIFIED = "M"
    DELETED = "D"
    RENAMED = "R"
    COPIED = "C"
    RETYPED = "T"


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One changed file. ``path`` is relative to the top, ``old_path`` what it was called before, if else.

    ``added`` and ``removed`` count lines, None where they cannot be counted: binary files, and folders that
    git does not watch. ``untracked`` says that git does not track it at the end. ``mode`` is git's, of what
    it is now or was last: ``100755``, ``120000`` for a link, ``160000`` for a submodule.
    """

    path: str
    kind: Kind
    added: int | None = None
    removed: int | None = None
    old_path: str | None = None
    untracked: bool = False
    mode: str = "100644"
    old_mode: str = "100644"
    note: str = ""

    @property
    def binary(self) -> bool:
        """Whether its lines cannot be counted although git has compared it."""
        return self.added is None and not self.note

    @property
    def submodule(self) -> bool:
        """Whether it is another repository, of which only the commit is noted."""
        return self.mode == _SUBMODULE

    @property
    def link(self) -> bool:
        """Whether it is a symbolic link; its one line is where it leads."""
        return self.mode == _LINK


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its id, first line, author's name, and the author's date in ISO 8601."""

    id: str
    subject: str
    author: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """All that changed between two states, ``start`` and ``end``: ids of git trees, empty without git.

    ``partial`` says in words what could not be compared, empty where everything was.
    """

    files: tuple[ChangedFile, ...] = ()
    commits: tuple[Commit, ...] = ()
    start: str = ""
    end: str = ""
    partial: str = ""

    @property
    def added(self) -> int:
        """The lines added in all files together."""
        return sum(file.added or 0 for file in self.files)

    @property
    def removed(self) -> int:
        """The lines removed in all files together."""
        return sum(file.removed or 0 for file in self.files)

    @property
    def words(self) -> str:
        """The whole in one line: ``3 files +12 −4 · 1 commit``; ``nothing changed`` where nothing did."""
        parts = [f"{counted(len(self.files), 'file')} +{self.added} −{self.removed}"] if self.files else []
        parts += [counted(len(self.commits), "commit")] if self.commits else []
        return " · ".join(parts) or "nothing changed"


def parse_changes(raw: bytes, untracked: Collection[str] = ()) -> tuple[ChangedFile, ...]:
    """The files in the output of ``git diff-tree -r -z --raw --numstat``, in git's order.

    First stand the entries of ``--raw``, then those of ``--numstat``, which tell the lines. Raises ValueError
    for anything else.
    """
    fields = iter(raw.split(b"\0"))
    files: dict[str, ChangedFile] = {}
    for field in fields:
        if field.startswith(b":"):
            file = _raw_entry(field, fields)
            files[file.path] = replace(file, untracked=file.path in untracked)
        elif field:
            path, added, removed = _numstat_entry(field, fields)
            if path in files:
                files[path] = replace(files[path], added=added, removed=removed)
    return tuple(files.values())


def parse_commits(raw: bytes) -> tuple[Commit, ...]:
    """The commits in ``git log -z --format=%H%n%an%n%aI%n%s``."""
    found = []
    for entry in raw.split(b"\0"):
        if entry.strip():
            commit_id, author, when, subject = entry.strip(b"\n").decode("utf-8", "replace").split("\n", 3)
            found.append(Commit(commit_id, subject, author, when))
    return tuple(found)


def counted(count: int, noun: str) -> str:
    """A number with its noun: ``1 commit``, ``2 commits``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _raw_entry(field: bytes, fields: Iterator[bytes]) -> ChangedFile:
    """``:MODE MODE ID ID LETTER`` and one path, or two where the letter is R or C."""
    words = field[1:].decode("ascii").split(" ")
    kind = Kind(words[4][0]) if words[4][0] != "U" else Kind.MODIFIED
    first = os.fsdecode(next(fields))
    renamed = kind in (Kind.RENAMED, Kind.COPIED)
    path = os.fsdecode(next(fields)) if renamed else first
    old_mode, mode = words[0], words[1]
    return ChangedFile(
        path,
        kind,
        old_path=first if renamed else None,
        mode=old_mode if kind is Kind.DELETED else mode,
        old_mode=mode if kind is Kind.ADDED else old_mode,
    )


def _numstat_entry(field: bytes, fields: Iterator[bytes]) -> tuple[str, int | None, int | None]:
    """``ADDED<tab>REMOVED<tab>PATH``; where the path is empty, old and new path follow. ``-`` is binary."""
    added, removed, path = field.split(b"\t", 2)
    if not path:
        next(fields)
        path = next(fields)
    return os.fsdecode(path), _count(added), _count(removed)


def _count(word: bytes) -> int | None:
    return None if word == b"-" else int(word)
