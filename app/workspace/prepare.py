"""``python -I -m app.workspace.prepare``: makes the place a task works in, before its command starts.

A runner starts it in the task's folder. It writes where that place is into the task's folder in the registry;
what is in the way is its last line of output, with exit code 1.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from app.logs.sanitise import sanitise
from app.model.task import Request
from app.registry.files import touch
from app.registry.project import named_by_project
from app.workspace.git import GitError
from app.workspace.place import Workspace, branch_name
from app.workspace.providing import Provision
from app.workspace.recording import begin
from app.workspace.repository import look
from app.workspace.taskfiles import WORKTREES, TaskFiles, own_task
from app.workspace.worktrees import CannotIsolate, Wanted, create

SET_UP = "set-up"
"""An empty file in the task's folder: the set-up command has run."""


def main() -> int:
    """Prepare the place of the task that the environment names."""
    files = own_task()
    request = files.registry.request(files.task_id)
    try:
        place = _worktree(files, request) or _in_place(files, request)
        files.save_place(place)
    except (CannotIsolate, GitError, OSError) as error:
        print(sanitise(str(error)), flush=True)
        return 1
    setup = request.workspace.setup if request.workspace is not None else ""
    made = files.workspace()
    if not setup or made is None:
        return 0
    return _set_up(setup, made.folder, files.home.task_file(files.task_id, SET_UP))


def _in_place(files: TaskFiles, request: Request) -> Path:
    """Note how the folder looks now; a note that cannot be taken costs the list of changes, not the task."""
    folder = Path(request.folder)
    try:
        begin(folder, files.start, files.objects)
    except (GitError, OSError) as error:
        print(sanitise(f"what changes cannot be told afterwards: {error}"), flush=True)
    return folder


def _worktree(files: TaskFiles, request: Request) -> Path | None:
    """Make the worktree, or find the one of an earlier attempt; return the folder below it that is meant.

    None where the task works in place. Raises CannotIsolate, GitError and OSError.
    """
    wish = request.workspace
    if wish is None or not wish.worktree:
        return None
    folder = Path(os.path.realpath(request.folder))
    repository = look(folder)
    if repository is None:
        raise CannotIsolate(f"{folder} is in no git repository any more; use worktree:no")
    if repository.head is None and wish.base is None:
        print("workspace: there is no commit yet that a worktree could start from, so it works in place")
        return None
    links, copies, problems = named_by_project(repository.folder)
    wanted = Wanted(
        number=request.number,
        name=request.name,
        folder=files.home.root / WORKTREES / branch_name(request.number, request.name).rpartition("/")[2],
        base=wish.base or "HEAD",
        carry=wish.with_changes,
        provision=Provision(
            tuple(dict.fromkeys((*links, *wish.links))), tuple(dict.fromkeys((*copies, *wish.copies)))
        ),
    )
    fresh = not wanted.folder.is_dir()
    made = create(repository, wanted)
    files.save_workspace(made)
    _tell(made, (*problems, *made.notes) if fresh else (), fresh=fresh)
    below = folder.relative_to(repository.top) if repository.top else Path()
    place = made.folder / below
    place.mkdir(parents=True, exist_ok=True)  # git knows no empty folders
    return place


def _tell(made: Workspace, notes: tuple[str, ...], *, fresh: bool) -> None:
    """The first line of the log: where the task works, and what it was given."""
    how = f"from {made.base[:10]}" if fresh else "as the last attempt left it"
    taken = ", with the changes that were not committed" if made.carried and fresh else ""
    print(sanitise(f"workspace: branch {made.branch} {how}{taken}, in {made.folder}"))
    for note in notes:
        print(sanitise(f"workspace: {note}"))
    sys.stdout.flush()


def _set_up(setup: str, folder: Path, done: Path) -> int:
    """Run the set-up command, once for all attempts of the task."""
    if done.exists():
        return 0
    print(sanitise(f"set-up: {setup}"), flush=True)
    environment = {**os.environ, "PWD": str(folder)}
    code = subprocess.run(["/bin/sh", "-c", setup], cwd=folder, env=environment, check=False).returncode
    if code:
        print(f"the set-up command failed: exit {code}", flush=True)
        return 1
    touch(done)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.exit(main())
