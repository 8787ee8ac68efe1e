"""What the feed tells the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.message import Message

from app.model.estimate import Estimate
from app.model.hold import Hold
from app.model.outcome import Progress
from app.model.task import Task
from app.model.vitals import Silence


@dataclass
class RecordsChanged(Message):
    """Records that are new or different, and ids that are gone.

    ``damaged`` counts the records in quarantine. ``complete`` is True once every task has been told.
    ``holds`` are the agents that are paused.
    """

    tasks: list[Task]
    removed: list[str]
    paused: bool
    damaged: int
    complete: bool
    holds: tuple[Hold, ...] = ()


@dataclass
class LogSpoke(Message):
    """A running task's log grew: how far it has come, and its last line, made safe."""

    task_id: str
    progress: Progress | None
    last_line: str


@dataclass
class ReadingFailed(Message):
    """The registry cannot be read: what the screen shows may be old. An empty ``problem``: it can again."""

    problem: str


@dataclass
class FellSilent(Message):
    """A running task has said nothing for long (and longer than last told), or None: it speaks again."""

    task_id: str
    silence: Silence | None


@dataclass
class Expected(Message):
    """How long tasks like one that has just started took; None where nothing is known."""

    task_id: str
    estimate: Estimate | None


@dataclass
class Collided(Message):
    """The running tasks, by id, that have changed a file which others have changed too: their numbers."""

    shared: Mapping[str, tuple[int, ...]]
