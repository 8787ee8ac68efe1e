"""The files in a task's folder that tell of its place and what changed there; JSON, since paths are bytes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.registry.files import write_atomic
from app.workspace.changes import ChangedFile, Changes, Commit, Kind
from app.workspace.place import Workspace, from_record, to_record

PLACE = "place"
"""The path of the place to work in, and nothing else: read by the runner."""

WORKSPACE = "workspace.json"
"""The worktree that was made for the task."""

OBJECTS = "objects"
"""The store of what was not committed, needed to read the diffs."""


def changes_name(attempt: int) -> str:
    """The file that tells what an attempt changed."""
    return "changes.json" if attempt == 1 else f"changes.{attempt}.json"


def start_name(attempt: int) -> str:
    """The file that tells what an attempt in place found at its start."""
    return "start.json" if attempt == 1 else f"start.{attempt}.json"


def save_place(task: Path, place: Path, workspace: Workspace | None) -> None:
    """Write down where a task works. Raises OSError."""
    if workspace is not None:
        write_atomic(task / WORKSPACE, json.dumps(to_record(workspace)).encode())
    write_atomic(task / PLACE, str(place).encode("utf-8", "surrogateescape"))


def load_workspace(task: Path) -> Workspace | None:
    """The worktree of a task; None where it works in place."""
    try:
        record = json.loads((task / WORKSPACE).read_bytes())
        return from_record(record if isinstance(record, dict) else {})
    except (OSError, ValueError):
        return None


def save_changes(task: Path, attempt: int, changes: Changes) -> None:
    """Write down what an attempt changed. Raises OSError."""
    record = asdict(changes)
    for file, entry in zip(changes.files, record["files"], strict=True):
        entry["kind"] = file.kind.value
    write_atomic(task / changes_name(attempt), json.dumps(record).encode())


def load_changes(task: Path, attempt: int) -> Changes | None:
    """What an attempt changed; None where that is not known."""
    try:
        record: dict[str, Any] = json.loads((task / changes_name(attempt)).read_bytes())
        files = tuple(ChangedFile(**{**entry, "kind": Kind(entry["kind"])}) for entry in record["files"])
        commits = tuple(Commit(**entry) for entry in record["commits"])
        return Changes(**{**record, "files": files, "commits": commits})
    except (OSError, ValueError, KeyError, TypeError):
        return None
