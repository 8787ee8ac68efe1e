"""What is compressed, dropped and forgotten: plain facts in, a plan out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.registry.care import (
    DAY_S,
    LARGE,
    WORTH_IT,
    EndedTask,
    Plan,
    StoredDeletion,
    StoredLog,
    expired,
    plan,
)

MIB = 1024 * 1024
NOW = 1_800_000_000.0


def log(name: str, mib: float = 10, age_days: float = 0.5, **facts: bool) -> StoredLog:
    """A log of so many MiB that was last written so many days ago."""
    return StoredLog(name, name, int(mib * MIB), NOW - age_days * DAY_S, **facts)


def names(plan: Plan) -> tuple[list[str], list[str], list[str]]:
    """What is compressed, forgotten and dropped."""
    return [x.name for x in plan.pack], [x.name for x in plan.forget], [x.name for x in plan.drop]


def test_within_the_cap_only_large_logs_of_a_day_are_packed() -> None:
    logs = [log("old", 2, 2), log("small", 0.9, 2), log("new", 2, 0.9), log("done", 2, 2, packed=True)]
    assert names(plan(logs, [], 100 * MIB, NOW)) == (["old"], [], [])
    assert plan([], [], 0, NOW).empty


def test_a_log_that_may_still_be_written_to_is_left_alone() -> None:
    logs = [log("live", 500, 40, live=True)]
    assert plan(logs, [], MIB, NOW).empty


def test_over_the_cap_the_oldest_are_packed_first_and_no_more_than_hoped_to_do() -> None:
    logs = [log("c", age_days=0.1), log("a", age_days=0.9), log("b", age_days=0.5)]
    assert names(plan(logs, [], 25 * MIB, NOW)) == (["a"], [], [])
    assert names(plan(logs, [], 15 * MIB, NOW)) == (["a", "b"], [], [])


def test_what_is_packed_by_age_counts_towards_the_cap() -> None:
    logs = [log("old", age_days=3), log("new", age_days=0.1)]
    assert names(plan(logs, [], 15 * MIB, NOW)) == (["old"], [], [])


def test_deletions_go_before_logs_and_nothing_goes_while_something_can_be_packed() -> None:
    trash = [StoredDeletion("first", 10 * MIB), StoredDeletion("second", 10 * MIB)]
    packed = [log("a", packed=True, age_days=2), log("b", packed=True, age_days=1)]
    assert names(plan(packed, trash, 30 * MIB, NOW)) == ([], ["first"], [])
    assert names(plan(packed, trash, 15 * MIB, NOW)) == ([], ["first", "second"], ["a"])
    assert names(plan([*packed, log("c")], trash, 15 * MIB, NOW)) == (["c"], [], [])


def test_logs_that_somebody_has_looked_at_go_before_older_ones_that_nobody_has() -> None:
    logs = [log("unread", packed=True, age_days=9, unread=True), log("seen", packed=True, age_days=1)]
    assert names(plan(logs, [], 15 * MIB, NOW)) == ([], [], ["seen"])
    assert names(plan(logs, [], 5 * MIB, NOW)) == ([], [], ["seen", "unread"])


def ended(number: int, age_days: float, unread: bool = False, busy: bool = False) -> EndedTask:
    """A task whose record was last changed so many days ago."""
    return EndedTask(f"agent_{number}", number, NOW - age_days * DAY_S, unread, busy)


def test_only_seen_tasks_expire_that_nobody_needs_and_of_which_nothing_lives() -> None:
    tasks = [ended(1, 31), ended(2, 29), ended(3, 90, unread=True), ended(4, 90, busy=True), ended(5, 90)]
    assert expired(tasks, 30 * DAY_S, {5}, NOW) == ["agent_1"]
    assert expired(tasks, None, (), NOW) == []


stored = st.builds(
    StoredLog,
    name=st.uuids().map(str),
    task_id=st.just("t"),
    taken=st.integers(0, 50 * MIB),
    written=st.floats(NOW - 30 * DAY_S, NOW),
    packed=st.booleans(),
    live=st.booleans(),
    unread=st.booleans(),
)
deletions = st.builds(StoredDeletion, name=st.uuids().map(str), taken=st.integers(0, 50 * MIB))


@given(
    st.lists(stored, max_size=30, unique_by=lambda log: log.name),
    st.lists(deletions, max_size=5),
    st.integers(0, 300 * MIB),
    st.floats(0.001, 1.2),
)
def test_doing_as_planned_ends_within_the_cap_with_nothing_lost_needlessly(
    logs: list[StoredLog], trash: list[StoredDeletion], cap: int, ratio: float
) -> None:
    left, rounds = {log.name: log for log in logs}, 0
    while not (todo := plan(list(left.values()), trash, cap, NOW)).empty:
        rounds += 1
        assert rounds <= len(logs) + 2
        assert not any(log.live for log in (*todo.pack, *todo.drop))
        if todo.pack:
            assert not todo.drop
            assert not todo.forget
        for item in todo.pack:
            assert not item.packed
            left[item.name] = replace(item, packed=True, taken=int(item.taken * ratio))
        total = sum(log.taken for log in left.values()) + sum(deletion.taken for deletion in trash)
        for deletion in todo.forget:
            assert total > cap
            trash = [other for other in trash if other is not deletion]
            total -= deletion.taken
        for item in todo.drop:
            assert total > cap
            assert item.packed or item.taken <= WORTH_IT
            total -= left.pop(item.name).taken
    taken = sum(log.taken for log in left.values())
    assert taken <= cap or all(log.live or not log.taken for log in left.values())
    for item in left.values():
        assert item.packed or item.live or item.taken <= LARGE or NOW - item.written <= DAY_S
