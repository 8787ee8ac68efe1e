"""What a task found when it started in place, written down until its end tells what changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from app.model.changes import Changes
from app.registry.files import write_atomic
from app.workspace.compare import in_place
from app.workspace.folders import FolderState, Seen, changes_between, look_at
from app.workspace.git import GitError
from app.workspace.repository import look
from app.workspace.snapshot import LeftOut, Snapshot, take

Start = Snapshot | FolderState


def begin(folder: Path, record: Path, objects: Path) -> Start:
    """Note the state of a folder before a task works in it, in the file ``record`` and the store ``objects``.

    Raises GitError, and OSError where the record cannot be written.
    """
    repository = look(folder)
    found: Start = look_at(folder) if repository is None or not repository.top else take(repository, objects)
    save_start(record, found)
    return found


def end(folder: Path, record: Path, objects: Path) -> Changes | None:
    """What changed since the record was written; None where there is no such record.

    Raises GitError, also where the folder was in a repository and is in none any more.
    """
    before = load_start(record)
    if before is None:
        return None
    if isinstance(before, FolderState):
        return changes_between(before, look_at(folder, before))
    repository = look(folder)
    if repository is None:
        raise GitError(f"{folder} was in a repository and is in none any more")
    if before.git_dir and (str(repository.git_dir), str(repository.common)) != (
        before.git_dir,
        before.common,
    ):
        # What lies there was chosen by the task, and git would run the filters that it names.
        raise GitError(f"{folder} is in another repository than at the start: {repository.git_dir}")
    return in_place(repository, before, take(repository, objects), objects)


def save_start(record: Path, start: Start) -> None:
    """Write a state down, durably. Raises OSError."""
    if isinstance(start, Snapshot):
        data: dict[str, object] = {"snapshot": asdict(start)}
    else:
        files = [[path, *seen.stat, seen.digest] for path, seen in start.files.items()]
        data = {"folder": files, "complete": start.complete}
    write_atomic(record, json.dumps(data).encode())


def load_start(record: Path) -> Start | None:
    """Read a state back; None where there is none that can be read."""
    try:
        data = json.loads(record.read_bytes())
        if "snapshot" in data:
            return _snapshot(data["snapshot"])
        files = {path: Seen(tuple(facts), digest) for path, *facts, digest in data["folder"]}
        return FolderState(files, bool(data["complete"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _snapshot(data: dict[str, object]) -> Snapshot:
    left_out, untracked = data.pop("left_out"), data.pop("untracked")
    if not isinstance(left_out, list) or not isinstance(untracked, list):
        raise ValueError("this is no record of a snapshot")
    listed = tuple(LeftOut(**entry) for entry in left_out)
    return Snapshot(**data, left_out=listed, untracked=tuple(untracked))  # type: ignore[arg-type]
