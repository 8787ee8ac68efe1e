"""Facts about a running task, taken from outside at one moment, and what has changed between two moments.

Nothing here is guessed: what could not be learned is None. A task that says nothing may be computing, waiting
for an answer from the network, waiting for a person, or stuck; these are the facts to tell by, not a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from app.model.duration import format_coarsely
from app.model.task import Identity

Number = TypeVar("Number", int, float)


class Check(StrEnum):
    """What became of a process that was written down with its start, as people read it."""

    VERIFIED = "start verified"
    FROZEN = "start verified, but stopped by a signal"
    ENDED = "has ended"
    GONE = "is gone"
    STRANGER = "is another process by now"


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """One process of a task's tree. ``depth`` is 0 for those that the runner has started or taken in.

    ``name`` is safe to print, ``state`` a word such as ``sleeping``. ``cpu_s`` is its own time in user and
    system mode, without children. ``memory_bytes`` is what of it is in RAM, pages it shares included.
    """

    pid: int
    depth: int
    name: str
    state: str
    cpu_s: float | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class LogFacts:
    """A log: its size in bytes with holes, how many of them the holes are, and how long ago it last grew.

    ``silent_s`` is None while nothing has been written. ``question`` is the last line, if it looks like one.
    """

    size: int
    dropped: int
    silent_s: float | None = None
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence long enough to be shown, in seconds, and the last line if it looks like a question."""

    seconds: float
    question: str | None = None

    @property
    def words(self) -> str:
        """As it stands beside the status: ``quiet 6m``."""
        return f"quiet {format_coarsely(self.seconds)}"

    @property
    def asks(self) -> str:
        """What to say of the last line, or nothing."""
        return f"looks like a question: {self.question}" if self.question else ""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What was to be seen of a running task ``at`` one moment of the monotonic clock, in seconds.

    ``child`` is its first process, None before it started; ``held`` says that the runner's lock is. The sums
    go over the whole tree: ``cpu_s`` with the children that have been reaped, in user and system mode;
    ``read_bytes`` and ``written_bytes`` count what went through read and write calls, be it files, pipes or
    sockets; ``connections`` are established TCP connections. ``hidden`` counts processes that could not be
    looked into, so that the sums are the least there is. ``environment`` holds names only.
    """

    at: float
    held: bool
    runner: Identity | None = None
    runner_check: Check | None = None
    child: Identity | None = None
    child_check: Check | None = None
    processes: tuple[ProcessFacts, ...] = ()
    cpu_s: float | None = None
    memory_bytes: int | None = None
    read_bytes: int | None = None
    written_bytes: int | None = None
    connections: int | None = None
    hidden: int = 0
    log: LogFacts | None = None
    environment: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a tree used within ``seconds``; None where one of the two moments does not tell."""

    seconds: float
    cpu_s: float | None
    read_bytes: int | None
    written_bytes: int | None


def change(before: Vitals, after: Vitals) -> Change | None:
    """What was used from one sample to a later one; None when they are not of the same attempt."""
    if before.child is None or before.child != after.child or after.at <= before.at:
        return None
    cpu = _growth(before.cpu_s, after.cpu_s)
    return Change(
        seconds=after.at - before.at,
        cpu_s=None if cpu is None else round(cpu, 3),
        read_bytes=_growth(before.read_bytes, after.read_bytes),
        written_bytes=_growth(before.written_bytes, after.written_bytes),
    )


def change_within(samples: Sequence[Vitals], window_s: float) -> Change | None:
    """The change up to the newest sample, since the oldest one (ascending) that is within the window."""
    if len(samples) < 2:
        return None
    newest = samples[-1]
    older = (sample for sample in samples[:-1] if newest.at - sample.at <= window_s)
    first = next(older, None)
    return change(first, newest) if first else None


def silence(touched: float, wall: float, running_s: float | None) -> float:
    """How long ago a log was written to, in seconds; ``touched`` and ``wall`` are times of the wall clock.

    Nobody can have been silent for longer than they have been running, which is measured on the monotonic
    clock: that keeps a clock that was set, or a closed laptop, from being taken for silence.
    """
    age = max(0.0, wall - touched)
    return age if running_s is None else min(age, max(0.0, running_s))


def _growth(before: Number | None, after: Number | None) -> Number | None:
    """How much a counter grew. One that shrank was that of a process that took its count along."""
    if before is None or after is None or after < before:
        return None
    return after - before
