"""However an agent's task is ended, nothing of it runs on: its client, its tools, what they forgot."""

from __future__ import annotations

import os
import signal
import time

import psutil
import pytest

from app.model.status import Status
from app.model.task import Task
from app.supervisor import operations
from tests.agents.hosted import Hosted, last
from tests.support import is_alive, until

TOOLS = "[[leave]] [[long]]"


def at_work(hosted: Hosted, text: str = TOOLS, tools: int = 2) -> tuple[Task, list[int]]:
    """A task whose tools run, and the pids of these."""
    task = hosted.submit(text)
    notes = hosted.noted("tool", tools)
    return task, [pid for note in notes for pid in (note["tool"], note["child"])]


def host_of(hosted: Hosted, task: Task) -> int:
    """The pid of a task's host."""
    live = hosted.registry.load(task.id).live
    assert live is not None
    assert live.child is not None
    return live.child.pid


def test_a_stop_cancels_the_turn_and_leaves_nothing(hosted: Hosted) -> None:
    task, tools = at_work(hosted)
    operations.stop(hosted.registry, task.id)
    done = hosted.ended(task)
    assert done.status is Status.STOPPED
    assert hosted.received("session/cancel") == [{"sessionId": last(done).session}]
    assert hosted.notes("input-closed")
    assert not hosted.left(task)
    assert not [pid for pid in tools if is_alive(pid)]


def test_a_stop_is_quick(hosted: Hosted) -> None:
    task, _ = at_work(hosted, "[[long]]", 1)
    began = time.monotonic()
    operations.stop(hosted.registry, task.id)
    hosted.ended(task)
    assert time.monotonic() - began < 2.5


def test_a_stop_answers_an_open_question_with_cancelled(hosted: Hosted) -> None:
    task = hosted.submit("[[permission]]")
    hosted.asked(task)
    operations.stop(hosted.registry, task.id)
    assert hosted.ended(task).status is Status.STOPPED
    replies = [note["message"] for note in hosted.notes("received") if "result" in note["message"]]
    assert [reply["result"] for reply in replies] == [{"outcome": {"outcome": "cancelled"}}]
    assert not list(hosted.registry.home.task(task.id).glob("ask-*.toml"))


def test_a_client_that_hears_nothing_is_ended_all_the_same(hosted: Hosted) -> None:
    task, tools = at_work(hosted, "[[stubborn]] [[leave]] [[deaf]]")
    operations.stop(hosted.registry, task.id)
    assert hosted.ended(task).status is Status.STOPPED
    assert not hosted.left(task)
    assert not [pid for pid in tools if is_alive(pid)]


def test_a_client_that_does_not_start_to_speak_can_be_stopped(hosted: Hosted) -> None:
    hosted.environment["STANDIN_START"] = "hang"
    task = hosted.submit("[[say]]")
    hosted.noted("started")
    operations.stop(hosted.registry, task.id)
    assert hosted.ended(task).status is Status.STOPPED
    assert not hosted.left(task)


def test_a_kill_leaves_nothing(hosted: Hosted) -> None:
    task, tools = at_work(hosted)
    operations.stop(hosted.registry, task.id, kill=True)
    assert hosted.ended(task).status is Status.STOPPED
    assert not hosted.left(task)
    assert not [pid for pid in tools if is_alive(pid)]


def test_nothing_is_left_of_a_client_that_is_killed(hosted: Hosted) -> None:
    task, tools = at_work(hosted)
    os.kill(hosted.notes("started")[0]["pid"], signal.SIGKILL)
    done = hosted.ended(task)
    assert (done.status, last(done).reason) == (Status.FAILED, "its client was ended by signal 9")
    assert not hosted.left(task)
    assert not [pid for pid in tools if is_alive(pid)]


def test_nothing_is_left_of_a_host_that_is_killed(hosted: Hosted) -> None:
    task, tools = at_work(hosted)
    os.kill(host_of(hosted, task), signal.SIGKILL)
    done = hosted.ended(task)
    assert (done.status, last(done).signal) == (Status.FAILED, signal.SIGKILL)
    assert not hosted.left(task)
    assert not [pid for pid in tools if is_alive(pid)]


def test_nothing_is_left_of_a_task_whose_runner_is_killed(hosted: Hosted) -> None:
    task, tools = at_work(hosted)
    live = hosted.registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    os.kill(live.runner.pid, signal.SIGKILL)
    assert not hosted.left(task)
    assert not [pid for pid in tools if is_alive(pid)]
    assert hosted.registry.load(task.id).status is Status.LOST
    assert hosted.received("session/cancel")


def test_a_question_of_a_task_whose_host_is_killed_is_asked_no_more(hosted: Hosted) -> None:
    task = hosted.submit("[[permission]]")
    hosted.asked(task)
    os.kill(host_of(hosted, task), signal.SIGKILL)
    assert hosted.ended(task).status is Status.FAILED
    assert until(lambda: not list(hosted.registry.home.task(task.id).glob("ask-*.toml")))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_host_ends_its_client(hosted: Hosted, number: int) -> None:
    task, tools = at_work(hosted)
    client = psutil.Process(hosted.notes("started")[0]["pid"])
    os.kill(host_of(hosted, task), number)
    done = hosted.ended(task)
    assert (done.status, last(done).reason) == (Status.FAILED, "stopped")
    assert not client.is_running()
    assert not [pid for pid in tools if is_alive(pid)]
