"""What still runs of a task whose runner was killed: found by the mark in its environment, ended likewise."""

from __future__ import annotations

import time

from app.model.status import Status
from app.model.task import Task
from app.registry.paths import Home
from app.registry.store import Registry
from app.supervisor.kill import sweep
from app.supervisor.processes import Process, mark, members, pids, snapshot


def find(home: Home, task: Task) -> list[int]:
    """The pids of living processes of a task that nobody owns any more, ascending."""
    return [] if task.live is not None else pids(_find(home, task).values())


def find_if_lost(registry: Registry, task_id: str) -> list[int]:
    """The same for the one kind of ended task that may have left something; cheap for all others."""
    task = registry.load(task_id)
    return find(registry.home, task) if task.status is Status.LOST else []


def end(home: Home, task: Task, grace_s: float) -> list[int]:
    """End what is left of a lost task; returns the pids that would not go. Waits up to the time of grace."""
    return sweep(lambda: _find(home, task), grace_s, time.sleep).survivors


def _find(home: Home, task: Task) -> dict[int, Process]:
    return members(snapshot(), mark(str(home.root), task.id))
