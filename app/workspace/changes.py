"""Files and commits that changed, read from git's own listings."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import replace

from app.model.changes import ChangedFile, Commit, Kind


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
