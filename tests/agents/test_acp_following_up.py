"""What follows a turn: messages of the user, and further attempts in the same conversation."""

from __future__ import annotations

import os

import pytest

from app.model.status import Status
from app.model.task import Task
from app.registry.messages import all_messages, waiting_messages, write_message
from app.supervisor import operations
from tests.agents.hosted import Hosted, last


def go_on(hosted: Hosted, task: Task, text: str, attempt: int = 1) -> Task:
    """The task after another attempt in the conversation of an earlier one."""
    environment = {**os.environ, **hosted.environment}
    operations.retry(hosted.registry, task.id, environment, hosted.config, text, continues=attempt)
    return hosted.ended(task)


def test_an_attempt_goes_on_in_the_conversation_of_another(hosted: Hosted) -> None:
    first = hosted.run("the word is marzipan [[think:Hm.]] [[write]]")
    again = go_on(hosted, first, "[[recall]]")
    assert (again.status, last(again).session) == (Status.COMPLETE, last(first).session)
    assert last(again).continues == 1
    assert len(hosted.received("session/new")) == 1
    (loaded,) = hosted.received("session/load")
    assert loaded == {"sessionId": last(first).session, "cwd": str(hosted.folder), "mcpServers": []}
    assert hosted.log(again) == (
        "── conversation of attempt 1 goes on\n"
        "You asked before: the word is marzipan [[think:Hm.]] [[write]]\n"
        "── complete · no tool used\n"
    )


def test_a_plain_retry_begins_anew(hosted: Hosted) -> None:
    first = hosted.run("the word is marzipan [[say]]")
    operations.retry(
        hosted.registry, first.id, {**os.environ, **hosted.environment}, hosted.config, "[[recall]]"
    )
    again = hosted.ended(first)
    assert last(again).session != last(first).session
    assert "You asked before: \n" in hosted.log(again)


@pytest.mark.parametrize(("how", "why"), [("unsupported", "has no way to load"), ("missing", "not found")])
def test_a_conversation_that_is_gone_never_becomes_a_new_one(hosted: Hosted, how: str, why: str) -> None:
    first = hosted.run("[[say]]")
    hosted.environment["STANDIN_LOAD"] = how
    again = go_on(hosted, first, "[[write]]")
    assert again.status is Status.FAILED
    assert (last(again).reason or "").startswith("it cannot go on with")
    assert why in (last(again).reason or "")
    assert len(hosted.received("session/prompt")) == 1


def test_a_stopped_attempt_can_be_gone_on_with(hosted: Hosted) -> None:
    task = hosted.submit("the word is marzipan [[long]]")
    hosted.noted("tool")
    operations.stop(hosted.registry, task.id)
    stopped = hosted.ended(task)
    assert stopped.status is Status.STOPPED
    assert "marzipan" in hosted.log(go_on(hosted, stopped, "[[recall]]"))


def test_an_attempt_without_a_conversation_cannot_be_gone_on_with(hosted: Hosted) -> None:
    hosted.environment["STANDIN_START"] = "crash"
    first = hosted.run("[[say]]")
    again = go_on(hosted, first, "[[say]]")
    assert last(again).reason == "attempt 1 has left no conversation that could go on"


def test_a_message_is_given_at_the_end_of_the_turn(hosted: Hosted) -> None:
    task = hosted.submit("[[until:go]] [[write]]")
    hosted.noted("turn")
    number = write_message(hosted.registry.home, task.id, 1, "[[say:Also done.]]")
    assert [m.number for m in waiting_messages(hosted.registry.home, task.id, 1)] == [number]
    (hosted.folder / "go").touch()
    done = hosted.ended(task)
    assert done.status is Status.COMPLETE
    assert [prompt["prompt"][0]["text"] for prompt in hosted.received("session/prompt")] == [
        "[[until:go]] [[write]]",
        "[[say:Also done.]]",
    ]
    assert not hosted.notes("overlap")
    assert "» you: [[say:Also done.]]\nAlso done.\n── complete" in hosted.log(done)
    assert hosted.report(done).messages == 0


def test_messages_are_given_one_after_the_other(hosted: Hosted) -> None:
    task = hosted.submit("[[until:go]]")
    hosted.noted("turn")
    for word in ("One", "Two"):
        write_message(hosted.registry.home, task.id, 1, f"[[say:{word}.]]")
    (hosted.folder / "go").touch()
    log = hosted.log(hosted.ended(task))
    assert log.index("\nOne.\n") < log.index("» you: [[say:Two.]]") < log.index("\nTwo.\n")


def test_a_message_that_is_never_given_is_told_of(hosted: Hosted) -> None:
    task = hosted.submit("[[until:go]] [[error]]")
    hosted.noted("turn")
    write_message(hosted.registry.home, task.id, 1, "And the tests?")
    (hosted.folder / "go").touch()
    done = hosted.ended(task)
    assert done.status is Status.FAILED
    assert "! message 1 was not delivered, the task has ended: And the tests?\n" in hosted.log(done)
    assert hosted.report(done).messages == 1
    assert len(hosted.received("session/prompt")) == 1
    assert not [m for m in all_messages(hosted.registry.home, task.id, 1) if m.delivered]
