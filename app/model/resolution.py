"""Finds the tasks that a reading is about; the shell command and the dashboard read alike through this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.model.asking import ENDED
from app.model.reference import Match, find
from app.model.sentences import Kind, Reading
from app.model.status import Status
from app.model.task import Task

_ABOUT_TASKS = frozenset(
    {Kind.STATUS, Kind.LOGS, Kind.WAIT, Kind.RESULT, Kind.STOP, Kind.RETRY, Kind.DELETE, Kind.CLEAN}
)
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Resolution:
    """A reading with its tasks.

    A reading that needed a match and has none has become a TASK. ``attempt`` is the one asked for by ``7.2``.
    ``problem`` is one line for the user when no task, or more than one, is meant; ``tasks`` are then the ones
    to choose from.
    """

    reading: Reading
    tasks: tuple[Task, ...] = ()
    attempt: int | None = None
    problem: str | None = None


def resolve(reading: Reading, tasks: Sequence[Task], selected: Task | None = None) -> Resolution:
    """Find the tasks that a reading means; ``selected`` is what ``it``, or no name at all, stands for."""
    if reading.kind not in _ABOUT_TASKS:
        return Resolution(reading)
    if reading.scope:
        return Resolution(reading, tuple(task for task in tasks if _in_scope(task, reading)))
    found: list[Task] = []
    attempt: int | None = None
    for target in reading.targets or ("it",):
        match = _meant(target, reading.kind, tasks, selected)
        if not match.tasks and reading.needs_match:
            return Resolution(replace(reading, kind=Kind.TASK, targets=(), needs_match=False))
        if len(match.tasks) != 1:
            return Resolution(reading, match.tasks, problem=_unclear(target, match.tasks))
        found += (task for task in match.tasks if task not in found)
        attempt = match.attempt
    return Resolution(reading, tuple(found), attempt)


def _meant(target: str, kind: Kind, tasks: Sequence[Task], selected: Task | None) -> Match:
    """The tasks a target means: first among those that can be stopped, retried, …, else among all."""
    if target == "it" and selected is not None:
        return Match((selected,))
    suiting = find(target, [task for task in tasks if _suits(task, kind)])
    return suiting if suiting.tasks else find(target, tasks)


def _suits(task: Task, kind: Kind) -> bool:
    """Whether the order makes sense for a task that stands so."""
    if kind in (Kind.STOP, Kind.WAIT):
        return not task.status.ended
    if kind in (Kind.RETRY, Kind.DELETE, Kind.RESULT):
        return task.status.ended
    return True


def _in_scope(task: Task, reading: Reading) -> bool:
    """Whether a task is one of those that are meant together."""
    if reading.scope == "all":
        return reading.kind is Kind.STATUS or _suits(task, reading.kind)
    if reading.scope == ENDED:
        return task.status.ended
    return task.status in {Status(word) for word in (reading.scope or "").split(",")}


def _unclear(target: str, tasks: Sequence[Task]) -> str:
    """What to tell when a target means no task, or several."""
    if not tasks:
        return "There is no task yet" if target in ("it", "last") else f"No task is called {target!r}"
    shown = ", ".join(f"#{task.number} {task.name}" for task in tasks[:_MOST_SHOWN])
    more = f" and {len(tasks) - _MOST_SHOWN} more" if len(tasks) > _MOST_SHOWN else ""
    return f"{target!r} may be {shown}{more}: name one by its number"
