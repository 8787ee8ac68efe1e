"""One-shot clients and their tools: stopped, killed, gone or left running, nothing of them stays."""

from __future__ import annotations

import sys

import pytest

from app.model.status import Status
from app.supervisor import operations
from tests.agents.hosted import Hosted, last
from tests.agents.oneshots import ONESHOT, client
from tests.support import ended, is_alive, mark_of, processes_with, until


def test_stop_while_a_tool_runs_in_a_session_of_its_own_leaves_nothing(hosted: Hosted) -> None:
    task = hosted.submit("[[long]]", client("opencode"))
    tool = hosted.noted("tool")[0]["tool"]
    assert is_alive(tool)
    operations.stop(hosted.registry, task.id)
    done = ended(hosted.registry, task)
    assert done.status is Status.STOPPED
    assert not hosted.left(done)
    assert not is_alive(tool)


@pytest.mark.parametrize("name", ["gemini", "copilot"])
def test_sigterm_ignored_is_ended_all_the_same(hosted: Hosted, name: str) -> None:
    hosted.config = type(hosted.config)(grace_s=0.5)
    task = hosted.submit("[[ignore-term]] [[ignore-int]] [[long]]", client(name))
    hosted.noted("tool")
    operations.stop(hosted.registry, task.id)
    done = ended(hosted.registry, task)
    assert done.status is Status.STOPPED
    assert not hosted.left(done)


def test_a_launcher_that_dies_leaves_the_real_agent_to_the_sweep(hosted: Hosted) -> None:
    """qwen and copilot are launchers: with them gone, agent and tools live on, the pipe in their hands."""
    real = f"{sys.executable} {ONESHOT} qwen '[[long]]'"
    run = client("qwen", command=("/bin/sh", "-c", f"setsid {real} & echo started; sleep 60"))
    task = hosted.submit("go", run)
    hosted.noted("tool")
    operations.stop(hosted.registry, task.id)
    done = ended(hosted.registry, task)
    assert done.status is Status.STOPPED
    assert not hosted.left(done)


def test_a_tool_that_outlives_its_client_and_holds_the_pipe_does_not_hang_us(hosted: Hosted) -> None:
    run = client("aider", command=("/bin/sh", "-c", "sleep 60 & echo '{task}'"))
    done = hosted.run("over", run)
    assert done.status is Status.COMPLETE, hosted.log(done)
    assert (last(done).duration_s or 0) < 15
    assert last(done).swept == 1
    assert not hosted.left(done)


def test_a_tool_that_is_left_running_is_swept(hosted: Hosted) -> None:
    done = hosted.run("[[leave]] [[write]]", client("codex"))
    left = hosted.notes("left")[0]["tool"]
    assert done.status is Status.COMPLETE, hosted.log(done)
    assert not is_alive(left)
    assert not hosted.left(done)


def test_a_host_whose_runner_was_killed_takes_its_client_along(hosted: Hosted) -> None:
    import signal

    import psutil

    task = hosted.submit("[[long]]", client("claude"))
    hosted.noted("tool")
    live = hosted.registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    psutil.Process(live.runner.pid).send_signal(signal.SIGKILL)
    assert until(lambda: not processes_with(mark_of(hosted.registry, task)))
