"""Questions, answers and reports of agents survive the way to disk, and the first answer holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.ask import Answer, Ask, Choice, ChoiceKind
from app.model.outcome import Progress
from app.model.report import Report, Usage
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.registry.agentcodec import (
    report_from_record,
    report_to_record,
    run_from_record,
    run_to_record,
)
from app.registry.asking import (
    next_ask,
    open_asks,
    read_answer,
    read_report,
    remove_ask,
    write_answer,
    write_ask,
    write_report,
)
from app.registry.codec import dump, parse
from app.registry.paths import Home
from app.registry.values import BadRecord

TASK = "agent_20261121_120000"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ASK = Ask(
    number=1,
    attempt=1,
    title="Run `git push`?",
    choices=(
        Choice("yes", "Yes", ChoiceKind.ALLOW_ONCE),
        Choice("no", "No", ChoiceKind.REJECT_ONCE),
    ),
    asked=NOW,
    expires=NOW + timedelta(minutes=10),
    detail="git push origin main",
    tool="Bash",
)
words = st.text(st.characters(exclude_categories=["Cs"]))
arguments = st.binary().map(lambda raw: raw.decode(errors="surrogateescape"))
counts = st.none() | st.integers(0, 10**9)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.task(TASK).mkdir(parents=True)
    return home


@given(
    st.builds(
        AgentRun,
        channel=st.sampled_from(Channel),
        command=st.lists(arguments, min_size=1).map(tuple),
        resume=st.lists(arguments).map(tuple),
        definition=st.none() | arguments,
        fingerprint=words,
        mode=st.none() | words,
        allow=st.lists(arguments).map(tuple),
        deny=st.lists(words).map(tuple),
        answer_s=st.floats(1, 1e6),
        retries=st.integers(0, 99),
        environment=st.dictionaries(words, arguments).map(lambda pairs: tuple(pairs.items())),
    )
)
def test_how_an_agent_is_run_survives(run: AgentRun) -> None:
    read = run_from_record(parse(dump({"run": run_to_record(run)}))["run"])
    assert replace(read, environment=()) == replace(run, environment=())
    assert dict(read.environment) == dict(run.environment)


@given(
    st.builds(
        Report,
        attempt=st.integers(1, 99),
        session=st.none() | arguments,
        progress=st.none() | st.builds(Progress, done=counts, total=counts, text=st.none() | words),
        usage=st.none() | st.builds(Usage, input_tokens=counts, cost=st.none() | st.floats(0, 1e6)),
        denied=st.lists(arguments).map(tuple),
        answered=st.lists(words).map(tuple),
        verdict=st.sampled_from([None, Status.COMPLETE, Status.FAILED]),
        reason=st.none() | arguments,
    )
)
def test_what_an_agent_tells_survives(report: Report) -> None:
    assert report_from_record(parse(dump(report_to_record(report)))) == report


def test_a_question_waits_until_it_is_answered(home: Home) -> None:
    write_ask(home, TASK, ASK)
    assert open_asks(home, TASK, 1) == (ASK,)
    assert open_asks(home, TASK, 2) == ()
    assert write_answer(home, TASK, Answer(1, ChoiceKind.ALLOW_ONCE))
    assert open_asks(home, TASK, 1) == ()
    assert read_answer(home, TASK, 1) == Answer(1, ChoiceKind.ALLOW_ONCE, "you")


def test_the_first_answer_holds(home: Home) -> None:
    write_ask(home, TASK, ASK)
    assert write_answer(home, TASK, Answer(1, ChoiceKind.REJECT_ONCE, "one shell"))
    assert not write_answer(home, TASK, Answer(1, ChoiceKind.ALLOW_ALWAYS, "another"))
    assert read_answer(home, TASK, 1) == Answer(1, ChoiceKind.REJECT_ONCE, "one shell")
    assert sorted(path.name for path in home.task(TASK).iterdir()) == ["answer-1.toml", "ask-1.toml"]


def test_a_question_that_is_over_leaves_nothing(home: Home) -> None:
    write_ask(home, TASK, ASK)
    write_ask(home, TASK, replace(ASK, number=2))
    assert next_ask(home, TASK) == 3
    remove_ask(home, TASK, 1)
    assert [ask.number for ask in open_asks(home, TASK, 1)] == [2]


@pytest.mark.parametrize("text", [b"", b"\0", b"number = 1", b'number = "x"\nattempt = 1'])
def test_a_question_that_makes_no_sense_is_none(home: Home, text: bytes) -> None:
    home.task_file(TASK, "ask-1.toml").write_bytes(text)
    assert open_asks(home, TASK, 1) == ()


def test_a_report_of_another_attempt_is_none(home: Home) -> None:
    write_report(home, TASK, Report(2, session="abc"))
    home.task_file(TASK, "report.2.toml").rename(home.task_file(TASK, "report.toml"))
    assert read_report(home, TASK, 1) is None


def test_a_report_cannot_claim_an_end_of_another_kind() -> None:
    with pytest.raises(BadRecord, match="neither complete nor failed"):
        report_from_record({"attempt": 1, "verdict": "stopped"})
