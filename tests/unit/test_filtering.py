"""Which tasks the filter leaves on the screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.dashboard.table.filtering import parse_filter, visible
from app.model.status import Attention, Status
from app.model.task import Request, State, Task

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def task(number: int, text: str, status: Status, agent: str = "worker", tags: tuple[str, ...] = ()) -> Task:
    name, task_id = text.lower(), f"agent_x{number}"
    request = Request(text, agent, (), "/srv/shop", name, tags=tags, id=task_id, number=number, created=NOW)
    return Task(request, State(status))


TASKS = [
    task(1, "Fix ESLint errors", Status.FAILED),
    task(2, "Run tests", Status.QUEUED, agent="claude"),
    task(3, "Run lint", Status.COMPLETE, tags=("nightly",)),
    task(14, "Failed logins report", Status.STOPPED),
]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", [1, 2, 3, 14]),
        ("run", [2, 3]),
        ("RUN lint", [3]),
        ("failed", [1]),
        ("failed stopped", [1, 14]),
        ("ended lint", [1, 3]),
        ("open", [2]),
        ("@claude", [2]),
        ("+night", [3]),
        ("#1", [1]),
        ("shop", [1, 2, 3, 14]),
        ("[bold]", []),
    ],
)
def test_words_and_statuses(text: str, numbers: list[int]) -> None:
    assert [task.number for task in visible(TASKS, parse_filter(text))] == numbers


def test_unread_leaves_the_ends_nobody_has_seen() -> None:
    seen = replace(TASKS[0], state=State(Status.FAILED, attention=Attention.SEEN))
    assert visible([seen, TASKS[2]], parse_filter("unread")) == [TASKS[2]]
