"""Compares two states of a checkout: which files changed, and which commits were made in between."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from app.model.changes import ChangedFile, Changes, Commit, Kind, counted
from app.workspace.changes import parse_changes, parse_commits
from app.workspace.git import Git
from app.workspace.repository import Repository
from app.workspace.snapshot import LeftOut, Snapshot, stored

MOST_COMMITS = 1000
"""The most commits that are listed; a task that makes more has imported history."""

DIFF = ("--no-ext-diff", "--no-textconv", "--no-color", "--find-renames", "--ignore-submodules=none")
"""Options of every comparison: nothing of the user's is run, and renames are found as git does by default."""

_FORMAT = "--format=%H%n%an%n%aI%n%s"
_MADE = (b"commit", b"cherry-pick", b"revert", b"rebase", b"am", b"merge", b"pull")
"""What the log of HEAD calls the deeds that can make a commit; the others only move HEAD."""


def files_between(git: Git, start: str, end: str, untracked: Collection[str] = ()) -> tuple[ChangedFile, ...]:
    """The files that differ between two trees or commits. Raises GitError where one is gone."""
    raw = git.read("diff-tree", "-r", "-z", "--raw", "--numstat", "--full-index", *DIFF, start, end, "--")
    return parse_changes(raw, frozenset(untracked))


def in_place(
    repository: Repository, before: Snapshot, after: Snapshot, objects: Path | None = None
) -> Changes:
    """What changed between two snapshots of one checkout; ``objects`` is where they were written.

    Raises GitError where the repository has forgotten one of them.
    """
    git = stored(repository, objects)
    files = files_between(git, before.tree, after.tree, after.untracked)
    files += changed_left_out(before.left_out, after.left_out)
    commits = made_commits(repository, before.head, after.head, before.reflog)
    return Changes(files, commits, before.tree, after.tree, _partial(before, after))


def made_commits(
    repository: Repository, start: str | None, end: str | None, reflog: int = 0
) -> tuple[Commit, ...]:
    """The commits made in a checkout since HEAD was ``start``, oldest first, at most MOST_COMMITS.

    Those that the log of HEAD calls made behind its first ``reflog`` bytes, as far as they are still part of
    a branch: commits that were only fetched or checked out, or amended away, are not among them. Without such
    a log: all that ``end`` has and ``start`` has not.
    """
    if end is None or (start == end and not reflog):
        return ()
    made = _logged(repository.git_dir / "logs" / "HEAD", reflog)
    if made is not None and not made:
        return ()
    git = repository.git
    limits = ["--not", *([start] if start else []), "--remotes"]
    words = [end, *(["--branches"] if made is not None else []), *limits]
    listed = os.fsdecode(git.read("rev-list", "--topo-order", "--reverse", *words)).split()
    found = listed if made is None else [commit for commit in listed if commit in made]
    return describe(git, found[-MOST_COMMITS:])


def range_commits(git: Git, start: str, end: str) -> tuple[Commit, ...]:
    """The commits that ``end`` has and ``start`` has not, oldest first, at most MOST_COMMITS."""
    listed = git.read("rev-list", "--topo-order", "--reverse", end, f"^{start}")
    return describe(git, os.fsdecode(listed).split()[-MOST_COMMITS:])


def describe(git: Git, ids: Iterable[str]) -> tuple[Commit, ...]:
    """Commits by their ids, in the same order."""
    data = "".join(f"{commit}\n" for commit in ids).encode()
    if not data:
        return ()
    log = ("log", "--no-walk=unsorted", "--stdin", "-z", "--encoding=UTF-8", "--no-show-signature", _FORMAT)
    return parse_commits(git.read(*log, data=data))


def changed_left_out(before: Iterable[LeftOut], after: Iterable[LeftOut]) -> tuple[ChangedFile, ...]:
    """What changed of that which no snapshot took in, told by size and time."""
    old = {entry.path: entry for entry in before if entry.path}
    new = {entry.path: entry for entry in after if entry.path}
    found = []
    for path in sorted({*old, *new}):
        was, now = old.get(path), new.get(path)
        if was is None or now is None:
            kind, entry = (Kind.ADDED, now) if was is None else (Kind.DELETED, was)
        elif (was.size, was.mtime_ns) != (now.size, now.mtime_ns):
            kind, entry = Kind.MODIFIED, now
        else:
            continue
        found.append(ChangedFile(path, kind, untracked=True, note=entry.reason if entry else ""))
    return tuple(found)


def _partial(before: Snapshot, after: Snapshot) -> str:
    unread = [entry.reason for entry in (*before.left_out, *after.left_out) if not entry.path]
    unnamed = max(before.unnamed, after.unnamed)
    more = [f"{counted(unnamed, 'untracked file')} too many to compare"] if unnamed else []
    return " · ".join(dict.fromkeys([*unread, *more]))


def _logged(log: Path, offset: int) -> frozenset[str] | None:
    """The ids of commits made, by the log of HEAD from ``offset`` on; None where there is no log."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(offset)
        found = set()
        for line in file.read().splitlines():
            ids, _, message = line.partition(b"\t")
            words = ids.split(b" ")
            if len(words) > 1 and message.startswith(_MADE) and not message.endswith(b": Fast-forward"):
                found.add(words[1].decode("ascii", "replace"))
        return frozenset(found)
    return None
