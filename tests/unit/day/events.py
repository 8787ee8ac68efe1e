"""What can happen on a day, and how long after the thing before; hypothesis makes it up."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from app.model.queue import Limits
from app.model.status import Priority, Status

DAY_S = 24 * 3600
MOMENTS_S = [0, 1, 20, 300, 1800, 3600, 2 * 3600]
ENDS = [Status.COMPLETE, Status.COMPLETE, Status.FAILED, Status.FAILED, Status.TIMED_OUT, Status.LOST]
AGENTS = ["worker", "kiro"]
FOLDERS = ["/src", "/src/shop", "/src/shop/api", "/src/shopping"]


@dataclass(frozen=True)
class Run:
    """One attempt, if nobody stops it: how long it takes, how it ends, and what chance adds to a pause."""

    seconds: int
    end: Status
    chance: float


@dataclass(frozen=True)
class Submit:
    """A task is delegated. ``after`` and ``after_any`` count back from it: 1 is the task before."""

    runs: tuple[Run, ...]
    priority: Priority
    agent: str
    folder: str
    after: frozenset[int]
    after_any: frozenset[int]
    delay_s: int | None
    retries: int


@dataclass(frozen=True)
class Order:
    """A person does something to a task: ``stop``, ``delete``, ``retry``, ``free``, or gives it a priority.

    ``back`` counts back from the newest task, and wraps.
    """

    what: str
    back: int
    priority: Priority


@dataclass(frozen=True)
class Setting:
    """The queue is paused or goes on, or so much memory is free from now on."""

    paused: bool
    memory: int


@dataclass(frozen=True)
class Shift:
    """The wall clock jumps: forward over a suspend, back when somebody sets it."""

    seconds: int


Event = Submit | Order | Setting | Shift


@dataclass(frozen=True)
class Day:
    """Limits, and what happens: each event with the seconds since the one before."""

    limits: Limits
    events: list[tuple[int, Event]]


runs = st.builds(
    Run, st.sampled_from([0, *MOMENTS_S]), st.sampled_from(ENDS), st.sampled_from([0.0, 0.25, 0.5, 1.0])
)
back = st.frozensets(st.integers(1, 4), max_size=2)
submissions = st.builds(
    Submit,
    runs=st.lists(runs, min_size=1, max_size=3).map(tuple),
    priority=st.sampled_from(Priority),
    agent=st.sampled_from(AGENTS),
    folder=st.sampled_from(FOLDERS),
    after=st.just(frozenset()) | back,
    after_any=st.just(frozenset()) | back,
    delay_s=st.none() | st.sampled_from([-60, 0, *MOMENTS_S]),
    retries=st.integers(0, 3),
)
orders = st.builds(
    Order,
    what=st.sampled_from(["stop", "delete", "retry", "free", "priority"]),
    back=st.integers(0, 5),
    priority=st.sampled_from(Priority),
)
settings = st.builds(Setting, paused=st.booleans(), memory=st.sampled_from([50, 100, 500]))
shifts = st.builds(Shift, st.sampled_from([-7200, -3600, -61, 61, 3600, 8 * 3600]))
limits = st.builds(
    Limits,
    total=st.integers(1, 4),
    agents=st.dictionaries(st.sampled_from(AGENTS), st.integers(1, 2)),
    folders=st.dictionaries(st.sampled_from(["/src", "/src/shop"]), st.integers(1, 2)),
    memory_floor=st.sampled_from([0, 100]),
)
events = submissions | submissions | submissions | orders | orders | settings | shifts
days = st.builds(
    Day, limits, st.lists(st.tuples(st.sampled_from(MOMENTS_S), events), min_size=25, max_size=70)
)
