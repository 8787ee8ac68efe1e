"""Coming back after a while: one line that says what happened meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.model.answers import asking
from app.model.duration import format_duration
from app.model.status import Status
from app.model.task import Task

AWAY_AFTER_S = 600.0
"""A pause between two signs of life this long counts as having been away."""

PRESENT_WITHOUT_REPORTS_S = 30.0
"""Where the terminal does not say whether it has the focus, a key press proves presence this long."""

_NOT_FINE = (Status.FAILED, Status.TIMED_OUT, Status.STOPPED, Status.LOST)


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether somebody looks at the screen, as far as the terminal and the keyboard tell.

    ``focused`` is None until the terminal has reported its focus once; ``last_key`` is on the monotonic clock
    in seconds, ``since`` the same moment on the wall clock.
    """

    last_key: float
    since: datetime
    focused: bool | None = None
    pressed: bool = False

    def watching(self, now: float) -> bool:
        """Whether what is on the screen at ``now`` can be taken as seen."""
        quiet = now - self.last_key
        if self.focused is None:
            return self.pressed and quiet <= PRESENT_WITHOUT_REPORTS_S
        return self.focused and quiet < AWAY_AFTER_S

    def away_s(self, now: float) -> float:
        """The seconds somebody was away if a sign of life comes at ``now``; 0.0 for a short pause."""
        quiet = now - self.last_key
        return quiet if quiet >= AWAY_AFTER_S else 0.0


def away_line(tasks: Iterable[Task], since: datetime, away_s: float) -> str:
    """The strip over the table: ``away 47m: 3 finished (1 failed) · #11 asks``, or nothing to tell of."""
    known = list(tasks)
    ended = [task for task in known if _ended_after(task, since)]
    asks = [f"#{task.number} asks" for task in asking(known)]
    if not away_s or not (ended or asks):
        return ""
    bad = [f"{count} {status.word}" for status in _NOT_FINE if (count := _count(ended, status))]
    detail = f" ({', '.join(bad)})" if bad else ""
    finished = [f"{len(ended)} finished{detail}"] if ended else []
    return f"away {format_duration(away_s)}: {' · '.join([*finished, *asks])}"


def _ended_after(task: Task, since: datetime) -> bool:
    attempt = task.attempt
    return bool(task.status.ended and attempt and attempt.ended and attempt.ended > since)


def _count(tasks: Iterable[Task], status: Status) -> int:
    return sum(task.status is status for task in tasks)
