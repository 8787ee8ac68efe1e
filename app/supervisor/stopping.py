"""Asking a runner to stop its task: the request is a file, and a signal to the runner is only the bell."""

from __future__ import annotations

from app.model.task import Task
from app.registry.boot import boot_id
from app.registry.codec import dump
from app.registry.files import write_atomic
from app.registry.store import Registry
from app.supervisor.facts import STOP
from app.supervisor.processes import look, send
from app.supervisor.signals import signal


def request(registry: Registry, task: Task, *, at_once: bool) -> None:
    """Leave the request beside the task's records and wake its runner. Raises OSError."""
    attempt = len(task.state.attempts)
    path = registry.home.task_file(task.id, STOP)
    write_atomic(path, dump({"attempt": attempt, "kill": at_once}))
    _wake(task)


def _wake(task: Task) -> None:
    """A runner that has introduced itself listens; one that has not will look for the request by itself."""
    runner = task.live.runner if task.live else None
    if runner is None or runner.boot != boot_id():
        return
    process = look(runner.pid)
    if process is not None and process.start == runner.start:
        send(process, signal.SIGUSR1)
