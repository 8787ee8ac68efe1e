"""What stops or deletes needs a second key, soon, and the right one."""

from __future__ import annotations

import pytest

from app.dashboard.plans.confirm import WINDOW_S, Answer, answer, ask_again, ask_among, ask_plainly


@pytest.mark.parametrize("key", ["x", "y"])
def test_the_same_key_or_y_within_two_seconds_is_a_yes(key: str) -> None:
    question = ask_again("stop 7", "x again or y to stop #7", "x", now=100.0)
    assert answer(question, key, 100.0 + WINDOW_S) is Answer.YES


@pytest.mark.parametrize("key", ["x", "y"])
def test_too_late_is_a_no(key: str) -> None:
    question = ask_again("stop 7", "", "x", now=100.0)
    assert answer(question, key, 100.01 + WINDOW_S) is Answer.NO


@pytest.mark.parametrize("key", ["X", "D", "escape", "enter", "n", "down"])
def test_any_other_key_is_a_no(key: str) -> None:
    assert answer(ask_again("stop 7", "", "x", now=0.0), key, 0.5) is Answer.NO


def test_without_a_question_keys_mean_what_they_always_mean() -> None:
    assert answer(None, "y", 0.0) is Answer.NONE


@pytest.mark.parametrize("key", ["y", "enter"])
def test_a_question_from_a_sentence_waits(key: str) -> None:
    assert answer(ask_plainly("stop 7", "stop #7?"), key, 1e9) is Answer.YES


def test_a_question_with_several_answers_tells_them_apart() -> None:
    question = ask_among("stop", "y stops, n leaves", frozenset({"y"}), {"n": "leave"})
    assert answer(question, "y", 1e9) is Answer.YES
    assert answer(question, "n", 1e9) is Answer.OTHER
    assert answer(question, "escape", 1e9) is Answer.NO
    assert question.others["n"] == "leave"


@pytest.mark.parametrize("key", ["n", "escape", "x", "space"])
def test_a_question_from_a_sentence_is_answered_by_nothing_else(key: str) -> None:
    assert answer(ask_plainly("stop 7", "stop #7?"), key, 0.0) is Answer.NO
