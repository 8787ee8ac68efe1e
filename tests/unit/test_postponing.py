"""Words that say when to begin, and their neighbours that belong to the work."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.postponing import without_delay
from app.model.sentences import Kind, read
from app.model.when import Delay


@pytest.mark.parametrize(
    ("sentence", "work", "minutes"),
    [
        ("Run the tests in 10m", "Run the tests", 10),
        ("run tests in 2 hours", "run tests", 120),
        ("Run the tests again in 5 minutes", "Run the tests again", 5),
        ("In 10 minutes, can you run the test suite?", "run the test suite", 10),
        ("in 2h run the tests", "run the tests", 120),
        ("Can you please run our tests in 10 minutes?", "run our tests", 10),
        ("rerun the tests in 5 minutes please", "rerun the tests", 5),
        ("Build the project in half an hour", "Build the project", 30),
        ("Deploy the app in 1h30m", "Deploy the app", 90),
        ("In 2 hours, fix all lint errors", "fix all lint errors", 120),
        ("start the server in an hour", "start the server", 60),
        ("execute the nightly job in 2 days", "execute the nightly job", 2880),
        ("Run our test suite in 10m while I work on auth", "run our test suite", 10),
        ("Run our test suite in the background in 10m", "run our test suite", 10),
    ],
)
def test_an_order_to_begin_later_is_read_so(sentence: str, work: str, minutes: float) -> None:
    reading = read(sentence)
    assert reading.kind is Kind.TASK
    assert reading.draft is not None
    assert (reading.draft.text, reading.draft.when) == (work, Delay(minutes * 60))


@pytest.mark.parametrize(
    "sentence",
    [
        "Make the session expire in 10 minutes",
        "Run 500 requests in 10 minutes",
        "Run a load test with 50 users in 10 minutes",
        "Run the job that failed in 2 hours",
        "Run the tests and finish in 10 minutes",
        "Run the test suite in under 10 minutes",
        "Run the tests in 10 seconds",
        "Run the tests in 10",
        "Run the simulation in 2d",
        "Fix all lint errors in 10m",
        "Implement logout in 10 minutes",
        "Build a report of errors in 2 hours",
        "Check failed logins in 2 hours",
        "Show what happened in 2 hours",
        "In 2 hours test runs time out",
        "In 10 minutes, build fails",
        "In 2 hours the cache expires: fix it",
        "In 10 minutes run the tests. Then stop the server.",
        "Run the tests\nin 10 minutes",
        '"Run the tests in 10m"',
        "!run the tests in 10m",
    ],
)
def test_what_may_be_part_of_the_work_stays_in_it(sentence: str) -> None:
    draft = read(sentence).draft
    assert draft is not None
    assert draft.when is None
    assert draft.text == sentence.strip('"').removeprefix("!")


def test_a_time_that_was_given_leaves_the_words_alone() -> None:
    draft = read("Run the tests in 10m at:18:00").draft
    assert draft is not None
    assert draft.text == "Run the tests in 10m"


@given(st.text() | st.lists(st.sampled_from(["in", "10m", "run", "the", "2 hours", ",", "."])).map(" ".join))
def test_any_text_comes_back_unless_a_delay_was_taken(text: str) -> None:
    work, delay = without_delay(text)
    assert work == text if delay is None else work and delay.seconds >= 0
