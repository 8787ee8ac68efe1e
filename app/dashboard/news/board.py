"""All tasks the dashboard knows of, and what a change of them means for the person in front of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import takewhile

from app.dashboard.table.rows import Counts, count, ordered, set_or_drop
from app.model.estimate import Estimate
from app.model.outcome import Progress
from app.model.status import Status
from app.model.task import Task
from app.model.vitals import Silence


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of a batch of records: tasks seen ``ended`` that were open before, those ``asking`` what
    they did not ask before, and whether rows came or went or moved (``reordered``), so that the table must be
    laid out anew."""

    ended: tuple[Task, ...] = ()
    asking: tuple[Task, ...] = ()
    reordered: bool = False


@dataclass(slots=True)
class Board:
    """The tasks by id, with what their logs say of them while they run.

    ``open`` are those that wait or run, ``unread`` the ids of ends that nobody has seen; ``since`` is when
    somebody began to look.
    """

    tasks: dict[str, Task] = field(default_factory=dict)
    progress: dict[str, Progress] = field(default_factory=dict)
    last_lines: dict[str, str] = field(default_factory=dict)
    silences: dict[str, Silence] = field(default_factory=dict)
    estimates: dict[str, Estimate] = field(default_factory=dict)
    open: dict[str, Task] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    _ended: list[Task] | None = None
    _asked: dict[str, int] = field(default_factory=dict)

    def apply(self, changed: Iterable[Task], removed: Iterable[str] = ()) -> Changes:
        """Take records as they are now."""
        ended: list[Task] = []
        asking: list[Task] = []
        reordered = False
        for task in changed:
            before = self.tasks.get(task.id)
            self._put(task)
            reordered |= before is None or _place(before) != _place(task)
            if self._just_ended(before, task):
                ended.append(task)
            if self._asks_anew(task):
                asking.append(task)
            if not task.status.live:
                self._forget_log(task.id)
        for task_id in removed:
            reordered |= task_id in self.tasks
            self._drop(task_id)
        return Changes(tuple(ended), tuple(asking), reordered)

    def add(self, task: Task) -> bool:
        """Take a task just delegated here, unless the registry has told of it already; True if taken."""
        if task.id in self.tasks:
            return False
        self._put(task)
        return True

    def read_log(self, task_id: str, progress: Progress | None, last_line: str) -> None:
        """Take what a running task's log says now."""
        if task_id not in self.tasks or not self.tasks[task_id].status.live:
            return
        self.last_lines[task_id] = last_line
        self.silences.pop(task_id, None)
        set_or_drop(self.progress, task_id, progress)

    def fall_silent(self, task_id: str, silence: Silence | None) -> None:
        """Take how long a running task has said nothing; None when it speaks again."""
        if task_id in self.tasks and self.tasks[task_id].status.live:
            set_or_drop(self.silences, task_id, silence)

    def expect(self, task_id: str, estimate: Estimate | None) -> None:
        """Take how long tasks like a running one took; None when nothing is known."""
        if task_id in self.tasks and self.tasks[task_id].status.live:
            set_or_drop(self.estimates, task_id, estimate)

    def _just_ended(self, before: Task | None, task: Task) -> bool:
        """Whether this is the end of a run that nobody was told of; it may have been too short to be seen."""
        if not task.status.ended:
            return False
        if before is not None and len(before.state.attempts) == len(task.state.attempts):
            return not before.status.ended
        attempt = task.attempt
        return attempt is not None and attempt.ended is not None and attempt.ended > self.since

    def _asks_anew(self, task: Task) -> bool:
        """Whether it asks something that it did not ask before; questions of a task are numbered upwards."""
        newest = max((ask.number for ask in task.asks), default=0)
        if newest <= self._asked.get(task.id, 0):
            return False
        self._asked[task.id] = newest
        return any(ask.number == newest and ask.asked > self.since for ask in task.asks)

    def rows(self) -> list[Task]:
        """All tasks in the order of the table: open ones, then ended ones, the newest end first.

        A change of an open task costs nothing for the thousands that have ended.
        """
        if self._ended is None:
            self._ended = ordered(task for task in self.tasks.values() if task.status.ended)
        return [*ordered(self.open.values()), *self._ended]

    def counts(self, today: date) -> Counts:
        """How many tasks stand how, of the ended ones those of ``today`` (a local date)."""
        rows = self.rows()
        start = len(self.open)
        recent = takewhile(lambda task: _ended_since(task, today), rows[start:])
        return count((*rows[:start], *recent), today)

    def _put(self, task: Task) -> None:
        before = self.tasks.get(task.id)
        self.tasks[task.id] = task
        if task.status.ended or (before is not None and before.status.ended):
            self._ended = None
        if task.status.ended:
            self.open.pop(task.id, None)
        else:
            self.open[task.id] = task
        if task.unread:
            self.unread.add(task.id)
        else:
            self.unread.discard(task.id)

    def _drop(self, task_id: str) -> None:
        self.tasks.pop(task_id, None)
        self.open.pop(task_id, None)
        self.unread.discard(task_id)
        self._asked.pop(task_id, None)
        self._ended = None
        self._forget_log(task_id)

    def _forget_log(self, task_id: str) -> None:
        self.progress.pop(task_id, None)
        self.last_lines.pop(task_id, None)
        self.silences.pop(task_id, None)
        self.estimates.pop(task_id, None)


def _place(task: Task) -> tuple[Status, bool]:
    """What decides where a task stands in the table and how it counts."""
    return task.status, task.unsaved is not None


def _ended_since(task: Task, today: date) -> bool:
    ended = task.attempt.ended if task.attempt else None
    return (ended or task.request.created).astimezone().date() >= today
