"""``python -m app.workspace.prepare``: makes the place that a task works in, in its folder and environment.

The task's folder is told by the environment, as to the task itself. What is in the way is the last line.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app.model.task import Request
from app.registry.codec import parse, request_from_record
from app.workspace.files import OBJECTS, save_place, start_name
from app.workspace.git import GitError
from app.workspace.place import Workspace, branch_name
from app.workspace.recording import begin
from app.workspace.repository import look
from app.workspace.settings import provision_for
from app.workspace.worktrees import CannotIsolate, Wanted, create


def main() -> int:
    """Make the place; returns the exit code."""
    task = Path(os.environ["DELEGATE_TASK_FOLDER"])
    try:
        request = request_from_record(parse((task / "task.toml").read_bytes()))
        if request.workspace is None or not request.workspace.worktree:
            begin(Path(request.folder), task / start_name(attempt()), task / OBJECTS)
            return 0
        return prepare(task, request)
    except (GitError, CannotIsolate, OSError, ValueError) as error:
        print(f"no place to work in: {error}", flush=True)
        return 1


def attempt() -> int:
    """The number of the attempt that this is done for."""
    return int(os.environ.get("DELEGATE_ATTEMPT", "1"))


def prepare(task: Path, request: Request) -> int:
    """Make the worktree of a task, and run the set-up command there; returns the exit code.

    Raises GitError, CannotIsolate and OSError.
    """
    assert request.workspace is not None
    folder = Path(os.path.realpath(request.folder))
    repository = look(folder)
    if repository is None:
        raise CannotIsolate(f"{folder} is in no git repository; work in place with worktree:no")
    provision, problems = provision_for(repository.folder)
    name = branch_name(request.number, request.name).rpartition("/")[2]
    wanted = Wanted(
        number=request.number,
        name=request.name,
        folder=task.parent.parent / "workspaces" / name,
        base=request.workspace.base or "HEAD",
        carry=request.workspace.with_changes,
        provision=provision,
    )
    workspace = create(repository, wanted)
    place = workspace.folder / folder.relative_to(repository.top) if repository.top else workspace.folder
    for note in (f"worktree {workspace.branch} at {workspace.folder}", *workspace.notes, *problems):
        print(f"workspace: {note}", flush=True)
    place.mkdir(parents=True, exist_ok=True)
    save_place(task, place, workspace)
    return _set_up(provision.setup, workspace)


def _set_up(command: str, workspace: Workspace) -> int:
    if not command:
        return 0
    print(f"set-up: {command}", flush=True)
    done = subprocess.run(["/bin/sh", "-c", command], cwd=workspace.folder, check=False).returncode
    if done:
        print(f"the set-up command failed with exit code {done}", flush=True)
    return 1 if done else 0


if __name__ == "__main__":
    sys.exit(main())
