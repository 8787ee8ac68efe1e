"""What a person means, before any task is looked up: one reading of what they typed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.model.draft import Draft
from app.model.status import Status
from app.model.task import Task


class Kind(StrEnum):
    """What a sentence asks for: a new task, or the command of that name."""

    TASK = "task"
    STATUS = "status"
    LOGS = "logs"
    WAIT = "wait"
    RESULT = "result"
    ANSWER = "answer"
    CONTINUE = "continue"
    STOP = "stop"
    RETRY = "retry"
    DELETE = "delete"
    CLEAN = "clean"
    UNDO = "undo"
    PAUSE = "pause"
    RESUME = "resume"
    FREE = "free"
    PRIORITY = "priority"
    LIMIT = "limit"
    AGENTS = "agents"
    APPROVE = "approve"
    FILTER = "filter"
    THEME = "theme"
    HELP = "help"
    QUIT = "quit"

    @property
    def destructive(self) -> bool:
        """Whether it stops or deletes, and so must be shown and confirmed."""
        return self in (Kind.STOP, Kind.DELETE, Kind.CLEAN)

    def suits(self, task: Task) -> bool:
        """Whether it makes sense for a task that stands so; for `find`, to prefer those it does for."""
        if self in (Kind.STOP, Kind.WAIT):
            return not task.status.ended
        if self in (Kind.FREE, Kind.PRIORITY):
            return task.status is Status.QUEUED
        if self is Kind.ANSWER:
            return task.status is Status.ASKING
        if self is Kind.CONTINUE:
            return task.run is not None and task.status is not Status.QUEUED
        return task.status.ended or self not in (Kind.RETRY, Kind.DELETE, Kind.RESULT)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence means, before any task is looked up.

    A TASK carries its ``draft``. ``targets`` are the words that name tasks (``#8``, ``last``, ``it``, ``the
    test suite``), or the words of a filter, or the name of a theme. ``scope`` names many tasks at once:
    ``all``, ``ended`` or statuses joined by commas. ``flags`` are the dashed options of a slash command, the
    long way (``--kill``, ``--timeout=5m``). With ``needs_match`` the whole text is a new task, its ``draft``,
    unless a task fits the target. ``value`` is the level of a PRIORITY (``up`` and ``down`` are steps), the
    number of a LIMIT, None for showing it, the choice of an ANSWER, or what a CONTINUE tells its agent.
    """

    kind: Kind
    original: str
    draft: Draft | None = None
    targets: tuple[str, ...] = ()
    scope: str | None = None
    needs_match: bool = False
    flags: tuple[str, ...] = ()
    value: str | None = None

    @property
    def target(self) -> str | None:
        """The first of the targets, or None."""
        return self.targets[0] if self.targets else None
