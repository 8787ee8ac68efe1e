"""Waiting for tasks to end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from app.model.queue import waits_in_vain
from app.model.status import Status
from app.model.task import Task
from app.registry.config import load_config
from app.registry.queueing import waiting
from app.registry.store import Registry
from app.supervisor import scheduling
from app.supervisor.refusing import OperationError, in_one_line


class WaitTimeout(Exception):  # noqa: N818 - an outcome of waiting, not a fault
    """The time given for waiting was over before the tasks were."""


def _is_over(task: Task, *, saved: bool) -> bool:
    """Whether there is nothing more to wait for: the end of a newer version's task is never settled by us."""
    if not task.status.ended:
        return False
    return not task.unsettled or task.read_only or (task.unsaved is not None and not saved)


@in_one_line
def await_end(
    registry: Registry,
    task_ids: Sequence[str],
    timeout_s: float | None = None,
    *,
    saved: bool = True,
    on_look: Callable[[Sequence[Task]], None] = lambda _: None,
) -> list[Task]:
    """Wait until all of these tasks have ended and their records say so, and return them. Raises WaitTimeout.

    Without ``saved`` an end that its runner cannot write down for now will do. ``on_look`` is given the tasks
    at each look, several times a second, so that what they ask meanwhile can be told.
    """
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    pause_s = 0.01
    while True:
        tasks = [registry.load(task_id) for task_id in task_ids]
        if any(task.unsettled for task in tasks):
            scheduling.settle_as_configured(registry)
            tasks = [registry.load(task_id) for task_id in task_ids]
        on_look(tasks)
        if all(_is_over(task, saved=saved) for task in tasks):
            return tasks
        if all(_is_over(task, saved=saved) or _waits_in_vain(registry, task) for task in tasks):
            vain = next(task for task in tasks if _waits_in_vain(registry, task))
            reason = registry.with_reasons([vain], load_config().limits)[0].queue_reason
            raise OperationError(
                f"#{vain.number} will not start by itself: {reason}; delegate free {vain.number}"
            )
        if deadline is not None and time.monotonic() >= deadline:
            raise WaitTimeout
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.3, 0.2)


def _waits_in_vain(registry: Registry, task: Task) -> bool:
    return task.status is Status.QUEUED and waits_in_vain(waiting(task), registry.standing)
