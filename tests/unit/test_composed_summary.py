"""The summary of a task that wrote none: what it holds, and that nothing in it acts as Markdown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.logs.summary import compose_summary
from app.model.changes import ChangedFile, Changes, Commit, Kind
from app.model.outcome import Outcome
from app.model.status import Status
from app.model.task import Attempt, Request, State, Task

ENDED = Attempt(
    number=2,
    log="agent_20260101_000000.2.log",
    verdict=Status.FAILED,
    exit_code=1,
    duration_s=495.2,
    outcome=Outcome("pytest", "3 failed, 153 passed", "a.py::b - assert 3 == 4", 153, 3, 2, warnings=1),
)


def task(text: str = "Run the test suite") -> Task:
    request = Request(
        id="agent_20260101_000000",
        number=7,
        name="run-test-suite",
        text=text,
        agent="worker",
        command=("true",),
        folder="/shop",
        created=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Task(request, State(Status.FAILED, attempts=(ENDED,)))


def lines(attempt: Attempt, log_path: str | None = None, text: str = "Run the test suite") -> list[str]:
    return compose_summary(task(text), attempt, log_path).splitlines()


def test_a_failed_run_says_what_why_and_how_long() -> None:
    told = lines(ENDED, "/logs/agent_20260101_000000.2.log")
    assert told[0] == "# ✗ failed: 3 failed, 153 passed"
    assert told[2] == "`a.py::b - assert 3 == 4`"
    assert "Run the test suite" in told
    assert "- ended: exit code 1" in told
    assert "- duration: 8m15" in told
    assert "- attempt: 2" in told
    assert "- tests: 153 passed, 3 failed, 2 skipped" in told
    assert "- warnings: 1" in told
    assert "- log: `/logs/agent_20260101_000000.2.log`" in told


def test_a_complete_run_gives_no_reason_for_its_end() -> None:
    outcome = Outcome("ruff", "47 fixed", fixed=47, files=("a.py", "b_*.py"), commit="1a2b3c4")
    told = lines(Attempt(1, "x.log", verdict=Status.COMPLETE, exit_code=0, reason="x", outcome=outcome))
    assert told[0] == "# ✓ complete: 47 fixed"
    assert told[2] == "```"
    assert "- fixed: 47" in told
    assert "- commit: `1a2b3c4`" in told
    assert told[-2:] == ["- `a.py`", "- `b_*.py`"]
    assert not any(line.startswith("- attempt") for line in told)


def test_what_was_swept_dropped_and_left_is_told() -> None:
    told = lines(replace(ENDED, swept=2, survivors=(41, 42), dropped_bytes=812_000_000))
    assert "- swept: 2 processes outlived the command and were ended" in told
    assert "- still running, could not be ended: pid 41, 42" in told
    assert "- dropped from the middle of the log: 812 MB" in told
    assert "- swept: 1 process outlived the command and was ended" in lines(replace(ENDED, swept=1))


@pytest.mark.parametrize(
    ("attempt", "title", "end"),
    [
        (
            Attempt(1, "x", verdict=Status.STOPPED, signal=15, reason="stopped by you"),
            "■ stopped",
            "killed by SIGTERM",
        ),
        (
            Attempt(1, "x", verdict=Status.TIMED_OUT, signal=9, reason="over 1h"),
            "⧗ timed out",
            "killed by SIGKILL",
        ),
        (Attempt(1, "x"), "‽ lost", "not known"),
        (Attempt(1, "x", verdict=Status.STOPPED), "■ stopped", "before it had started"),
        (Attempt(1, "x", verdict=Status.FAILED, signal=250), "✗ failed", "killed by signal 250"),
    ],
)
def test_every_kind_of_end_is_named(attempt: Attempt, title: str, end: str) -> None:
    told = lines(attempt)
    assert told[0] == f"# {title}"
    assert f"- ended: {end}" in told
    assert attempt.reason is None or attempt.reason in told


def test_many_files_are_not_all_listed() -> None:
    outcome = Outcome(files=tuple(f"f{n}.py" for n in range(60)))
    told = lines(replace(ENDED, outcome=outcome))
    assert told[-1] == "- and 10 more"
    assert "- `f49.py`" in told


def test_an_edited_retry_shows_its_own_text() -> None:
    assert "Run only one test" in lines(replace(ENDED, text="Run only one test"))


@given(st.text(max_size=200), st.text(max_size=80))
def test_text_from_outside_stays_in_its_place(text: str, said: str) -> None:
    outcome = Outcome("pytest", said, said, files=(said,))
    told = lines(replace(ENDED, outcome=outcome, reason=said), said, text)
    headings = [line for line in _outside_fence(told) if line.startswith("#")]
    assert headings[0].startswith("# ✗ failed")
    assert headings[1:] == ["## Files changed"]
    assert not any(char < " " or char == "\x7f" for line in told for char in line)


def _outside_fence(told: list[str]) -> list[str]:
    """The lines before and behind the code block that holds the task's text."""
    opening = next(n for n, line in enumerate(told) if line and not line.strip("`") and len(line) > 2)
    closing = told.index(told[opening], opening + 1)
    return told[:opening] + told[closing + 1 :]


def test_what_changed_is_told_with_its_lines_and_commits() -> None:
    changes = Changes(
        (
            ChangedFile("src/pay.py", Kind.MODIFIED, 12, 4),
            ChangedFile("b_*.py", Kind.RENAMED, 0, 0, old_path="a.py"),
            ChangedFile("logo.png", Kind.ADDED),
        ),
        (Commit("1a2b3c4d5e6f7890", "Fix the *totals*"),),
    )
    told = compose_summary(task(), ENDED, changes=changes).splitlines()
    assert "## 3 files +12 −4 · 1 commit" in told
    assert "- `1a2b3c4d5e` Fix the \\*totals\\*" in told
    assert "- M `src/pay.py` +12 −4" in told
    assert "- R `b_*.py` +0 −0 (was `a.py`)" in told
    assert "- A `logo.png`" in told


def test_the_explaining_line_stands_in_its_surroundings() -> None:
    tail = "\n".join(["before", "a.py::b - assert 3 == 4", "after ```"])
    told = compose_summary(task(), ENDED, tail=tail)
    assert "````\nbefore\na.py::b - assert 3 == 4\nafter ```\n````" in told


def test_a_checked_success_names_its_proof() -> None:
    checked = replace(task().request, check="pytest -q")
    attempt = Attempt(1, "x.log", verdict=Status.COMPLETE, exit_code=0, check="passed", qualifier="checked")
    told = compose_summary(replace(task(), request=checked), attempt).splitlines()
    assert told[0] == "# ✓ complete checked"
    assert "- check passed: `pytest -q`" in told
