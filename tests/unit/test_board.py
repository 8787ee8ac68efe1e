"""What a change of records means for the person in front of the board."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.dashboard.news.board import Board
from app.dashboard.table.rows import count
from app.model.outcome import Progress
from app.model.status import Status
from tests.dashboard.samples import NOON, task

LATER = NOON + timedelta(minutes=1)


def board() -> Board:
    return Board(since=NOON)


def test_an_end_is_news_once() -> None:
    known = board()
    known.apply([task(status=Status.RUNNING)])
    done = task(status=Status.COMPLETE, ended=LATER)
    assert known.apply([done]).ended == (done,)
    assert known.apply([done]).ended == ()


def test_what_had_ended_before_is_no_news() -> None:
    assert board().apply([task(status=Status.FAILED, ended=NOON - timedelta(hours=1))]).ended == ()


def test_a_run_too_short_to_be_seen_is_news() -> None:
    done = task(status=Status.FAILED, ended=LATER)
    assert board().apply([done]).ended == (done,)


def test_a_second_attempt_too_short_to_be_seen_is_news() -> None:
    known = board()
    first = task(status=Status.FAILED, ended=NOON - timedelta(hours=1))
    known.apply([first])
    again = task(status=Status.FAILED, ended=LATER)
    attempts = (*first.state.attempts, replace(again.state.attempts[0], number=2))
    second = replace(again, state=replace(again.state, attempts=attempts))
    assert known.apply([second]).ended == (second,)


def test_rows_move_only_when_a_task_comes_goes_or_changes_its_state() -> None:
    known = board()
    running = task(status=Status.RUNNING)
    assert known.apply([running]).reordered
    assert not known.apply([replace(running, queue_reason="x")]).reordered
    assert known.apply([task(status=Status.COMPLETE)]).reordered
    assert known.apply([], [running.id]).reordered
    assert not known.apply([], [running.id]).reordered


def test_what_a_log_says_is_forgotten_with_the_run() -> None:
    known = board()
    running = task(status=Status.RUNNING)
    known.apply([running])
    known.read_log(running.id, Progress(1, 2), "half")
    assert (known.progress[running.id], known.last_lines[running.id]) == (Progress(1, 2), "half")
    known.apply([task(status=Status.COMPLETE)])
    known.read_log(running.id, Progress(1, 2), "late")
    assert not known.progress
    assert not known.last_lines


def test_a_new_task_is_added_once_and_never_over_what_the_registry_said() -> None:
    known = board()
    queued = task(status=Status.QUEUED)
    assert known.add(queued)
    running = task(status=Status.RUNNING)
    known.apply([running])
    assert not known.add(queued)
    assert known.tasks[queued.id] is running


def test_unread_ends_are_known() -> None:
    known = board()
    done = task(status=Status.COMPLETE)
    known.apply([done, task(8, status=Status.RUNNING)])
    assert known.unread == {done.id}
    known.apply([task(status=Status.COMPLETE, seen=True)])
    assert known.unread == set()
    known.apply([done])
    known.apply([], [done.id])
    assert known.unread == set()


def test_rows_stand_in_the_order_of_the_table_after_any_change() -> None:
    known = board()
    known.apply([task(n, status=Status.COMPLETE, ended=NOON + timedelta(minutes=n)) for n in (1, 2, 3)])
    known.apply([task(4, status=Status.QUEUED), task(5, status=Status.RUNNING)])
    assert [row.number for row in known.rows()] == [5, 4, 3, 2, 1]
    known.apply([task(2, status=Status.RUNNING)])
    assert [row.number for row in known.rows()] == [2, 5, 4, 3, 1]
    known.apply([task(5, status=Status.FAILED, ended=NOON + timedelta(hours=1))])
    assert [row.number for row in known.rows()] == [2, 4, 5, 3, 1]
    known.apply([], [task(3).id, task(4).id])
    assert [row.number for row in known.rows()] == [2, 5, 1]


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from(list(Status)), st.integers(-3, 1)), max_size=20))
def test_counting_fast_counts_the_same(changes: list[tuple[int, Status, int]]) -> None:
    known = board()
    for number, status, days in changes:
        known.apply([task(number, status=status, ended=NOON + timedelta(days=days))])
    today = NOON.astimezone().date()
    assert known.counts(today) == count(known.tasks.values(), today)
