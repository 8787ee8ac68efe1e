"""What starts next, and why the others wait: decided from plain facts, without a process or a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.model.status import Status

Standing = Callable[[int], Status | None]
"""Tells how the task of a number stands; None for a task that does not exist any more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queued task as the scheduler sees it; candidates come in the order of priority, then age."""

    id: str
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """How much runs now, how much may run at once, and whether the user has paused the queue."""

    running: int
    limit: int
    paused: bool = False

    @property
    def free(self) -> int:
        """How many tasks may start right now."""
        return 0 if self.paused else max(0, self.limit - self.running)


def choose(candidates: Iterable[Waiting], load: Load, standing: Standing) -> list[str]:
    """Pick the ids that start now. Reads no more candidates than it needs to fill the free slots."""
    starts: list[str] = []
    if not load.free:
        return starts
    for candidate in candidates:
        if not blocked_by(candidate.after, standing):
            starts.append(candidate.id)
        if len(starts) == load.free:
            break
    return starts


def blocked_by(after: tuple[int, ...], standing: Standing) -> str | None:
    """The first dependency that is not complete, in words, or None when nothing stands in the way."""
    for number in after:
        status = standing(number)
        if status is None:
            return f"after #{number}, which is gone"
        if status is Status.COMPLETE:
            continue
        if status.ended:
            return f"after #{number}, which {_HOW_IT_ENDED[status]}"
        return f"after #{number}"
    return None


def why_waiting(after: tuple[int, ...], load: Load, standing: Standing) -> str:
    """The one reason shown on the row of a queued task."""
    if load.paused:
        return "queue paused"
    return blocked_by(after, standing) or f"slot {load.running}/{load.limit}"


_HOW_IT_ENDED = {
    Status.FAILED: "failed",
    Status.TIMED_OUT: "timed out",
    Status.STOPPED: "was stopped",
    Status.LOST: "was lost",
}
