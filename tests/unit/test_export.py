"""The object of ``--json``: its keys, their order, and what each says in each state of a task."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.model.ask import Ask, Choice, ChoiceKind
from app.model.export import explain, export, status_words
from app.model.outcome import Outcome, Progress
from app.model.report import Report, Usage
from app.model.status import Attention, Priority, Status
from app.model.task import Attempt, Identity, Live, Request, State, Task

KEYS = [
    *("number", "id", "name", "text", "agent", "status", "priority", "tags", "folder"),
    *("created", "started", "ended", "duration_s", "exit_code", "signal", "pid", "pgid"),
    *("log", "attempt", "attempts", "progress", "summary", "error", "files", "commit"),
    *("check", "estimate_s", "queue_reason", "attention", "unsaved"),
    *("qualifier", "session", "model", "usage", "asks"),
]

REQUEST = Request(
    id="agent_20261120_143052",
    number=7,
    name="fix-lint",
    text="Fix lint",
    agent="worker",
    command=("{python}", "-m", "app.agents.worker", "Fix lint"),
    folder="/srv/shop",
    created=datetime(2026, 11, 20, 15, 30, 52, tzinfo=timezone(timedelta(hours=1))),
    priority=Priority.HIGH,
    tags=("lint",),
)
STARTED = datetime(2026, 11, 20, 14, 31, tzinfo=UTC)
RUN = Attempt(
    number=1,
    log="agent_20261120_143052.log",
    verdict=Status.COMPLETE,
    started=STARTED,
    ended=STARTED + timedelta(seconds=4),
    duration_s=4.00049,
    exit_code=0,
    outcome=Outcome(headline="156 passed", files=("src/a.py",), commit="abc123"),
)


def ended(status: Status, run: Attempt, attention: Attention | None = Attention.UNREAD) -> Task:
    return Task(REQUEST, State(status, attention=attention, attempts=(replace(run, verdict=status),)))


def running() -> Task:
    child = Identity("boot", 4242, 1)
    live = Live(attempt=1, runner=Identity("boot", 4241, 1), child=child, started=STARTED, since=100.0)
    return Task(REQUEST, State(Status.STARTING, attempts=(Attempt(1, "x.log"),)), live)


def queued(*attempts: Attempt) -> Task:
    return Task(REQUEST, State(Status.QUEUED, attempts=attempts), queue_reason="after #3")


@pytest.mark.parametrize("task", [queued(), running(), ended(Status.COMPLETE, RUN)])
def test_the_keys_and_their_order_never_change(task: Task) -> None:
    assert list(export(task, now=101.0)) == KEYS


def test_a_complete_task_tells_what_came_out() -> None:
    shown = export(ended(Status.COMPLETE, RUN), log_path="/logs/x.log", summary="# done", now=0.0)
    assert shown["status"] == "complete"
    assert shown["priority"] == "high"
    assert shown["tags"] == ["lint"]
    assert shown["created"] == "2026-11-20T14:30:52+00:00"
    assert shown["ended"] == "2026-11-20T14:31:04+00:00"
    assert shown["duration_s"] == 4.0
    assert (shown["exit_code"], shown["signal"], shown["error"]) == (0, None, None)
    assert (shown["pid"], shown["pgid"]) == (None, None)
    assert (shown["log"], shown["summary"]) == ("/logs/x.log", "# done")
    assert (shown["files"], shown["commit"]) == (["src/a.py"], "abc123")
    assert (shown["attempt"], shown["attempts"]) == (1, 1)
    assert shown["attention"] == "unread"


def test_a_running_task_has_a_process_and_a_growing_duration() -> None:
    shown = export(running(), progress=Progress(47, 89, None, "47 of 89"), summary="too early", now=112.5)
    assert shown["status"] == "running"
    assert (shown["pid"], shown["pgid"]) == (4242, 4242)
    assert shown["duration_s"] == 12.5
    assert shown["started"] == "2026-11-20T14:31:00+00:00"
    assert shown["progress"] == {"done": 47, "total": 89, "percent": None, "text": "47 of 89"}
    assert (shown["summary"], shown["ended"], shown["exit_code"], shown["attention"]) == (None,) * 4


def test_the_duration_of_a_running_task_is_unknown_without_a_clock() -> None:
    assert export(running())["duration_s"] is None


def test_a_queued_task_says_why_it_waits() -> None:
    shown = export(queued())
    assert (shown["status"], shown["queue_reason"]) == ("queued", "after #3")
    assert (shown["attempt"], shown["attempts"]) == (None, 0)


def test_a_queued_retry_does_not_claim_the_end_of_the_run_before() -> None:
    shown = export(queued(replace(RUN, verdict=Status.FAILED, exit_code=1)), summary="old", now=5.0)
    assert (shown["attempt"], shown["attempts"]) == (1, 1)
    for key in ("exit_code", "ended", "started", "duration_s", "files", "commit", "error", "summary"):
        assert shown[key] is None, key


def test_a_signal_is_its_number() -> None:
    shown = export(ended(Status.FAILED, replace(RUN, exit_code=None, signal=11)))
    assert (shown["exit_code"], shown["signal"]) == (None, 11)


def test_files_are_unknown_rather_than_none_where_nothing_was_reported() -> None:
    assert export(ended(Status.COMPLETE, replace(RUN, outcome=Outcome())))["files"] is None


@pytest.mark.parametrize(
    ("status", "error", "reason", "expected"),
    [
        (Status.FAILED, "assert 3 == 4", None, "assert 3 == 4"),
        (Status.FAILED, None, "no such program", "no such program"),
        (Status.FAILED, None, None, None),
        (Status.TIMED_OUT, None, "stopped after 1h", "stopped after 1h"),
        (Status.LOST, None, "its runner is gone", "its runner is gone"),
        (Status.COMPLETE, "looks like an error", None, None),
    ],
)
def test_the_error_is_the_line_that_explains(
    status: Status, error: str | None, reason: str | None, expected: str | None
) -> None:
    task = ended(status, replace(RUN, reason=reason, outcome=Outcome(error=error)))
    assert explain(task) == expected
    assert export(task)["error"] == expected


@pytest.mark.parametrize(
    ("attention", "expected"), [(Attention.UNREAD, "unread"), (None, "unread"), (Attention.SEEN, "seen")]
)
def test_attention_is_unread_until_somebody_has_looked(attention: Attention | None, expected: str) -> None:
    assert export(ended(Status.FAILED, RUN, attention))["attention"] == expected


def test_it_can_be_written_as_json_whatever_the_folder_is_called() -> None:
    task = replace(queued(), request=replace(REQUEST, folder="/srv/\udcff\x1b[2J", text="ü\u202e"))
    written = json.dumps(export(task))
    assert written.isascii()
    assert json.loads(written)["folder"] == "/srv/\udcff\x1b[2J"


def test_a_running_agent_shows_what_it_tells_and_asks() -> None:
    usage = Usage(1200, 34, 0.02)
    ask = Ask(
        number=3,
        attempt=1,
        title="allow `git push`?",
        choices=(Choice("yes", "Allow", ChoiceKind.ALLOW_ONCE),),
        asked=STARTED,
        expires=STARTED + timedelta(minutes=10),
        detail="git push origin main",
        tool="Bash",
    )
    task = replace(running(), asks=(ask,), report=Report(1, session="abc", model="large", usage=usage))
    shown = json.loads(json.dumps(export(task, now=101.0)))
    assert shown["status"] == "asking"
    assert (shown["session"], shown["model"]) == ("abc", "large")
    assert shown["usage"] == {"input_tokens": 1200, "output_tokens": 34, "cost": 0.02, "currency": "USD"}
    assert shown["asks"] == [
        {
            "number": 3,
            "title": "allow `git push`?",
            "detail": "git push origin main",
            "tool": "Bash",
            "asked": "2026-11-20T14:31:00+00:00",
            "expires": "2026-11-20T14:41:00+00:00",
            "choices": [{"name": "Allow", "kind": "allow_once"}],
        }
    ]


def test_a_success_is_never_told_without_what_qualifies_it() -> None:
    run = replace(RUN, qualifier="2 denied", session="abc", model="large", usage=Usage(1, 2))
    task = ended(Status.COMPLETE, run)
    assert status_words(task) == "complete 2 denied"
    shown = export(task)
    assert (shown["status"], shown["qualifier"], shown["session"]) == ("complete", "2 denied", "abc")
    assert status_words(ended(Status.FAILED, run)) == "failed"
    assert status_words(ended(Status.COMPLETE, RUN)) == "complete"
    assert status_words(queued(run)) == "queued"
