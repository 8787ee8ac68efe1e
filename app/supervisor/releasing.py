"""Lets go of the worktrees of tasks that were kept for long enough, before the tasks go."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from app.registry.store import Registry
from app.supervisor.steps import WORKSPACE

RELEASE = (sys.executable, "-I", "-m", "app.workspace.release")
"""Discards the worktrees of the tasks named that hold nothing, and prints the ids of those tasks."""

_TIMEOUT_S = 600.0


def released(registry: Registry, task_ids: Sequence[str]) -> list[str]:
    """Those of the tasks whose worktree is gone by now, or that never had one.

    A worktree that holds work stays, and its task with it; so does one of which that cannot be told.
    """
    placed = [one for one in task_ids if os.path.lexists(registry.home.task_file(one, WORKSPACE))]
    free = set(task_ids).difference(placed)
    if placed:
        free |= _release(registry, placed).intersection(placed)
    return [task_id for task_id in task_ids if task_id in free]


def _release(registry: Registry, task_ids: Sequence[str]) -> set[str]:
    command = [*RELEASE, str(registry.home.root), *task_ids]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return set()
    return set(done.stdout.decode("ascii", "replace").split())
