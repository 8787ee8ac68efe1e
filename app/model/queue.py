"""What starts next, and why the others wait: decided from plain facts, without a process or a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.model.status import Status

Standing = Callable[[int], Status | None]
"""Tells how the task of a number stands; None for a task that does not exist any more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queued task as the scheduler sees it; candidates come in the order of priority, then age.

    ``after`` must be complete, ``after_any`` must have ended in whatever way, unless the person ``freed`` the
    task of both. ``attempt`` is the number of the attempt that waits. ``checkout`` is the one that it changes
    in place, empty for one that changes none. ``revoked`` is that its agent must be approved again.
    """

    id: str
    number: int = 0
    agent: str = ""
    folder: str = ""
    after: tuple[int, ...] = ()
    after_any: tuple[int, ...] = ()
    not_before: datetime | None = None
    attempt: int = 1
    freed: bool = False
    linked: bool = False
    """Whether its checkout is a linked worktree: made so that work goes on beside that around it."""
    checkout: str = ""
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may run at once: in all, for each agent, and in each folder with what lies below it.

    ``memory_floor`` is the free memory, in bytes, under which nothing starts; 0 for no such limit. ``hold_s``
    is after how many seconds an agent that is held goes on by itself; None for never.
    """

    total: int = 4
    agents: Mapping[str, int] = field(default_factory=dict)
    folders: Mapping[str, int] = field(default_factory=dict)
    memory_floor: int = 0
    hold_s: float | None = None


DEFAULT_LIMITS = Limits()
"""Four tasks at once, and nothing else."""


@dataclass(frozen=True, slots=True)
class Load:
    """What runs now, within which limits, and whether the person has paused the queue.

    ``running`` are tasks as they were when they waited. ``memory_free`` is in bytes, None where nobody knows;
    ``now`` is the wall clock, None where no task waits for a time. ``held`` are the agents of which nothing
    may start, each with the words for that.
    """

    running: tuple[Waiting, ...] = ()
    limits: Limits = DEFAULT_LIMITS
    paused: bool = False
    memory_free: int | None = None
    now: datetime | None = None
    held: Mapping[str, str] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether nothing at all may start now, whatever waits."""
        return self.paused or len(self.running) >= self.limits.total or self.short_of_memory

    @property
    def short_of_memory(self) -> bool:
        """Whether so little memory is free that nothing should start."""
        return self.memory_free is not None and self.memory_free < self.limits.memory_floor


def choose(candidates: Iterable[Waiting], load: Load, standing: Standing) -> list[str]:
    """Pick the ids that start now. Reads no more candidates than it needs to fill what is free."""
    starts: list[str] = []
    if load.full:
        return starts
    for candidate in candidates:
        if obstacle(candidate, load, standing):
            continue
        starts.append(candidate.id)
        load = replace(load, running=(*load.running, candidate))
        if load.full:
            break
    return starts


def obstacle(task: Waiting, load: Load, standing: Standing) -> str | None:
    """What keeps a task from starting now, in the words shown on its row; None if it may start."""
    if load.paused:
        return "queue paused"
    return (
        (f"{task.agent} must be approved again" if task.revoked else None)
        or dependency(task, standing)
        or _time(task, load.now)
        or load.held.get(task.agent)
        or ("memory" if load.short_of_memory else None)
        or _slot(task, load)
    )


def why_waiting(task: Waiting, load: Load, standing: Standing) -> str:
    """The reason on the row of a queued task; one that nothing hinders any more is about to start."""
    return obstacle(task, load, standing) or "about to start"


def dependency(task: Waiting, standing: Standing) -> str | None:
    """The first dependency that is not met, in words, or None when nothing stands in the way."""
    if task.freed:
        return None
    for number in task.after:
        status = standing(number)
        if status is not Status.COMPLETE:
            return f"after #{number}{_never(status)}"
    for number in task.after_any:
        status = standing(number)
        if status is not None and not status.ended:
            return f"after #{number}"
    return None


def waits_in_vain(task: Waiting, standing: Standing) -> bool:
    """Whether a dependency has ended otherwise than it should, so that only the person can free the task."""
    if task.freed:
        return False
    return any(_never(standing(number)) for number in task.after)


def _never(status: Status | None) -> str:
    if status is None:
        return ", which is gone"
    return f", which {_HOW_IT_ENDED[status]}" if status in _HOW_IT_ENDED else ""


def _time(task: Waiting, now: datetime | None) -> str | None:
    if task.not_before is None or (now is not None and now >= task.not_before):
        return None
    moment = task.not_before.astimezone()
    if task.attempt > 1:
        return f"attempt {task.attempt} at {moment:%H:%M:%S}"
    today = now is not None and moment.date() == now.astimezone().date()
    return f"{moment:%H:%M}" if today else f"{moment:%a %d %b %H:%M}"


def _slot(task: Waiting, load: Load) -> str | None:
    limits = load.limits
    if len(load.running) >= limits.total:
        return f"slot {len(load.running)}/{limits.total}"
    same = [other for other in load.running if other.agent == task.agent]
    most = limits.agents.get(task.agent)
    if most is not None and len(same) >= most:
        return f"{task.agent} {len(same)}/{most}"
    for folder, allowed in limits.folders.items():
        inside = [other for other in load.running if is_inside(other.folder, folder)]
        if is_inside(task.folder, folder) and len(inside) >= allowed:
            return f"folder busy with #{inside[0].number}" if inside else "folder closed"
    return _checkout(task, load)


def _checkout(task: Waiting, load: Load) -> str | None:
    """Who works in the same checkout: two that change the same files would spoil each other's work.

    The same goes for a repository inside another's folder, a submodule above all: whoever works in the outer
    one reaches its files, and git's view of the outer one depends on it.
    """
    for other in load.running if task.checkout else ():
        if other.checkout and _share_files(task, other):
            return f"folder busy with #{other.number}"
    return None


def _share_files(task: Waiting, other: Waiting) -> bool:
    if task.checkout == other.checkout:
        return True
    for inner, outer in ((task, other), (other, task)):
        if is_inside(inner.checkout, outer.checkout):
            return not inner.linked
    return False


def is_inside(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies below it; both absolute."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


_HOW_IT_ENDED = {
    Status.FAILED: "failed",
    Status.TIMED_OUT: "timed out",
    Status.STOPPED: "was stopped",
    Status.LOST: "was lost",
}
