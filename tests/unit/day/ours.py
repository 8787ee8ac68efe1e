"""The scheduler as it is: the product's own decisions, on its own records, with the clock passed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from app.model.backoff import next_start
from app.model.queue import Limits, Load, choose
from app.model.status import Status
from app.model.task import Attempt, Live, Request, State, Task
from app.registry.paths import marker_name
from app.registry.queueing import waiting
from tests.unit.day.events import Order, Run, Setting, Submit


class Ours:
    """The records of a registry, kept in memory; what changes them mirrors the transactions."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.tasks: dict[int, Task] = {}
        self.paused = False
        self.memory = 500

    def submit(self, number: int, asked: Submit, now: datetime) -> None:
        """Accept a task."""
        start = None if asked.delay_s is None else now + timedelta(seconds=asked.delay_s)
        request = Request(
            id=f"agent_20261120_{number:06d}",
            number=number,
            name=f"task-{number}",
            text="",
            agent=asked.agent,
            command=("true",),
            folder=asked.folder,
            created=now,
            priority=asked.priority,
            after=tuple(number - back for back in sorted(asked.after) if back < number),
            after_any=tuple(number - back for back in sorted(asked.after_any) if back < number),
            not_before=start,
            retries=asked.retries,
        )
        self.tasks[number] = Task(request, State(Status.QUEUED, not_before=start))

    def set(self, setting: Setting) -> None:
        """Pause or go on, with so much memory."""
        self.paused, self.memory = setting.paused, setting.memory

    def obey(self, number: int, order: Order) -> None:
        """Do to a task what a person asked for, where it can be done."""
        task = self.tasks.get(number)
        if task is None:
            return
        waits, ended = task.status is Status.QUEUED, task.status.ended
        if order.what == "stop" and not ended:
            self._write(task, status=Status.STOPPED)
        elif order.what == "delete" and (waits or ended):
            del self.tasks[number]
        elif order.what == "retry" and ended:
            self._write(task, status=Status.QUEUED, retried=0, not_before=None)
        elif order.what == "free" and waits:
            self._write(task, freed=True, not_before=None)
        elif order.what == "priority" and waits:
            self._write(task, priority=order.priority)

    def end(self, number: int, run: Run, now: datetime) -> None:
        """An attempt has ended by itself."""
        task = self.tasks[number]
        again = next_start(run.end, task.request.retries, task.state.retried, now, run.chance)
        if again is None:
            self._write(task, status=run.end)
        else:
            self._write(task, status=Status.QUEUED, not_before=again, retried=task.state.retried + 1)

    def start(self, now: datetime) -> list[tuple[int, int]]:
        """One scheduling pass: number and attempt of what starts now, in order."""
        running = tuple(waiting(task) for task in self.tasks.values() if task.status is Status.STARTING)
        load = Load(running, self.limits, self.paused, self.memory, now)
        chosen = choose((waiting(task) for task in self._queue()), load, self._standing)
        by_id = {task.id: task for task in self.tasks.values()}
        return [self._hand_over(by_id[task_id]) for task_id in chosen]

    def due(self, now: datetime) -> datetime | None:
        """The next time that a task waits for."""
        moments = [task.state.not_before for task in self._queue() if task.state.not_before]
        return min((moment for moment in moments if moment > now), default=None)

    def _queue(self) -> Iterator[Task]:
        queued = [task for task in self.tasks.values() if task.status is Status.QUEUED]
        yield from sorted(queued, key=lambda task: marker_name(task.priority, task.number, task.id))

    def _standing(self, number: int) -> Status | None:
        return self.tasks[number].status if number in self.tasks else None

    def _hand_over(self, task: Task) -> tuple[int, int]:
        number = len(task.state.attempts) + 1
        attempts = (*task.state.attempts, Attempt(number, f"{task.id}.log"))
        state = replace(task.state, status=Status.STARTING, not_before=None, attempts=attempts)
        self.tasks[task.number] = replace(task, state=state, live=Live(number))
        return task.number, number

    def _write(self, task: Task, **changes: object) -> None:
        self.tasks[task.number] = Task(task.request, replace(task.state, **changes))  # type: ignore[arg-type]
