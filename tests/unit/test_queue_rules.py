"""What starts next, decided without a process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.backoff import FIRST_S, LONGEST_S, next_start, pause_s
from app.model.queue import Limits, Load, Waiting, choose, dependency, obstacle, waits_in_vain, why_waiting
from app.model.status import Status

STATUSES = {1: Status.COMPLETE, 2: Status.RUNNING, 3: Status.FAILED, 4: Status.QUEUED}
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

numbers = st.lists(st.integers(1, 6), max_size=2).map(tuple)
tasks = st.builds(
    Waiting,
    id=st.uuids().map(str),
    number=st.integers(1, 99),
    agent=st.sampled_from(["worker", "kiro"]),
    folder=st.sampled_from(["/src/shop", "/src/shop/api", "/src/shopping"]),
    after=numbers,
    after_any=numbers,
    not_before=st.none() | st.integers(-60, 60).map(lambda s: NOON + timedelta(seconds=s)),
    freed=st.booleans(),
)
limits = st.builds(
    Limits,
    total=st.integers(1, 8),
    agents=st.dictionaries(st.sampled_from(["worker", "kiro"]), st.integers(0, 3)),
    folders=st.dictionaries(st.sampled_from(["/src", "/src/shop"]), st.integers(0, 3)),
    memory_floor=st.sampled_from([0, 100]),
)


def running(count: int, agent: str = "worker", folder: str = "/x") -> tuple[Waiting, ...]:
    return tuple(Waiting(f"r{n}", n + 1, agent, folder) for n in range(count))


@given(
    st.lists(tasks, max_size=12),
    st.lists(tasks, max_size=4).map(tuple),
    limits,
    st.booleans(),
    st.sampled_from([None, 50, 500]),
)
def test_no_limit_is_ever_passed_and_nothing_starts_that_must_wait(
    waiting: list[Waiting], now_running: tuple[Waiting, ...], most: Limits, paused: bool, memory: int | None
) -> None:
    load = Load(now_running, most, paused, memory, NOON)
    starts = choose(waiting, load, STATUSES.get)
    started = [task for task in waiting if task.id in starts]
    if starts:
        assert not paused
        assert memory is None or memory >= most.memory_floor
    assert len(now_running) + len(started) <= max(most.total, len(now_running))
    for agent, allowed in most.agents.items():
        own = [task for task in started if task.agent == agent]
        assert not own or len(own) + sum(task.agent == agent for task in now_running) <= allowed
    for task in started:
        assert task.freed or all(STATUSES.get(n) is Status.COMPLETE for n in task.after)
        assert task.not_before is None or task.not_before <= NOON


@given(st.lists(tasks, max_size=12), limits)
def test_whoever_stays_has_a_reason(waiting: list[Waiting], most: Limits) -> None:
    load = Load((), most, now=NOON)
    starts = choose(waiting, load, STATUSES.get)
    after = Load(tuple(task for task in waiting if task.id in starts), most, now=NOON)
    for task in waiting:
        if task.id not in starts:
            assert obstacle(task, after, STATUSES.get)


def test_candidates_are_read_only_as_far_as_slots_go() -> None:
    read = []

    def candidates() -> Iterator[Waiting]:
        for index in range(1000):
            read.append(index)
            yield Waiting(str(index))

    assert choose(candidates(), Load(running(2)), STATUSES.get) == ["0", "1"]
    assert read == [0, 1]


def test_the_reason_is_said_in_words() -> None:
    full = Load(running(4))

    def why(task: Waiting, load: Load = full) -> str:
        return why_waiting(task, load, STATUSES.get)

    assert why(Waiting("a")) == "slot 4/4"
    assert why(Waiting("a", after=(1,))) == "slot 4/4"
    assert why(Waiting("a", after=(1, 2))) == "after #2"
    assert why(Waiting("a", after=(3,))) == "after #3, which failed"
    assert why(Waiting("a", after=(9,))) == "after #9, which is gone"
    assert why(Waiting("a", after=(3,)), Load(paused=True)) == "queue paused"
    assert why(Waiting("a"), Load(memory_free=1, limits=Limits(memory_floor=2))) == "memory"
    one = Load(running(1, folder="/src/shop/api"), Limits(agents={"worker": 1}, folders={"/src/shop": 1}))
    assert why(Waiting("a", agent="worker"), one) == "worker 1/1"
    assert why(Waiting("a", agent="kiro", folder="/src/shop"), one) == "folder busy with #1"
    assert why(Waiting("a", agent="kiro", folder="/src/shopping"), one) == "about to start"


def test_one_task_at_a_time_changes_a_checkout_in_place() -> None:
    writes = Load((Waiting("r", 1, checkout="/src/shop"),))
    assert why_waiting(Waiting("a", checkout="/src/shop"), writes, STATUSES.get) == "folder busy with #1"
    assert why_waiting(Waiting("a", checkout="/src/shop-2"), writes, STATUSES.get) == "about to start"
    assert choose([Waiting("reads"), Waiting("a", checkout="/src/shop")], writes, STATUSES.get) == ["reads"]


@pytest.mark.parametrize(("one", "other"), [("/src/shop", "/src/shop/lib"), ("/src/shop/lib", "/src/shop")])
def test_a_repository_inside_another_is_changed_in_place_by_one_of_them_at_a_time(
    one: str, other: str
) -> None:
    writes = Load((Waiting("r", 1, checkout=one),))
    assert why_waiting(Waiting("a", checkout=other), writes, STATUSES.get) == "folder busy with #1"
    assert choose([Waiting("a", checkout=other), Waiting("b", checkout="/src/other")], writes, STATUSES.get)
    inner = Waiting("a", checkout=other, linked=other != "/src/shop")
    outer = Load((Waiting("r", 1, checkout=one, linked=one != "/src/shop"),))
    assert why_waiting(inner, outer, STATUSES.get) == "about to start"
    assert why_waiting(replace(inner, checkout=one), outer, STATUSES.get) == "folder busy with #1"


def test_any_end_will_do_where_a_question_mark_says_so() -> None:
    assert dependency(Waiting("a", after_any=(3,)), STATUSES.get) is None
    assert dependency(Waiting("a", after_any=(2,)), STATUSES.get) == "after #2"
    assert dependency(Waiting("a", after_any=(9,)), STATUSES.get) is None


def test_a_dependency_that_failed_is_waited_for_in_vain_until_a_person_frees_the_task() -> None:
    stuck = Waiting("a", after=(3,))
    assert waits_in_vain(stuck, STATUSES.get)
    assert not waits_in_vain(Waiting("a", after=(2,)), STATUSES.get)
    assert choose([Waiting("a", after=(3,), freed=True)], Load(), STATUSES.get) == ["a"]


def test_a_time_is_said_as_a_clock_shows_it() -> None:
    later = Waiting("a", not_before=NOON + timedelta(minutes=30))
    said = why_waiting(later, Load(now=NOON), STATUSES.get)
    assert said == later.not_before.astimezone().strftime("%H:%M")  # type: ignore[union-attr]
    assert why_waiting(later, Load(now=NOON + timedelta(minutes=30)), STATUSES.get) == "about to start"
    far = Waiting("a", not_before=NOON + timedelta(days=3))
    assert "23 Nov" in why_waiting(far, Load(now=NOON), STATUSES.get)
    again = Waiting("a", attempt=2, not_before=NOON + timedelta(seconds=5))
    assert why_waiting(again, Load(now=NOON), STATUSES.get).startswith("attempt 2 at ")


@given(st.integers(1, 100), st.floats(0, 1))
def test_pauses_grow_to_a_bound(retry: int, chance: float) -> None:
    assert FIRST_S <= pause_s(retry, chance) <= LONGEST_S * 1.25
    assert pause_s(retry, 0) <= pause_s(retry + 1, 0)


def test_only_failures_are_tried_again_and_only_so_often() -> None:
    assert next_start(Status.FAILED, 2, 0, NOON, 0.0) == NOON + timedelta(seconds=5)
    assert next_start(Status.TIMED_OUT, 2, 1, NOON, 0.0) == NOON + timedelta(seconds=10)
    assert next_start(Status.FAILED, 2, 2, NOON, 0.0) is None
    for verdict in (Status.STOPPED, Status.LOST, Status.COMPLETE):
        assert next_start(verdict, 9, 0, NOON, 0.0) is None
