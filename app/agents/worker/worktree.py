"""Which files of a git working tree are nobody's unfinished work, read from git's own listings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

_ORDINARY = "H"
"""The tag of ``git ls-files -v`` for a file whose changes git looks for; it hides those of others."""


class Reason(StrEnum):
    """Why a file is left alone, in words."""

    CHANGED = "you had changed it"
    UNTRACKED = "git does not track it"


@dataclass(frozen=True, slots=True)
class Worktree:
    """A working tree at one moment. Paths are relative to its top, with ``/`` between their parts.

    ``head`` is the commit's id, ``branch`` the full name of the branch; each is None where there is none.
    ``changed`` holds all that is modified, staged or untracked, ``clean`` what is tracked and unchanged.
    """

    top: str
    head: str | None
    branch: str | None
    changed: frozenset[str]
    clean: frozenset[str]


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that was made. ``files`` are those it really holds; ``branch`` is None on a detached HEAD."""

    id: str
    subject: str
    branch: str | None
    files: tuple[str, ...]


def parse_status(raw: bytes) -> frozenset[str]:
    """The paths in ``git status --porcelain=v1 -z --untracked-files=all``, both names of a renamed file."""
    paths: set[str] = set()
    entries = iter(raw.split(b"\0"))
    for entry in entries:
        if len(entry) > 3:
            paths.add(os.fsdecode(entry[3:]))
            if b"R" in entry[:2] or b"C" in entry[:2]:
                paths.add(os.fsdecode(next(entries, b"")))
    return frozenset(paths)


def parse_tracked(raw: bytes) -> frozenset[str]:
    """The paths in ``git ls-files -v -z`` whose changes git would see.

    Files marked ``assume-unchanged`` or ``skip-worktree`` are not among them: git hides their changes.
    """
    entries = (entry for entry in raw.split(b"\0") if len(entry) > 2)
    return frozenset(
        os.fsdecode(entry[2:]) for entry in entries if entry[:1].decode("ascii", "replace") == _ORDINARY
    )


def reasons(worktree: Worktree | None, files: Mapping[str, str]) -> Mapping[str, Reason]:
    """Which of the files must be left alone, and why. ``files`` gives each one's real path, free of links.

    Without a working tree nobody can tell what is unfinished, and nothing is left alone.
    """
    if worktree is None:
        return {}
    found = ((path, _reason(worktree, real)) for path, real in files.items())
    return {path: reason for path, reason in found if reason is not None}


def name_in(worktree: Worktree, real: str) -> str:
    """A file's path as git writes it, from its real path."""
    return os.path.relpath(real, worktree.top).replace(os.sep, "/")


def _reason(worktree: Worktree, real: str) -> Reason | None:
    name = name_in(worktree, real)
    if name in worktree.changed:
        return Reason.CHANGED
    return None if name in worktree.clean else Reason.UNTRACKED
