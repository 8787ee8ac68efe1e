"""``python -I -m app.workspace.release ROOT ID…``: discards the worktrees of ended tasks that hold nothing.

It prints the ids of the tasks that have no worktree any more, one a line.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.registry.paths import Home
from app.registry.store import DamagedRecord, Registry, UnknownTask
from app.workspace.discarding import HoldsWork, discard
from app.workspace.git import GitError
from app.workspace.taking import held_by


def main(words: list[str]) -> int:
    """Release what can be released."""
    registry = Registry(Home(Path(words[0])))
    for task_id in words[1:]:
        if release(registry, task_id):
            print(task_id, flush=True)
    return 0


def release(registry: Registry, task_id: str) -> bool:
    """Discard the worktree of a task that holds nothing; False where it stays. An undo brings it back."""
    try:
        task = registry.load(task_id)
        for held in held_by(registry.home, [task]):
            if not held.empty or not task.status.ended:
                return False
            discard(held.workspace, always=True)
    except (GitError, HoldsWork, UnknownTask, DamagedRecord, OSError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
