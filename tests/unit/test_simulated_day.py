"""24 hours of the queue in model time: what starts when, against a plain model of the rules.

No process and no real clock: a day is made up of delegations, orders of a person, pauses, suspends and a
wall clock that is set back, and lived through by the scheduler's own decisions and by the plain model.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings

from app.model.queue import Limits
from app.model.status import Priority, Status
from tests.unit.day.events import Day, Event, Run, Shift, Submit, days
from tests.unit.day.life import MORNING, Entry, Life, order
from tests.unit.day.simple import PARENTS

MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@MANY
@given(days)
def test_a_day_goes_as_the_plain_rules_say(day: Day) -> None:
    life = Life(day).live()
    never_over_a_limit(life)
    each_attempt_starts_once(life)
    nothing_starts_before_its_time(life)
    nothing_starts_that_was_stopped_or_deleted(life)
    no_more_retries_than_asked_for(life)
    nothing_starves(life)


def never_over_a_limit(life: Life) -> None:
    """Counted from the diary, by neither scheduler."""
    running: set[int] = set()
    limits = life.day.limits
    for entry in life.diary:
        if entry.what == "end":
            running.discard(entry.number)
        elif entry.what == "start":
            assert entry.number not in running
            running.add(entry.number)
            there = [life.asked[number] for number in running]
            assert len(there) <= limits.total
            agents = Counter(asked.agent for asked in there)
            assert all(agents[agent] <= most for agent, most in limits.agents.items())
            folders = Counter(folder for asked in there for folder in PARENTS[asked.folder])
            assert all(folders[folder] <= most for folder, most in limits.folders.items())


def each_attempt_starts_once(life: Life) -> None:
    """The first, the second, and so on: none twice, none left out."""
    for number in life.asked:
        attempts = [entry.attempt for entry in life.starts(number)]
        assert attempts == list(range(1, len(attempts) + 1))


def nothing_starts_before_its_time(life: Life) -> None:
    """Of those that nobody has freed or started again."""
    for number, history in histories(life).items():
        asked = life.asked[number]
        first = next((entry for entry in history if entry.what in ("start", "free", "retry")), None)
        if first is not None and first.what == "start" and asked.delay_s is not None:
            assert first.wall >= history[0].wall + timedelta(seconds=asked.delay_s)


def nothing_starts_that_was_stopped_or_deleted(life: Life) -> None:
    """A stopped task starts again only when a person says so, be it one that waited for its next attempt."""
    for history in histories(life).values():
        barred = ""
        for entry in history:
            if entry.what == "start":
                assert not barred
            elif entry.what in ("stop", "delete") and barred != "delete":
                barred = stays_barred(entry, history)
            elif entry.what == "retry" and barred != "delete":
                barred = ""


def stays_barred(entry: Entry, history: list[Entry]) -> str:
    """What the order has done: a running task is not deleted, an ended one not stopped."""
    before = history[: history.index(entry)]
    running = [other.what for other in before if other.what in ("start", "end")][-1:] == ["start"]
    return "" if entry.what == "delete" and running else entry.what


def no_more_retries_than_asked_for(life: Life) -> None:
    """By itself, that is; and never without the pause that its failure calls for, on a clock that ran."""
    for number, history in histories(life).items():
        by_itself = 0
        for entry in history:
            by_itself = 0 if entry.what == "retry" else by_itself + (entry.what == "start")
            assert by_itself <= life.asked[number].retries + 1


def nothing_starves(life: Life) -> None:
    """When all is over, only what depends on something that did not come to be still waits."""
    assert not life.runs
    for task in life.ours.tasks.values():
        if task.status is Status.QUEUED:
            assert not task.state.freed
            needed = [life.ours.tasks.get(number) for number in task.request.after]
            awaited = [life.ours.tasks.get(number) for number in task.request.after_any]
            in_vain = any(other is None or other.status is not Status.COMPLETE for other in needed)
            assert in_vain or any(other and not other.status.ended for other in awaited)


def histories(life: Life) -> dict[int, list[Entry]]:
    """The diary of each task."""
    return {number: [entry for entry in life.diary if entry.number == number] for number in life.asked}


def one(delay_s: int | None = None, *runs: Run, retries: int = 0) -> Submit:
    nothing: frozenset[int] = frozenset()
    runs = runs or (Run(60, Status.COMPLETE, 0.0),)
    return Submit(runs, Priority.NORMAL, "worker", "/src", nothing, nothing, delay_s, retries)


def lived(*events: tuple[int, Event]) -> Life:
    return Life(Day(Limits(), list(events))).live()


def test_a_suspend_over_the_time_starts_a_task_once_and_at_once() -> None:
    life = lived((0, one(3600)), (600, Shift(8 * 3600)), (60, Shift(-8 * 3600)))
    assert [entry.wall - MORNING for entry in life.starts(1)] == [timedelta(hours=8, minutes=10)]


def test_a_clock_that_is_set_back_over_the_time_starts_a_task_once() -> None:
    life = lived((0, one(600)), (700, Shift(-3600)), (7200, Shift(60)))
    assert [entry.wall - MORNING for entry in life.starts(1)] == [timedelta(minutes=10)]


def test_what_fails_is_tried_again_after_ever_longer_pauses() -> None:
    failing = Run(60, Status.FAILED, 0.0)
    starts = lived((0, one(None, failing, retries=3))).starts(1)
    pauses = [second.wall - first.wall for first, second in pairwise(starts)]
    assert pauses == [timedelta(seconds=60 + pause) for pause in (5, 10, 20)]


def test_a_stop_ends_the_retries_too() -> None:
    failing = Run(60, Status.FAILED, 0.0)
    assert len(lived((0, one(None, failing, retries=3)), (62, order("stop"))).starts(1)) == 1
    assert len(lived((0, one(None, failing, retries=3)), (10, order("stop"))).starts(1)) == 1
    again = lived((0, one(None, failing, retries=1)), (10, order("stop")), (60, order("retry")))
    assert len(again.starts(1)) == 3
