"""Deleting tasks, cleaning up, and taking that back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.model.status import Status
from app.model.task import Task
from app.registry.config import load_config
from app.registry.inventory import needed_numbers
from app.registry.store import Registry
from app.registry.transaction import refuse_newer, transaction
from app.supervisor import leftovers, scheduling
from app.supervisor.refusing import OperationError, in_one_line


@in_one_line
def delete(registry: Registry, task_ids: Sequence[str]) -> int:
    """Put tasks into the trash, all as one deletion that ``undo`` takes back; returns how many.

    Raises OperationError, and deletes none, if one of them runs.
    """
    scheduling.settle_as_configured(registry)
    numbers = {task_id: _number_to_delete(registry, task_id) for task_id in task_ids}
    from app.registry import trash  # slow to load, rarely needed

    with transaction(registry) as change:
        for task_id in set(registry.in_hand()).intersection(numbers):
            raise OperationError(f"#{numbers[task_id]} is running; stop it before you delete it")
        for number in needed_numbers(registry, besides=task_ids).intersection(numbers.values()):
            raise OperationError(f"a waiting task starts after #{number}; delete or free that one first")
        return trash.delete(change, task_ids)


def _number_to_delete(registry: Registry, task_id: str) -> int:
    """The number of a task. Raises OperationError and NewerTask where it must stay."""
    task = registry.load(task_id)
    refuse_newer(task)
    if leftovers.find_if_lost(registry, task_id):
        raise OperationError(f"processes of #{task.number} still run; stop it before you delete it")
    return task.number


@in_one_line
def cleanable(registry: Registry, statuses: Collection[Status] | None = None) -> list[Task]:
    """The ended tasks (only those of these statuses) that a clean-up may take.

    Those that a waiting task starts after stay, and those of which a process still runs.
    """
    needed = needed_numbers(registry)
    ended = (
        task
        for task in registry.recent(len(registry.ids()))
        if task.status.ended
        and not (task.read_only or task.number in needed)
        and (statuses is None or task.status in statuses)
    )
    return [task for task in ended if not leftovers.find_if_lost(registry, task.id)]


@in_one_line
def undo(registry: Registry) -> list[Task]:
    """Take back the newest deletion; returns the tasks that are there again."""
    from app.registry import trash  # slow to load, rarely needed

    with transaction(registry) as change:
        restored = trash.restore(change)
    if not restored:
        raise OperationError("there is no deletion to undo")
    scheduling.run_pass(registry, load_config())
    return [registry.load(task_id) for task_id in restored]
