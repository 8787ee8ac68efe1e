"""Names made from texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.naming import make_name
from app.model.reference import points


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "Can you create a background task to analyze the performance of our API endpoints?",
            "analyze-performance-api-endpoints",
        ),
        ("Fix all ESLint errors in src/", "fix-eslint-errors-src"),
        ("run our test suite", "run-test-suite"),
        ("Delegate fixing ESLint errors while I work on auth", "fixing-eslint-errors"),
        ("one two three four five six seven", "two-three-four-five-six"),
        ("pytest -q tests/unit", "pytest-q-tests-unit"),
        ("Don’t break src/api/users.ts", "break-src-api-users-ts"),
        ("test test test", "test"),
        ("修复 错误", "修复-错误"),
        ("do it", "do-it"),
        ("1234", "task-1234"),
        ("last", "task-last"),
        ("[/foo] [bold]x", "foo-bold-x"),
        ("!!!", "unnamed"),
        ("", "unnamed"),
        ("run", "task-run"),
        ("all", "task-all"),
    ],
)
def test_the_words_that_tell_something(text: str, name: str) -> None:
    assert make_name(text, ()) == name


def test_a_taken_name_gets_the_next_free_number() -> None:
    assert make_name("run tests", {"run-tests"}) == "run-tests-2"
    assert make_name("run tests", {"run-tests", "run-tests-2"}) == "run-tests-3"
    assert make_name("run tests", {"run-tests-2"}) == "run-tests"


@given(st.text(max_size=300), st.sets(st.sampled_from(["task", "a", "task-2", "0", "task-0"])))
def test_every_text_gets_a_short_plain_free_name(text: str, taken: set[str]) -> None:
    name = make_name(text, taken)
    assert name not in taken
    assert len(name) <= 5 * 24 + len("task-") + 4 + len("-99")
    assert all(part.isalnum() for part in name.split("-"))
    assert not name.isdigit()
    assert not points([name])


def test_a_command_line_has_no_wrapping_to_take_off() -> None:
    assert make_name("please run echo", ()) == "run-echo"
    assert make_name("delegate add echo in the background", (), sentence=False) == "add-echo"
