"""Which running tasks have touched the same file: looked at seldom, only where two work in one repository."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from textual.message import Message

from app.dashboard.news.messages import Collided
from app.model.checkout import Touched, collisions
from app.model.task import Task
from app.registry.store import Registry

PERIOD_S = 5.0
"""The shortest time between two looks."""

SHARE = 20
"""A look that takes long is followed by so many times its duration without one."""


class Neighbours:
    """Compares what running tasks have changed so far, and ``post``s who shares a file when that changes."""

    def __init__(
        self,
        registry: Registry,
        post: Callable[[Message], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry = registry
        self._post = post
        self._clock = clock
        self._due = 0.0
        self._told: Mapping[str, tuple[int, ...]] = {}

    def tell(self, tasks: Iterable[Task]) -> None:
        """Look, if it is time to and there is anything to compare."""
        together = _together(tasks)
        if together and self._clock() < self._due:
            return
        begin = self._clock()
        found = self._collisions(together) if together else {}
        self._due = self._clock() + max(PERIOD_S, SHARE * (self._clock() - begin))
        if found != self._told:
            self._told = found
            self._post(Collided(found))

    def _collisions(self, tasks: list[Task]) -> dict[str, tuple[int, ...]]:
        touched = {task.number: seen for task in tasks if (seen := self._touched(task)) is not None}
        shared = collisions(touched)
        return {task.id: shared[task.number] for task in tasks if task.number in shared}

    def _touched(self, task: Task) -> Touched | None:
        # Only who watches two tasks in one repository needs these.
        from app.workspace.git import GitError
        from app.workspace.review import review, scratch_store
        from app.workspace.taskfiles import workspace_of
        from app.workspace.working import opened, touched

        with suppress(GitError, OSError):
            place = workspace_of(self._registry.home, task.id)
            where = task.request.workspace.checkout if task.request.workspace else ""
            if place is not None and not place.carried:
                paths = touched(opened(place), place.base)
                return Touched(where, frozenset(path for path in paths if path not in place.linked))
            with scratch_store(self._registry.home, task) as folder:
                found = review(self._registry.home, task, store=Path(folder))
            if found.changes is not None:
                return Touched(where, frozenset(file.path for file in found.changes.files))
        return None


def _together(tasks: Iterable[Task]) -> list[Task]:
    """The running tasks whose changes are tracked, of those repositories in which more than one works."""
    by_checkout: dict[str, list[Task]] = {}
    for task in tasks:
        place = task.request.workspace
        if task.status.live and place is not None and place.prepared and place.checkout:
            by_checkout.setdefault(place.checkout, []).append(task)
    return [task for group in by_checkout.values() if len(group) > 1 for task in group]
