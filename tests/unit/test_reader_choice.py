"""Which of several accounts is believed: the last one, and none that claims success for a run that failed."""

from __future__ import annotations

import pytest

from app.logs.readers import read_outcome
from tests.unit.outputs import output

PASSED = output("pytest/passed")
FAILED = output("pytest/failed")
TOTAL = "tests/test_pay.py::test_total - assert 3 == 4"


def test_the_last_of_two_runs_tells_the_end() -> None:
    outcome = read_outcome("", FAILED + PASSED, 0, None)
    assert (outcome.headline, outcome.failed) == ("41 passed", 0)


def test_the_last_tool_tells_the_end() -> None:
    outcome = read_outcome("", PASSED + output("eslint/failed"), 1, None)
    assert (outcome.tool, outcome.headline) == ("eslint", "11 problems")


def test_a_summary_quoted_by_a_failing_test_is_not_the_result() -> None:
    for name in ("pytest/failed", "jest/failed", "vitest/failed"):
        assert "failed, " in output(name).partition("Tests:")[2]
        outcome = read_outcome("", output(name), 1, None)
        assert (outcome.tool, outcome.passed in (12, 151)) == (name.partition("/")[0], True)


def test_a_quoted_failure_does_not_spoil_a_run_that_passed() -> None:
    text = output("go/failed") + output("mocha/passed")
    assert read_outcome("", text, 0, None).headline == "5 passed"


@pytest.mark.parametrize("code", [1, 2, 127, 139])
def test_success_is_never_claimed_for_a_run_that_failed(code: int) -> None:
    outcome = read_outcome("", PASSED, code, None)
    assert outcome.headline == f"exit {code} after 41 passed"
    assert outcome.error is not None
    assert outcome.error.startswith(f"exit {code}")


def test_what_failed_after_the_tests_explains_the_end() -> None:
    text = (
        PASSED
        + "Publishing\nfatal: could not read from remote repository\nmake: *** [Makefile:3: all] Error 128\n"
    )
    outcome = read_outcome("", text, 2, None)
    assert outcome.error == "fatal: could not read from remote repository"
    assert outcome.headline == "exit 2 after 41 passed"


def test_an_earlier_tools_failure_explains_an_end_without_another() -> None:
    outcome = read_outcome("", FAILED + output("ruff/passed"), 1, None)
    assert (outcome.tool, outcome.error) == ("pytest", TOTAL)


def test_a_failure_made_good_by_the_same_tool_explains_nothing() -> None:
    outcome = read_outcome("", FAILED + PASSED + "giving up\n", 1, None)
    assert (outcome.headline, outcome.error) == ("exit 1 after 41 passed", "giving up")


def test_exit_code_0_means_no_error_whatever_was_said() -> None:
    outcome = read_outcome("", FAILED, 0, None)
    assert outcome.error is None
    assert outcome.headline == "3 failed, 1 error, 151 passed"


@pytest.mark.parametrize(
    ("number", "name"), [(9, "SIGKILL"), (15, "SIGTERM"), (11, "SIGSEGV"), (250, "signal 250")]
)
def test_a_signal_is_named_where_no_tool_knows_better(number: int, name: str) -> None:
    assert read_outcome("", "working\n", None, number).error == f"killed by {name}"
    assert read_outcome("", "error: disk is slow\nworking\n", None, number).error == f"killed by {name}"


def test_a_tool_that_was_killed_after_its_failures_explains_itself() -> None:
    assert read_outcome("", FAILED, None, 9).error == TOTAL


def test_a_kill_long_after_a_failure_is_not_explained_by_it() -> None:
    outcome = read_outcome("", FAILED + "still going\n" * 400, None, 9)
    assert outcome.error == "killed by SIGKILL"
    assert outcome.headline == "killed by SIGKILL after 3 failed, 1 error, 151 passed"


def test_a_shells_code_for_a_signal_is_explained() -> None:
    assert read_outcome("", "", 137, None).error == "exit 137: killed by SIGKILL"
    assert read_outcome("", "", 3, None).error == "exit 3"


def test_a_lost_run_keeps_what_its_output_said_and_no_more() -> None:
    assert read_outcome("", "error: no\n", None, None).error is None
    assert read_outcome("", FAILED, None, None).error == TOTAL


@pytest.mark.parametrize("size", [1, 300, 2000, 10**6])
def test_head_and_tail_may_overlap(size: int) -> None:
    text = output("go/verbose_failed")
    outcome = read_outcome(text[:size], text[-700:], 1, None)
    assert (outcome.passed, outcome.failed) == ((2, 2) if size > len(text) - 700 else (outcome.passed, 2))
    assert read_outcome(text, text, 1, None).passed == 2


def test_a_head_tells_what_a_tail_no_longer_holds() -> None:
    log = output("npm/not_found") + "\n".join(f"noise {n}" for n in range(9000))
    outcome = read_outcome(output("pytest/conftest"), log[-2000:], 1, None)
    assert outcome.error == "conftest.py - ModuleNotFoundError: No module named 'no_such_plugin'"


def test_times_in_front_of_lines_and_carriage_returns_change_nothing() -> None:
    for name in ("pytest/failed", "eslint/failed", "cargo/test_failed", "mocha/spec_failed"):
        stamped = "".join(f"[14:31:05] {line}" for line in output(name).splitlines(keepends=True))
        expected = read_outcome("", output(name), 1, None)
        assert read_outcome("", stamped, 1, None) == expected
        assert read_outcome("", output(name).replace("\n", "\r\n"), 1, None) == expected


def test_the_same_tool_may_run_twice_with_its_failures_told_apart() -> None:
    for first, second in (
        ("unittest/failed", "unittest/import_error"),
        ("eslint/failed", "eslint/parse_error"),
    ):
        both = read_outcome("", output(first) + output(second), 1, None)
        assert both == read_outcome("", output(second), 1, None)
