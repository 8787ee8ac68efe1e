"""How long a task will take, from how long its like took."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.estimate import Estimate, Sample, estimate, estimate_words

MINUTES = (9, 10, 12, 15, 16)


def took(*minutes: float, text: str = "Run the test suite", folder: str = "/shop") -> list[Sample]:
    return [Sample(text, folder, 60.0 * each) for each in minutes]


def judged(text: str, *samples: Sample, folder: str = "/shop") -> Estimate | None:
    return estimate(text, folder, samples)


def test_the_middle_half_of_the_runs_is_what_is_usual() -> None:
    found = judged("Run the test suite", *took(*MINUTES))
    assert found is not None
    assert (found.words, found.short, found.count) == ("usually 10–15m", "10–15m", 5)


def test_one_or_two_runs_are_only_about() -> None:
    one, two = (judged("Run the test suite", *took(*minutes)) for minutes in ((15,), (14, 16)))
    assert (estimate_words(one), estimate_words(two)) == ("~15m", "~15m")


def test_nothing_is_known_without_runs() -> None:
    assert estimate_words(judged("Run the test suite")) == "no estimate yet"
    assert judged("Run the test suite", *took(3, 4, text="Build the project")) is None


@pytest.mark.parametrize(
    "text",
    [
        "run our test suite in the background",
        "running the test suite",
        "Run the whole test suites",
        "run the test suite again",
    ],
)
def test_other_words_for_the_same_thing_are_of_one_kind(text: str) -> None:
    assert judged(text, *took(*MINUTES)) is not None


@pytest.mark.parametrize(
    "text", ["run the integration tests", "fix the test suite of the API", "sleep 5", "!", ""]
)
def test_other_things_are_not(text: str) -> None:
    assert judged(text, *took(*MINUTES)) is None


def test_the_very_same_task_counts_before_one_like_it() -> None:
    near = took(40, 41, 42, text="fix all ESLint errors in src and lib")
    same = took(2, text="Fix ESLint errors in src")
    found = judged("fix ESLint errors in src", *near, *same)
    assert found is not None
    assert found.count == 1
    assert judged("fix ESLint errors src lib", *near) is not None


def test_who_does_the_work_may_know_that_two_sentences_mean_the_same() -> None:
    def kind_of(text: str) -> str:
        return "tests" if "test" in text or "check" in text else ""

    found = estimate("check everything", "/shop", took(*MINUTES), kind_of)
    assert found is not None
    assert found.count == 5


def test_runs_in_the_same_folder_count_before_those_elsewhere_in_the_project() -> None:
    here, there = took(1, 1, 1, folder="/shop/api"), took(*MINUTES, folder="/shop/web")
    for folder, count in (("/shop/api", 3), ("/shop/web", 5), ("/shop", 8)):
        found = estimate("Run the test suite", folder, [*here, *there])
        assert found is not None
        assert found.count == count


def test_only_the_newest_runs_count() -> None:
    found = judged("Run the test suite", *took(*[60] * 50), *took(*[1] * 20))
    assert found is not None
    assert found.high_s == 60


@pytest.mark.parametrize(
    ("elapsed_m", "outlook"),
    [(0, "10–15m left"), (8, "2–7m left"), (11, "at most 4m left"), (16, "due"), (25, "overdue by 10m")],
)
def test_what_is_left_and_when_it_is_overdue(elapsed_m: float, outlook: str) -> None:
    found = judged("Run the test suite", *took(*MINUTES))
    assert found is not None
    assert found.outlook(60 * elapsed_m) == outlook
    assert found.overdue(60 * elapsed_m) is outlook.startswith("overdue")
    assert found.sentence(60 * elapsed_m) == f"usually 10–15m (5 runs) · {outlook}"


@pytest.mark.parametrize(
    ("low", "high", "short"),
    [
        (0.2, 0.4, "1s"),
        (8, 40, "8–40s"),
        (40, 180, "40s–3m"),
        (580, 590, "10m"),
        (3000, 4400, "50m–1.2h"),
        (3960, 7920, "1.1–2.2h"),
        (36000, 54000, "10–15h"),
        (200_000, 400_000, "2–5d"),
    ],
)
def test_ranges_are_short_in_every_unit(low: float, high: float, short: str) -> None:
    assert Estimate(low, (low + high) / 2, high, 9).short == short
    assert len(short) <= 8


def test_a_short_task_is_not_overdue_for_a_second() -> None:
    found = judged("true", *took(*[0.01] * 5, text="true"))
    assert found is not None
    assert not found.overdue(4)
    assert found.overdue(6)


@given(st.lists(st.floats(0.1, 1e6), min_size=3, max_size=20))
def test_quartiles_are_those_of_the_statistics_module(durations: list[float]) -> None:
    found = estimate("x", "/", [Sample("x", "/", each) for each in durations])
    low, middle, high = statistics.quantiles(durations, n=4, method="inclusive")
    assert found is not None
    assert (found.low_s, found.middle_s, found.high_s) == pytest.approx((low, middle, high))
    assert found.low_s <= found.middle_s <= found.high_s <= found.latest_s


@given(st.text(max_size=60), st.text(max_size=60), st.floats(0, 1e9), st.floats(0, 1e9))
def test_any_text_and_any_time_is_answered(text: str, other: str, took_s: float, elapsed_s: float) -> None:
    found = estimate(text, "/", [Sample(other, "/", took_s)])
    assert found is None or (found.sentence(elapsed_s) and len(found.short) <= 9)
