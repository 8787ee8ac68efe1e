"""What a process killed between two steps leaves behind, and records that make no sense: all is put right."""

from __future__ import annotations

import os
import signal

import pytest

from app.model.status import Status
from app.model.task import Task
from app.registry.config import Config
from app.registry.store import Registry
from app.registry.transaction import transaction
from app.supervisor import operations, scheduling
from tests.support import delegate, ended, is_alive, until


def run_and_lose(registry: Registry, task: Task) -> None:
    """Let a task run, then kill its runner and its command."""
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    live = registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    assert live.child is not None
    child = live.child.pid
    for pid in (live.runner.pid, child):
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: registry.load(task.id).status is Status.LOST)
    assert until(lambda: not is_alive(child))


def test_a_marker_of_a_task_that_does_not_wait_goes_and_nobody_waits_for_it(
    registry: Registry, config: Config
) -> None:
    done = ended(registry, delegate(registry, "!true", config))
    with transaction(registry) as change:
        change.mark_queued(done)
    scheduling.run_pass(registry, config)
    assert registry.queue() == []
    assert not scheduling.waits_for_something(registry)
    assert registry.load(done.id).status is Status.COMPLETE


def test_the_end_of_an_earlier_attempt_is_not_taken_for_that_of_a_later_one(
    registry: Registry, config: Config
) -> None:
    done = ended(registry, delegate(registry, "!exit 3", config))
    end = registry.home.task_file(done.id, "end.toml")
    end.write_text('attempt = 1\nverdict = "failed"\nexit_code = 3\n')
    operations.retry(registry, done.id, os.environ, config, "x", ("sleep", "100"))
    assert not end.exists()
    end.write_text('attempt = 1\nverdict = "failed"\nexit_code = 3\n')
    run_and_lose(registry, done)
    scheduling.run_pass(registry, config)
    lost = registry.load(done.id)
    assert [run.verdict for run in lost.state.attempts] == [Status.FAILED, Status.LOST]
    assert [run.exit_code for run in lost.state.attempts] == [3, None]
    assert registry.in_hand() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\0",
        b"attempt = 1\n",
        b'attempt = 1\nverdict = "running"\n',
        b'attempt = 1\nverdict = "nonsense"\n',
        b'attempt = 1\nverdict = "failed"\nstarted = 5\n',
        b'attempt = 1\nverdict = "failed"\nexit_code = "x"\n',
    ],
)
def test_an_end_that_makes_no_sense_is_none(registry: Registry, config: Config, content: bytes) -> None:
    task = delegate(registry, "!exec sleep 100", config)
    run_and_lose(registry, task)
    registry.home.task_file(task.id, "end.toml").write_bytes(content)
    scheduling.run_pass(registry, config)
    lost = registry.state(task.id)
    assert (lost.status, lost.attempts[-1].exit_code) == (Status.LOST, None)
    assert registry.in_hand() == []


def test_what_a_runner_wrote_down_before_it_was_killed_is_believed(
    registry: Registry, config: Config
) -> None:
    task = delegate(registry, "!exec sleep 100", config)
    run_and_lose(registry, task)
    registry.home.task_file(task.id, "end.toml").write_text(
        'attempt = 1\nverdict = "failed"\nexit_code = 9\nduration_s = 1.5\n'
    )
    (done,) = operations.await_end(registry, [task.id], 5)
    assert done.status is Status.FAILED
    assert done.attempt is not None
    assert (done.attempt.exit_code, done.attempt.duration_s) == (9, 1.5)
    assert b"attempt = " not in registry.home.task_file(task.id, "state.toml").read_bytes()


def test_a_marker_without_a_task_takes_no_slot(registry: Registry, config: Config) -> None:
    (registry.home.running / "agent_20200101_000000").touch()
    scheduling.run_pass(registry, config)
    assert registry.in_hand() == []
