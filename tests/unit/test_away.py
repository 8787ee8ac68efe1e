"""Coming back after a while, and who counts as watching."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.dashboard.news.away import AWAY_AFTER_S, Presence, away_line
from app.model.status import Status
from app.model.task import Attempt, Request, State, Task

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def ended(number: int, status: Status, after_s: float) -> Task:
    moment = START + timedelta(seconds=after_s)
    task_id = f"agent_20261120_12000{number}"
    request = Request(
        "text", "worker", ("true",), "/", f"n{number}", id=task_id, number=number, created=START
    )
    attempt = Attempt(1, "x.log", verdict=status, started=START, ended=moment)
    return Task(request, State(status, attempts=(attempt,)))


def test_the_strip_counts_what_ended_meanwhile_and_names_what_went_wrong() -> None:
    tasks = [
        ended(1, Status.COMPLETE, -5),
        ended(2, Status.COMPLETE, 60),
        ended(3, Status.FAILED, 70),
        ended(4, Status.COMPLETE, 80),
    ]
    assert away_line(tasks, START, 47 * 60) == "away 47m00: 3 finished (1 failed)"


def test_nothing_ended_nothing_said() -> None:
    assert away_line([ended(1, Status.COMPLETE, -5)], START, 47 * 60) == ""


def test_a_short_pause_is_no_absence() -> None:
    assert Presence(0.0, START).away_s(AWAY_AFTER_S - 1) == 0.0
    assert Presence(0.0, START).away_s(AWAY_AFTER_S + 60) == AWAY_AFTER_S + 60


@pytest.mark.parametrize(
    ("presence", "now", "watching"),
    [
        (Presence(0.0, START, focused=True), 60.0, True),
        (Presence(0.0, START, focused=True), AWAY_AFTER_S, False),
        (Presence(0.0, START, focused=False), 1.0, False),
        (Presence(0.0, START, pressed=True), 10.0, True),
        (Presence(0.0, START, pressed=True), 31.0, False),
        (Presence(0.0, START), 1.0, False),
    ],
)
def test_only_somebody_who_is_there_counts_as_watching(
    presence: Presence, now: float, watching: bool
) -> None:
    assert presence.watching(now) is watching
