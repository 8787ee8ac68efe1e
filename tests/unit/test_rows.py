"""What a row says for each kind of task, and which columns it has at which width."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dashboard.drawing.cells import cut, fit, slices, width_of
from app.dashboard.table.columns import Column, layout
from app.dashboard.table.rows import Counts, Moment, count, elapsed, ordered, row_of, title
from app.model.outcome import Outcome, Progress
from app.model.status import Priority, Status
from app.model.task import Live, Task
from tests.dashboard.samples import NOON, NOW, task

ALL = list(Column)
NO_LAST = [column for column in ALL if column is not Column.LAST]
NO_USUAL = [column for column in NO_LAST if column is not Column.USUAL]
NO_AGENT = [column for column in NO_USUAL if column is not Column.AGENT]
FEWEST = [Column.LEAD, Column.NUMBER, Column.NAME, Column.TIME]


@pytest.mark.parametrize(
    ("width", "columns", "bar"),
    [
        (160, ALL, True),
        (100, ALL, True),
        (99, NO_LAST, True),
        (96, NO_LAST, True),
        (95, NO_USUAL, True),
        (88, NO_USUAL, True),
        (87, NO_AGENT, True),
        (72, NO_AGENT, True),
        (71, NO_AGENT, False),
        (60, NO_AGENT, False),
        (59, FEWEST, False),
        (45, FEWEST, False),
    ],
)
def test_columns_leave_from_the_right(width: int, columns: list[Column], bar: bool) -> None:
    shown = layout(width)
    assert [place.column for place in shown.places] == columns
    assert shown.bar is bar


@given(st.integers(45, 400), st.integers(1, 7))
def test_columns_fill_the_width_and_never_touch(width: int, digits: int) -> None:
    places = layout(width, digits).places
    assert places[-1].x + places[-1].width == width - 1
    for left, right in pairwise(places):
        assert left.width > 0
        assert left.x + left.width + (0 if left.column is Column.LEAD else 1) <= right.x


def test_number_column_grows_with_the_numbers() -> None:
    place = layout(80, 5).place(Column.NUMBER)
    assert place is not None
    assert place.width == 5


def test_running_task_shows_count_bar_time_and_last_line() -> None:
    row = row_of(task(8, ran_s=495), Progress(47, 89), "POST /api/users (201)", NOW)
    assert (row.number, row.word, row.result, row.time, row.last) == (
        "8",
        "running",
        "47/89",
        "8m15",
        "POST /api/users (201)",
    )
    assert row.fraction == pytest.approx(47 / 89)


def test_complete_task_shows_what_came_out() -> None:
    outcome = Outcome(headline="47 fixed in 12 files", passed=156)
    row = row_of(task(status=Status.COMPLETE, ran_s=754, exit_code=0, outcome=outcome), None, "bye", NOW)
    assert (row.word, row.result, row.time, row.last) == (
        "complete",
        "156 passed",
        "12m34",
        "47 fixed in 12 files",
    )
    assert row.explains == "156 passed"


def test_what_was_merged_says_so_at_every_width_and_a_failure_keeps_its_reason() -> None:
    def merged(ended: Task) -> Task:
        attempts = tuple(replace(attempt, taken="main") for attempt in ended.state.attempts)
        return replace(ended, state=replace(ended.state, attempts=attempts))

    outcome = Outcome(headline="1 file +1 −0", error="it broke")
    row = row_of(merged(task(status=Status.COMPLETE, outcome=outcome)), None, "bye", NOW)
    assert (row.result, row.last, row.explains) == ("merged into main", "1 file +1 −0", "merged into main")
    row = row_of(merged(task(status=Status.FAILED, exit_code=1, outcome=outcome)), None, "bye", NOW)
    assert (row.result, row.last) == ("exit 1", "merged into main · it broke")


def test_failed_task_shows_the_line_that_explains_it() -> None:
    failed = task(status=Status.FAILED, exit_code=1, outcome=Outcome(error="conflict in @types/node"))
    row = row_of(failed, None, "npm ERR! code 1", NOW)
    assert (row.result, row.last, row.explains) == (
        "exit 1",
        "conflict in @types/node",
        "conflict in @types/node",
    )


def test_nothing_is_said_twice_in_a_row() -> None:
    failed = row_of(task(status=Status.FAILED, exit_code=1, outcome=Outcome(error="exit 1")), None, "", NOW)
    assert (failed.result, failed.last, failed.explains) == ("exit 1", "", "exit 1")
    complete = row_of(task(status=Status.COMPLETE, outcome=Outcome(headline="ok")), None, "bye", NOW)
    assert (complete.result, complete.last) == ("ok", "")


def test_failed_tests_are_counted() -> None:
    failed = task(
        status=Status.FAILED, exit_code=1, outcome=Outcome(failed=3, error="test_pay.py::test_total")
    )
    row = row_of(failed, None, "", NOW)
    assert (row.result, row.last) == ("3 failed", "test_pay.py::test_total")
    assert row.explains == "3 failed"


def test_signal_is_named() -> None:
    assert row_of(task(status=Status.FAILED, signal=9), None, "", NOW).result == "SIGKILL"


def test_unknown_signal_keeps_its_number() -> None:
    assert row_of(task(status=Status.FAILED, signal=200), None, "", NOW).result == "signal 200"


def test_lost_task_has_no_invented_exit() -> None:
    row = row_of(task(status=Status.LOST, reason="its runner was killed"), None, "", NOW)
    assert (row.word, row.result, row.last) == ("lost", "exit unknown", "its runner was killed")


def test_timed_out_task_says_why_and_not_which_signal() -> None:
    row = row_of(task(status=Status.TIMED_OUT, signal=15, reason="stopped after 1h"), None, "", NOW)
    assert (row.word, row.result, row.last) == ("timed out", "", "stopped after 1h")


def test_survivors_are_listed_by_pid() -> None:
    stopped = task(status=Status.STOPPED, signal=15, reason="stopped by you", survivors=(4711, 4712))
    assert row_of(stopped, None, "", NOW).last == "still alive: pid 4711, 4712"


def test_queued_task_says_what_it_waits_for() -> None:
    row = row_of(task(status=Status.QUEUED, queue_reason="after #8"), None, "old output", NOW)
    assert (row.word, row.result, row.time, row.last) == ("queued", "after #8", "", "")


def test_task_being_stopped_is_not_called_running() -> None:
    assert row_of(task(stopping=True), None, "", NOW).word == "stopping"


def test_progress_of_an_earlier_run_is_not_shown_at_the_end() -> None:
    row = row_of(task(status=Status.FAILED, exit_code=1), Progress(47, 89), "", NOW)
    assert row.fraction is None
    assert row.result == "exit 1"


def test_unread_is_apart_from_the_status() -> None:
    assert row_of(task(status=Status.COMPLETE), None, "", NOW).unread
    assert not row_of(task(status=Status.COMPLETE, seen=True), None, "", NOW).unread
    assert not row_of(task(status=Status.RUNNING), None, "", NOW).unread


def test_name_is_the_first_line_as_typed() -> None:
    assert title(task(text="\n  Fix [/foo] [bold]x \nand more")) == "Fix [/foo] [bold]x"


def test_name_without_text_is_the_tasks_own() -> None:
    assert title(task(text="  \n ")) == "task-7"


def test_nothing_in_a_row_can_steer_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31mred\u202e"
    outcome = Outcome(error=evil, headline=evil)
    failed = task(text=evil + "x", status=Status.FAILED, exit_code=1, outcome=outcome, agent=evil + "a")
    row = row_of(failed, None, evil, NOW)
    for text in (row.name, row.agent, row.result, row.last):
        assert text.isprintable()


def test_elapsed_counts_on_the_monotonic_clock() -> None:
    jumped = Moment(NOW.monotonic + 2, NOON + timedelta(days=3))
    assert elapsed(task(ran_s=8), jumped) == 10


def test_elapsed_falls_back_to_the_wall_clock() -> None:
    running = task(ran_s=8)
    assert running.live is not None
    other_boot = replace(running, live=replace(running.live, since=NOW.monotonic + 500))
    assert elapsed(other_boot, NOW) == 8


def test_order_is_live_queued_by_turn_then_newest_end() -> None:
    tasks = [
        task(1, status=Status.COMPLETE, ended=NOON - timedelta(minutes=9)),
        task(2, status=Status.FAILED, ended=NOON - timedelta(minutes=3)),
        task(3, status=Status.QUEUED),
        task(4, status=Status.QUEUED, priority=Priority.HIGH),
        task(5, status=Status.RUNNING),
        task(6, status=Status.STARTING),
        task(7, status=Status.LOST, ended=NOON - timedelta(minutes=5)),
    ]
    assert [entry.number for entry in ordered(tasks)] == [5, 6, 4, 3, 2, 7, 1]


def test_counts_are_of_today_only() -> None:
    today = NOON.astimezone().date()
    tasks = [
        task(1),
        task(2, status=Status.STARTING),
        task(3, status=Status.QUEUED),
        task(4, status=Status.COMPLETE),
        task(5, status=Status.FAILED),
        task(6, status=Status.FAILED, ended=NOON - timedelta(days=1, hours=1)),
        task(7, status=Status.LOST),
    ]
    assert count(tasks, today) == Counts(running=2, queued=1, complete=1, failed=1, lost=1)


def test_a_lost_task_counts_on_the_day_it_was_delegated_since_nobody_knows_its_end() -> None:
    lost = task(1, status=Status.LOST)
    assert lost.attempt is not None
    attempt = replace(lost.attempt, ended=None, started=None)
    lost = replace(
        lost,
        request=replace(lost.request, created=NOON - timedelta(minutes=1)),
        state=replace(lost.state, attempts=(attempt,)),
    )
    today = NOON.astimezone().date()
    assert count([lost], today) == Counts(lost=1)
    assert count([lost], today + timedelta(days=1)) == Counts()


def test_counts_of_another_day_hold_only_what_is_open() -> None:
    tasks: list[Task] = [task(1), task(2, status=Status.COMPLETE)]
    assert count(tasks, date(2020, 1, 1)) == Counts(running=1)


def test_moment_is_in_utc() -> None:
    assert Moment.now().wall.tzinfo is UTC
    assert abs((Moment.now().wall - datetime.now(UTC)).total_seconds()) < 5


ANY = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40)


@given(ANY, st.integers(1, 60))
def test_cells_are_never_wider_than_asked(text: str, width: int) -> None:
    assert width_of(cut(text, width)) <= width
    assert width_of(fit(text, width)) == width


@given(ANY, st.integers(2, 30))
def test_rows_hold_the_whole_text_and_fit(text: str, width: int) -> None:
    rows = slices(text, width)
    assert "".join(text[start:end] for start, end in rows) == text
    assert all(width_of(text[start:end]) <= width for start, end in rows)


def test_cut_text_ends_in_an_ellipsis() -> None:
    assert cut("Fix all ESLint errors", 10) == "Fix all E…"
    assert cut("日本語の文書", 6) == "日本…"


def test_an_end_that_is_not_saved_says_so_and_why() -> None:
    done = task(status=Status.FAILED, exit_code=7)
    state = replace(done.state, status=Status.STARTING)
    held = replace(done, state=state, live=Live(1, unsaved="no space left on device"))
    row = row_of(held, None, "", NOW)
    assert (row.word, row.result, row.last) == (
        "failed",
        "not saved",
        "not saved: no space left on device",
    )
    assert (row.brief, row.explains) == (row.result, row.last)
    counts = count([held], NOON.astimezone().date())
    assert (counts.failed, counts.unsaved, counts.running) == (1, 1, 0)
