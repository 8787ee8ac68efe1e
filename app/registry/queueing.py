"""The facts that decide what starts next, gathered from the records and the machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.model.queue import Limits, Load, Waiting
from app.model.task import Task

if TYPE_CHECKING:
    from app.registry.paths import Home
    from app.registry.store import Registry

MEMORY = "/proc/meminfo"


def waiting(task: Task) -> Waiting:
    """A task as the scheduler sees it."""
    request, state = task.request, task.state
    return Waiting(
        id=task.id,
        number=task.number,
        agent=request.agent,
        folder=request.folder,
        after=request.after,
        after_any=request.after_any,
        not_before=state.not_before,
        attempt=len(state.attempts) + 1,
        freed=state.freed,
        linked=_is_linked(_changed_in_place(task)),
        checkout=_changed_in_place(task),
        revoked=state.revoked,
    )


def _changed_in_place(task: Task) -> str:
    workspace = task.request.workspace
    return workspace.checkout if workspace is not None and not workspace.worktree else ""


def _is_linked(checkout: str) -> bool:
    """Whether a checkout is a linked worktree, by where its file ``.git`` leads (gitrepository-layout(5)).

    That of a submodule leads elsewhere, and a repository has a folder there.
    """
    mark = Path(checkout) / ".git"
    if not checkout or not os.path.isfile(mark):  # noqa: PTH113 - of what may not be looked at: no, and no error
        return False
    from app.registry.checkout import led_to  # few tasks work in a worktree of the user's

    try:
        place = led_to(mark)
    except OSError:
        return False
    return place is not None and place.parent.name == "worktrees"


def current_load(registry: Registry, limits: Limits, *, paused: bool | None = None) -> Load:
    """What runs right now, within these limits. ``paused`` saves a look if it is known already."""
    now = datetime.now(UTC)
    return Load(
        running=tuple(_running(registry, registry.in_hand())),
        limits=limits,
        paused=registry.paused() if paused is None else paused,
        memory_free=memory_free() if limits.memory_floor else None,
        now=now,
        held=held_words(registry.home, limits.hold_s, now),
    )


def held_words(home: Home, hold_s: float | None, now: datetime) -> dict[str, str]:
    """Of each agent that is held, why its tasks wait: ``claude paused: quota exceeded``."""
    if not home.holds.exists():
        return {}
    from app.registry.holds import holds  # hardly ever is one held

    return {hold.agent: hold.words for hold in holds(home, hold_s, now)}


def _running(registry: Registry, ids: Iterable[str]) -> Iterable[Waiting]:
    """The tasks in runners' hands; one whose record cannot be read right now holds a slot all the same."""
    for task_id in ids:
        try:
            yield waiting(Task(registry.request(task_id), registry.state(task_id)))
        except Exception:
            yield Waiting(task_id)


def memory_free() -> int | None:
    """The memory that a new process could have without swapping, in bytes (proc(5), MemAvailable)."""
    try:
        with open(MEMORY, encoding="ascii") as file:  # noqa: PTH123 - read in every pass
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        import psutil  # only systems without /proc get here

        return int(psutil.virtual_memory().available)
    return None
