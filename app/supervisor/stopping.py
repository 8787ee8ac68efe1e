"""Asking a runner to stop its task: the request is a file, and a signal to the runner is only the bell."""

from __future__ import annotations

from app.model.task import Task
from app.registry.boot import boot_id
from app.registry.codec import dump, parse
from app.registry.files import read_regular, write_atomic
from app.registry.paths import Home
from app.registry.store import Registry
from app.registry.values import BadRecord
from app.supervisor.facts import STOP
from app.supervisor.processes import ON_LINUX, is_ours, look, send
from app.supervisor.signals import signal

_LIMIT = 4096
"""The largest request that is read, in bytes."""


def request(registry: Registry, task: Task, *, at_once: bool) -> None:
    """Leave the request beside the task's records and wake its runner. Raises OSError.

    Where there is no room for a request the signal itself is one, since a task that fills the disk must be
    stoppable. It is a polite one then, whatever was asked for.
    """
    attempt = len(task.state.attempts)
    path = registry.home.task_file(task.id, STOP)
    try:
        write_atomic(path, dump({"attempt": attempt, "kill": at_once}))
    except OSError:
        if not _signal(task, signal.SIGTERM):
            raise
    else:
        _signal(task, signal.SIGUSR1)


def was_requested(home: Home, task_id: str, attempt: int) -> bool:
    """Whether somebody has asked for the end of this attempt, even if it ended before its runner saw that."""
    try:
        return parse(read_regular(home.task_file(task_id, STOP), _LIMIT)).get("attempt") == attempt
    except (OSError, BadRecord):
        return False


def _signal(task: Task, number: int) -> bool:
    """A runner that has introduced itself listens; one that has not will look for the request by itself.

    One that somebody has stopped with a signal is let go on: it would hear nothing.
    """
    runner = task.live.runner if task.live else None
    if runner is None or runner.boot != boot_id():
        return False
    process = look(runner.pid)
    if process is None or process.start != runner.start or (ON_LINUX and not is_ours(runner.pid)):
        return False
    return send(process, number) and send(process, signal.SIGCONT)
