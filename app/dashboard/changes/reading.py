"""Reads differences for the changes tab, in its threads."""

from __future__ import annotations

import tempfile

from app.dashboard.changes.colouring import Colours
from app.dashboard.changes.difftable import DiffTable
from app.dashboard.changes.listing import name_of, remark_of
from app.logs.sanitise import sanitise
from app.model.changes import Changes
from app.model.task import Task
from app.workspace.review import Review, diff_of


def table_of(found: Review, choice: int) -> DiffTable:
    """The difference of a file, or of a commit behind the last file. Raises GitError."""
    text = diff_of(found, choice)
    changes = found.changes
    assert changes is not None
    if choice >= len(changes.files):
        commit = changes.commits[choice - len(changes.files)]
        title = f"{commit.id[:7]} {sanitise(commit.subject)}"
        return DiffTable.of(text, Colours(""), title, one_file=False)
    file = changes.files[choice]
    title = " · ".join(part for part in (name_of(file), remark_of(file)) if part)
    return DiffTable.of(text, Colours(file.path), title, file.path)


def place_in(changes: Changes, choice: int) -> str:
    """Which one is shown of all: ``file 2 of 3``; commits come behind the files."""
    files = len(changes.files)
    if choice < files:
        return f"file {choice + 1} of {files}"
    return f"commit {choice - files + 1} of {len(changes.commits)}"


def key_of(task: Task | None) -> object:
    """What tells one attempt from another."""
    return (task.id, len(task.state.attempts)) if task else None


def drop(store: tempfile.TemporaryDirectory[str] | None) -> None:
    """Remove the objects of a look."""
    if store is not None:
        store.cleanup()


def in_a_line(error: Exception) -> str:
    """What went wrong, safe for a terminal."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return sanitise(said)
