"""All tasks the dashboard knows of, and what a change of them means for the person in front of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.model.outcome import Progress
from app.model.task import Task


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of a batch of records: tasks seen ``ended`` that were open before, and whether rows came or
    went or moved (``reordered``), so that the table must be laid out anew."""

    ended: tuple[Task, ...] = ()
    reordered: bool = False


@dataclass(slots=True)
class Board:
    """The tasks by id, with what their logs say of them while they run.

    ``unread`` are ids; ``since`` is when somebody began to look.
    """

    tasks: dict[str, Task] = field(default_factory=dict)
    progress: dict[str, Progress] = field(default_factory=dict)
    last_lines: dict[str, str] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    def apply(self, changed: Iterable[Task], removed: Iterable[str] = ()) -> Changes:
        """Take records as they are now."""
        ended: list[Task] = []
        reordered = False
        for task in changed:
            before = self.tasks.get(task.id)
            self._put(task)
            reordered |= before is None or before.status is not task.status
            if self._just_ended(before, task):
                ended.append(task)
            if not task.status.live:
                self._forget_log(task.id)
        for task_id in removed:
            reordered |= self.tasks.pop(task_id, None) is not None
            self.unread.discard(task_id)
            self._forget_log(task_id)
        return Changes(tuple(ended), reordered)

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
        if progress is None:
            self.progress.pop(task_id, None)
        else:
            self.progress[task_id] = progress

    def _just_ended(self, before: Task | None, task: Task) -> bool:
        """Whether this is the end of a run that nobody was told of; it may have been too short to be seen."""
        if not task.status.ended:
            return False
        if before is not None and len(before.state.attempts) == len(task.state.attempts):
            return not before.status.ended
        attempt = task.attempt
        return attempt is not None and attempt.ended is not None and attempt.ended > self.since

    def _put(self, task: Task) -> None:
        self.tasks[task.id] = task
        if task.unread:
            self.unread.add(task.id)
        else:
            self.unread.discard(task.id)

    def _forget_log(self, task_id: str) -> None:
        self.progress.pop(task_id, None)
        self.last_lines.pop(task_id, None)
