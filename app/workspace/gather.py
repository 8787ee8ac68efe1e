"""``python -I -m app.workspace.gather``: writes down what a task has changed, after its command has ended."""

from __future__ import annotations

import sys
from pathlib import Path

from app.logs.sanitise import sanitise
from app.model.changes import Changes
from app.registry.changed import write_changes
from app.workspace.git import GitError
from app.workspace.recording import end
from app.workspace.taskfiles import TaskFiles, own_task
from app.workspace.working import changes_in


def main() -> int:
    """Gather the changes of the task that the environment names; what is in the way is told in the log."""
    files = own_task()
    try:
        changes = _changes(files)
        if changes is not None:
            write_changes(files.home, files.task_id, files.attempt, changes)
    except (GitError, OSError) as error:
        print(sanitise(f"what changed cannot be told: {error}"), flush=True)
        return 1
    return 0


def _changes(files: TaskFiles) -> Changes | None:
    """All that the task has changed so far. Raises GitError and OSError."""
    workspace = files.workspace()
    if workspace is not None:
        return changes_in(workspace, files.objects)
    folder = Path(files.registry.request(files.task_id).folder)
    return end(folder, files.start, files.objects)


if __name__ == "__main__":
    sys.exit(main())
