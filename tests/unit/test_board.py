"""What a change of records means for the person in front of the board."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.dashboard.board import Board
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
