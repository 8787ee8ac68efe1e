"""What to compress, to drop and to forget so that all stays within its bounds: decided from plain facts.

Compressing loses nothing, so it comes first; then what the person has deleted already; then the oldest logs
of ended attempts, those of tasks that somebody has looked at before the others. What may still be written to
is never touched, and a task that nobody has looked at is never taken away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

DAY_S = 86400.0

LARGE = 1024 * 1024
"""A log of a day that takes more than this on disk, in bytes, is compressed without need."""

WORTH_IT = 16 * 1024
"""A log that takes no more than this on disk, in bytes, is not worth compressing: files take whole blocks."""

EXPECTED = 0.1
"""How small a compressed log is hoped to be. Too much hope costs a further round, too little packs more."""


@dataclass(frozen=True, slots=True)
class StoredLog:
    """A log on disk. ``name`` is the one in the record, ``written`` its time of change in seconds since the
    epoch, ``taken`` what it takes of the disk in bytes.

    ``live`` ones may still be written to; ``unread`` ones are of a task whose end nobody has looked at.
    """

    name: str
    task_id: str
    taken: int
    written: float
    packed: bool = False
    live: bool = False
    unread: bool = False


@dataclass(frozen=True, slots=True)
class StoredDeletion:
    """A deletion in the trash that can still be undone, and what its logs take of the disk, in bytes."""

    name: str
    taken: int


Stored = TypeVar("Stored", StoredLog, StoredDeletion)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done now: logs to compress, deletions to forget, logs to drop. Done with the first, ask
    again: only then is known what they take."""

    pack: tuple[StoredLog, ...] = ()
    forget: tuple[StoredDeletion, ...] = ()
    drop: tuple[StoredLog, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.pack or self.forget or self.drop)


@dataclass(frozen=True, slots=True)
class EndedTask:
    """A task that has ended. ``busy`` says that processes of it live.

    ``changed`` is when its record was last written, in seconds since the epoch: at its end, when somebody
    looked at it, or when its deletion was undone.
    """

    id: str
    number: int
    changed: float
    unread: bool
    busy: bool = False


def plan(logs: Sequence[StoredLog], deletions: Sequence[StoredDeletion], cap: int, now: float) -> Plan:
    """What to do so that all logs together take at most ``cap`` bytes. ``deletions`` come oldest first."""
    oldest = sorted((log for log in logs if not log.live), key=lambda log: log.written)
    aged = [log for log in oldest if log.taken > LARGE and now - log.written > DAY_S and not log.packed]
    over = sum(log.taken for log in logs) + sum(deletion.taken for deletion in deletions) - cap
    if over <= 0:
        return Plan(pack=tuple(aged))
    if pack := [*aged, *_to_pack(oldest, aged, over)]:
        return Plan(pack=tuple(pack))
    forget = _until(over, deletions)
    over -= sum(deletion.taken for deletion in forget)
    return Plan(forget=forget, drop=_until(over, sorted(oldest, key=lambda log: log.unread)))


def expired(
    tasks: Iterable[EndedTask], keep_s: float | None, needed: Collection[int], now: float
) -> list[str]:
    """The ids of the tasks that were kept for long enough; ``needed`` are the numbers others wait for."""
    if keep_s is None:
        return []
    return [
        task.id
        for task in tasks
        if now - task.changed > keep_s and not task.unread and not task.busy and task.number not in needed
    ]


def _to_pack(oldest: Sequence[StoredLog], already: Collection[StoredLog], over: float) -> list[StoredLog]:
    """The oldest logs that bring this many bytes, as far as can be hoped for."""
    chosen = []
    over -= sum(log.taken for log in already) * (1 - EXPECTED)
    for log in oldest:
        if over <= 0:
            break
        if log.packed or log.taken <= WORTH_IT or log in already:
            continue
        chosen.append(log)
        over -= log.taken * (1 - EXPECTED)
    return chosen


def _until(over: float, stored: Sequence[Stored]) -> tuple[Stored, ...]:
    chosen = []
    for item in stored:
        if over <= 0:
            break
        if item.taken:
            chosen.append(item)
            over -= item.taken
    return tuple(chosen)
