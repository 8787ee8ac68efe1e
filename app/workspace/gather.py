"""``python -m app.workspace.gather``: writes down what a task has changed in its place, beside its record."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.registry.codec import parse, request_from_record
from app.workspace.files import OBJECTS, load_workspace, save_changes, start_name
from app.workspace.git import GitError
from app.workspace.prepare import attempt
from app.workspace.recording import end
from app.workspace.working import changes_in


def main() -> int:
    """Write down what changed; returns the exit code."""
    task = Path(os.environ["DELEGATE_TASK_FOLDER"])
    number = attempt()
    try:
        workspace = load_workspace(task)
        if workspace is not None:
            found = changes_in(workspace, task / OBJECTS)
        else:
            request = request_from_record(parse((task / "task.toml").read_bytes()))
            in_place = end(Path(request.folder), task / start_name(number), task / OBJECTS)
            if in_place is None:
                return 0
            found = in_place
        save_changes(task, number, found)
    except (GitError, OSError, ValueError) as error:
        print(f"what changed is not known: {error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
