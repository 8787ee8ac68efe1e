"""Which task is meant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.naming import make_name
from app.model.reference import find
from app.model.sentences import Kind
from app.model.status import Status
from app.model.task import Request, State, Task

NOW = datetime(2026, 11, 20, 14, 30, 52, tzinfo=UTC)


def task(number: int, text: str, status: Status = Status.COMPLETE, name: str | None = None) -> Task:
    request = Request(
        id=f"agent_20261120_{number:06}",
        number=number,
        name=name or make_name(text, ()),
        text=text,
        agent="worker",
        command=("true",),
        folder="shop",
        created=NOW,
    )
    return Task(request, State(status))


TASKS = [
    task(3, "Analyze the performance of our API endpoints"),
    task(4, "Run the test suite"),
    task(5, "Generate API docs"),
    task(6, "Run the test suite", Status.FAILED),
    task(7, "Fix all ESLint errors in src/", Status.QUEUED),
    task(8, "Run integration tests", Status.QUEUED),
    task(9, "Update all dependencies", Status.FAILED),
    task(12, "Scan for secrets", Status.STOPPED),
]


def numbers(reference: str, tasks: Sequence[Task] = TASKS) -> list[int]:
    return [found.number for found in find(reference, tasks).tasks]


@pytest.mark.parametrize("reference", ["7", "#7", " 7 ", "task 7", "task #7", "Task 7", "number 7", "no. 7"])
def test_a_number_is_exact(reference: str) -> None:
    assert numbers(reference) == [7]


def test_a_number_that_is_part_of_others_means_none_of_them() -> None:
    assert numbers("1") == []
    assert numbers("20261120") == []


def test_a_dot_names_the_attempt() -> None:
    assert (numbers("7.2"), find("7.2", TASKS).attempt, find("#7.2", TASKS).attempt) == ([7], 2, 2)
    assert find("7", TASKS).attempt is None


@pytest.mark.parametrize(
    ("reference", "number"),
    [
        ("agent_20261120_000005", 5),
        ("AGENT_20261120_000005", 5),
        ("fix-eslint-errors-src", 7),
        ("eslint", 7),
        ("eslint-err", 7),
        ("the ESLint errors", 7),
        ("errors eslint", 7),
        ("API analysis", 3),
        ("my API analysis task", 3),
        ("the documentation task", 5),
        ("the API docs", 5),
        ("the dependency update", 9),
        ("secret scan", 12),
        ("the integration test", 8),
    ],
)
def test_words_mean_the_task_they_describe(reference: str, number: int) -> None:
    assert numbers(reference) == [number]


@pytest.mark.parametrize(
    "reference", ["", "   ", "#", "the", "!!", "unheard of", "the login page", "all", "all tasks", "tasks"]
)
def test_other_words_mean_no_task(reference: str) -> None:
    assert numbers(reference) == []


def test_the_newest_counts_of_ended_tasks_with_one_text() -> None:
    assert numbers("the test suite") == [6]


def test_an_open_task_comes_before_ended_ones() -> None:
    assert numbers("tests", [*TASKS, task(13, "Run the tests", Status.COMPLETE)]) == [8]


def test_several_equally_good_ones_are_all_given_newest_first() -> None:
    assert numbers("api") == [5, 3]
    assert find("api", TASKS).task is None


def test_the_same_text_twice_is_not_certain_while_both_are_open() -> None:
    both = [task(1, "Run tests", Status.QUEUED), task(2, "Run tests", Status.QUEUED)]
    assert numbers("tests", both) == [2, 1]


def test_an_exact_name_wins_over_a_part_of_another() -> None:
    assert numbers("docs", [task(1, "Write", name="docs"), task(2, "Write more", name="docs-2")]) == [1]


@pytest.mark.parametrize(
    "reference", ["last", "the last one", "latest", "the most recent task", "my last run"]
)
def test_last_is_the_one_delegated_last(reference: str) -> None:
    assert numbers(reference) == [12]


def test_it_is_the_only_open_task_else_the_last() -> None:
    one_open = [*TASKS[:5], TASKS[6]]
    assert numbers("it", one_open) == [7]
    assert numbers("my background task", one_open) == [7]
    assert numbers("it", TASKS) == [12]
    assert numbers("it", []) == []


def test_how_a_task_stands_tells_it_apart() -> None:
    assert numbers("the last failed one") == [9]
    assert numbers("the failed task") == [9, 6]
    assert numbers("the stopped one") == [12]
    assert numbers("the running task") == []


def test_one_looks_first_where_the_order_makes_sense() -> None:
    assert [t.number for t in find("it", TASKS, Kind.RETRY.suits).tasks] == [12]
    assert [t.number for t in find("last", TASKS, Kind.STOP.suits).tasks] == [8]
    assert [t.number for t in find("eslint", TASKS, Kind.RESULT.suits).tasks] == [7]


@given(st.text(max_size=40))
def test_any_text_finds_only_tasks_that_there_are(reference: str) -> None:
    assert all(found in TASKS for found in find(reference, TASKS).tasks)


@given(st.sampled_from(TASKS))
def test_number_id_and_name_find_their_task(wanted: Task) -> None:
    assert find(f"#{wanted.number}", TASKS).task == wanted
    assert find(wanted.id, TASKS).task == wanted
    named = find(wanted.name, TASKS).task
    assert named is not None
    assert named.name == wanted.name
