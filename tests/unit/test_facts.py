"""What the details tab says of tasks in every state, and how that is laid out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dashboard.details.facts import WHY, Section, lay_out, sections
from app.dashboard.drawing.cells import width_of, wrapped
from app.logs.sanitise import sanitise
from app.model.estimate import Estimate
from app.model.outcome import Outcome
from app.model.report import Usage
from app.model.status import Status
from app.model.task import Task
from app.model.vitals import Change, LogFacts, Vitals
from tests.dashboard.samples import task
from tests.unit.test_vitals import SEEN


def told(about: Task, seen: Vitals | None = None, log: LogFacts | None = None) -> dict[str, Section]:
    """The sections by their titles."""
    return {section.title: section for section in sections(about, seen, None, log, "/logs/a.log")}


def test_a_live_task_shows_evidence_first_and_its_processes() -> None:
    found = sections(task(), SEEN, Change(300.0, 0.0, 0, 0), SEEN.log, "/logs/a.log")
    assert [section.title for section in found] == [
        WHY,
        "Asked for",
        "Limits",
        "Attempts",
        "Processes",
        "Log",
    ]
    why = dict(found[0].facts)
    assert why["CPU"].startswith("0.0 s in 5m")
    assert why["last line"] == "looks like a question: Continue? [y/N]"
    assert found[4].rows[0].startswith("4242  pytest")
    assert dict(found[5].facts) == {"file": "/logs/a.log", "size": "1.2 KB"}


def test_before_the_first_look_nothing_is_claimed() -> None:
    assert told(task())[WHY].facts == [("runner", "looking …"), ("estimate", "no estimate yet")]
    assert "Processes" not in told(task())


def test_environment_is_told_by_names_while_it_is_known() -> None:
    seen = replace(SEEN, environment=("HOME", "TOKEN"))
    assert dict(told(task(), seen)["Asked for"].facts)["environment"] == "HOME TOKEN (names only)"
    assert "environment" not in dict(told(task(), SEEN)["Asked for"].facts)


@pytest.mark.parametrize(
    ("about", "label", "words"),
    [
        (task(status=Status.QUEUED, queue_reason="after #8"), "waits", "after #8"),
        (task(status=Status.QUEUED), "waits", "for its turn"),
        (task(status=Status.COMPLETE, exit_code=0), "ended", "exit 0"),
        (task(status=Status.FAILED, signal=9), "ended", "SIGKILL"),
        (
            task(status=Status.TIMED_OUT, signal=15, reason="said nothing for 5 s"),
            "because",
            "said nothing for 5 s",
        ),
        (task(status=Status.LOST), "runner", "lock free, and no end was written: how it ended is not known"),
        (task(status=Status.STOPPED, signal=9, survivors=(7, 8)), "still alive", "pid 7, pid 8"),
    ],
)
def test_each_state_says_what_it_rests_on(about: Task, label: str, words: str) -> None:
    assert dict(told(about)[WHY].facts)[label] == words


def test_limits_and_attempts_come_from_the_record() -> None:
    about = task(status=Status.FAILED, exit_code=3, ran_s=192)
    about = replace(
        about, request=replace(about.request, quiet_timeout_s=300.0, memory_bytes=1 << 30, retries=2)
    )
    found = told(about, log=LogFacts(900 << 20, 812 << 20))
    assert dict(found["Limits"].facts) == {
        "time": "1h",
        "silence": "5m",
        "memory": "1.0 GiB",
        "retries": "0 of 2 used",
        "priority": "normal",
    }
    assert found["Attempts"].rows == ["#7.1 · failed · exit 3 · 3m12 · a.log"]
    assert dict(found["Log"].facts)["size"] == "900 MB · 812 MB of it dropped"


def test_nothing_of_a_task_can_control_the_terminal() -> None:
    evil = "a\x1b[2J\x9b2J\x1b]0;x\x07b"
    about = task(text=evil, agent=evil, status=Status.FAILED, reason=evil)
    about = replace(about, request=replace(about.request, command=("sh", evil), folder=evil))
    seen = replace(SEEN, environment=(evil,))
    lines = lay_out(sections(about, seen, None, None, evil), 60)
    text = "".join(text for line in lines for text, _ in line)
    assert text.isprintable()


def test_values_stand_in_a_column_and_wrap_under_themselves() -> None:
    lines = lay_out([Section("T", [("a", "one two three"), ("long", "x" * 12)], ["r" * 30])], 18)
    assert ["".join(text for text, _ in line) for line in lines] == [
        "T",
        "  a     one two",
        "        three",
        "  long  xxxxxxxxxx",
        "        xx",
        "  rrrrrrrrrrrrrrr…",
    ]


@given(st.text(max_size=80), st.integers(2, 40))
def test_wrapping_loses_no_word_and_is_never_too_wide(text: str, width: int) -> None:
    text = sanitise(text)
    rows = wrapped(text, width)
    assert "".join("".join(rows).split()) == "".join(text.split())
    assert all(width_of(row) <= width for row in rows)


def test_it_tells_what_is_usual_and_what_is_left() -> None:
    found = sections(task(), SEEN, None, None, "", Estimate(540.0, 720.0, 900.0, 7), 600.0)
    assert ("estimate", "usually 9–15m (7 runs) · at most 5m left") in found[0].facts


def test_attempts_can_be_compared_by_what_they_changed_and_cost() -> None:
    about = task(status=Status.COMPLETE, exit_code=0)
    (run,) = about.state.attempts
    run = replace(run, outcome=Outcome(files=("a.py", "b.py")), usage=Usage(1200, 34, 0.02))
    about = replace(about, state=replace(about.state, attempts=(run,)))
    (row,) = told(about)["Attempts"].rows
    assert "2 files changed · 1,200 tokens in, 34 out, 0.02 USD" in row
