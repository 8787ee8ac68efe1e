"""Answers reach the question they are for, or say why not; messages are delivered, or kept as not told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.model.ask import Answer, ChoiceKind
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.registry.asking import read_answer, read_report
from app.registry.config import Config
from app.registry.messages import mark_delivered, waiting_messages
from app.registry.store import Registry
from app.supervisor import answering, operations
from app.supervisor.operations import OperationError
from tests.asked import REPORTS, TWO, ask, delegate_to_agent
from tests.support import delegate, ended, until


def test_a_question_makes_the_task_ask_and_an_answer_ends_that(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    asked = ask(registry, task)
    assert registry.load(task.id).status is Status.ASKING
    after = answering.answer(registry, task.id, asked.number, ChoiceKind.ALLOW_ALWAYS, "you, in a shell")
    assert after.status is Status.RUNNING
    given = read_answer(registry.home, task.id, asked.number)
    assert given == Answer(1, ChoiceKind.ALLOW_ALWAYS, "you, in a shell")


def test_the_second_answer_hears_what_the_first_was(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task)
    answering.answer(registry, task.id, 1, ChoiceKind.REJECT_ONCE)
    with pytest.raises(OperationError, match=r"^too late: #1 has been answered already: reject$"):
        answering.answer(registry, task.id, 1, ChoiceKind.ALLOW_ONCE)
    assert read_answer(registry.home, task.id, 1) == Answer(1, ChoiceKind.REJECT_ONCE)


def test_an_answer_that_is_not_offered_is_refused_with_those_that_are(
    registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task, choices=TWO)
    with pytest.raises(OperationError, match="it offers allow or reject"):
        answering.answer(registry, task.id, 1, ChoiceKind.ALLOW_ALWAYS)
    assert registry.load(task.id).status is Status.ASKING


def test_an_answer_to_a_question_of_another_attempt_is_refused(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    asked = ask(registry, task)
    with pytest.raises(OperationError, match="is not open any more"):
        answering.answer(registry, task.id, asked.number, ChoiceKind.ALLOW_ONCE, attempt=asked.attempt + 1)
    assert registry.load(task.id).status is Status.ASKING
    answering.answer(registry, task.id, asked.number, ChoiceKind.ALLOW_ONCE, attempt=asked.attempt)
    assert registry.load(task.id).status is Status.RUNNING


def test_an_answer_after_the_time_is_refused(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task, ago_s=600, left_s=-1)
    with pytest.raises(OperationError, match="declined by itself"):
        answering.answer(registry, task.id, 1, ChoiceKind.ALLOW_ONCE)


def test_an_answer_after_the_end_is_refused(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task)
    operations.stop(registry, task.id, kill=True)
    assert ended(registry, task).status is Status.STOPPED
    with pytest.raises(OperationError, match="too late: #1 has ended: stopped"):
        answering.answer(registry, task.id, 1, ChoiceKind.ALLOW_ONCE)
    assert until(lambda: not any(registry.home.task(task.id).glob("a*")))


def test_what_was_not_delivered_by_the_end_stays_in_the_record(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    answering.tell(registry, task.id, "also the docs")
    answering.tell(registry, task.id, "and the\ntests")
    assert [message.text for message in waiting_messages(registry.home, task.id, 1)] == [
        "also the docs",
        "and the\ntests",
    ]
    mark_delivered(registry.home, task.id, 1)
    operations.stop(registry, task.id, kill=True)
    attempt = ended(registry, task).attempt
    assert attempt is not None
    assert attempt.undelivered == ("and the\ntests",)
    assert until(lambda: not any(registry.home.task(task.id).glob("*message-*")))


def test_a_message_that_came_too_late_is_no_quiet_success(
    registry: Registry, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    says_complete = f"{REPORTS}; echo 'verdict = \"complete\"' >> $DELEGATE_TASK_FOLDER/report.toml"
    script = f"until [ -e go ]; do sleep 0.05; done; {says_complete}; until [ -e end ]; do sleep 0.05; done"
    task = delegate_to_agent(registry, config, script)
    answering.tell(registry, task.id, "also the docs")
    Path("go").touch()
    assert until(lambda: (report := read_report(registry.home, task.id, 1)) and report.verdict)
    with pytest.raises(OperationError, match="just ending: continue it in a moment"):
        answering.tell(registry, task.id, "and the tests")
    Path("end").touch()
    done = ended(registry, task)
    assert done.attempt is not None
    assert (done.status, done.attempt.qualifier) == (Status.COMPLETE, "1 message not delivered")
    assert done.attempt.undelivered == ("also the docs",)


def test_nobody_is_told_anything_who_could_not_hear_it(registry: Registry, config: Config) -> None:
    plain = delegate(registry, "!sleep 300", config)
    assert until(lambda: registry.load(plain.id).status is Status.RUNNING)
    one_shot = AgentRun(Channel.EXEC, ("codex", "exec", "{task}"))
    once = delegate_to_agent(registry, config, run=one_shot, agent="codex")
    over = ended(registry, delegate(registry, "!true", config))
    for task in (plain, once):
        with pytest.raises(OperationError, match="cannot be told anything while it runs"):
            answering.tell(registry, task.id, "stop that")
    with pytest.raises(OperationError, match="does not run: complete"):
        answering.tell(registry, over.id, "more")
    with pytest.raises(OperationError, match="nothing to tell"):
        answering.tell(registry, once.id, " \n")


def test_a_continuation_says_whose_conversation_goes_on(registry: Registry, config: Config) -> None:
    task = ended(registry, delegate_to_agent(registry, config, REPORTS))
    again = answering.continue_task(registry, task.id, "now also the docs", os.environ, config)
    again = ended(registry, again)
    first, second = again.state.attempts
    assert (first.session, first.continues, first.text) == ("abc-1", None, None)
    assert (second.session, second.continues, second.text) == ("abc-2", 1, "now also the docs")
    assert first.log != second.log
    once_more = ended(registry, operations.retry(registry, task.id, os.environ, config))
    assert once_more.state.attempts[-1].continues == 1
    assert once_more.state.attempts[-1].text == "now also the docs"
    afar = answering.continue_task(registry, task.id, "and the tests", os.environ, config, attempt=2)
    assert ended(registry, afar).state.attempts[-1].continues == 2


def test_what_keeps_no_conversation_is_not_continued(registry: Registry, config: Config) -> None:
    plain = ended(registry, delegate(registry, "!true", config))
    forgetful = AgentRun(Channel.EXEC, ("aider", "{task}"))
    once = ended(registry, delegate_to_agent(registry, config, "true", run=forgetful, agent="aider"))
    mute = ended(registry, delegate_to_agent(registry, config, "exit 1"))
    for task, words in (
        (plain, "a command keeps no"),
        (once, "aider keeps no"),
        (mute, "left no conversation"),
    ):
        with pytest.raises(OperationError, match=words):
            answering.continue_task(registry, task.id, "more", os.environ, config)
        assert len(registry.load(task.id).state.attempts) == 1
