"""What a task's folder in the registry holds of its workspace, and the task that this process works for."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from app.registry.files import read_regular, write_atomic
from app.registry.paths import Home
from app.registry.store import Registry
from app.supervisor.steps import PLACE, WORKSPACE
from app.workspace.place import Workspace, from_record, to_record

OBJECTS = "objects"
"""The store of git objects in which snapshots of uncommitted work lie."""

WORKTREES = "worktrees"
"""The folder in the registry that holds all worktrees."""

_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TaskFiles:
    """The files of one attempt of a task."""

    home: Home
    task_id: str
    attempt: int

    @property
    def registry(self) -> Registry:
        """The registry that the task is in."""
        return Registry(self.home)

    @property
    def start(self) -> Path:
        """How the folder looked when the attempt began."""
        name = "start.json" if self.attempt == 1 else f"start.{self.attempt}.json"
        return self.home.task_file(self.task_id, name)

    @property
    def objects(self) -> Path:
        """The store of snapshots."""
        return self.home.task_file(self.task_id, OBJECTS)

    def save_place(self, folder: Path) -> None:
        """Tell the runner where the task works. Raises OSError."""
        write_atomic(self.home.task_file(self.task_id, PLACE), os.fsencode(folder))

    def save_workspace(self, workspace: Workspace) -> None:
        """Keep the record of the task's worktree. Raises OSError."""
        record = json.dumps(to_record(workspace)).encode()
        write_atomic(self.home.task_file(self.task_id, WORKSPACE), record)

    def workspace(self) -> Workspace | None:
        """The task's worktree; None where it has none. It may be gone meanwhile."""
        return workspace_of(self.home, self.task_id)


def workspace_of(home: Home, task_id: str) -> Workspace | None:
    """The worktree of a task as it was made; None where it has none, or the record makes no sense."""
    return read_workspace(home.task(task_id))


def read_workspace(folder: Path) -> Workspace | None:
    """The same by the task's folder, which may lie in the trash."""
    try:
        record = json.loads(read_regular(folder / WORKSPACE, _LIMIT))
        return from_record(record if isinstance(record, dict) else {})
    except (OSError, ValueError):
        return None


def own_task() -> TaskFiles:
    """The attempt that this process was started for, by the marks in its environment. Raises KeyError."""
    folder = Path(os.environ["DELEGATE_TASK_FOLDER"])
    return TaskFiles(Home(folder.parent.parent), folder.name, int(os.environ["DELEGATE_ATTEMPT"]))
