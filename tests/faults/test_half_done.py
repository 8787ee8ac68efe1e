"""What a process killed between two steps leaves behind, and records that make no sense: all is put right."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from app.model.status import Status
from app.model.task import Task
from app.registry import files
from app.registry import transaction as transactions
from app.registry.config import Config
from app.registry.store import Registry
from app.registry.transaction import transaction
from app.supervisor import finish, launch, operations, scheduling
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


def test_the_environment_goes_with_whatever_ends_a_task(registry: Registry, config: Config) -> None:
    new = operations.NewTask("x", "command", ("no-such-program",), "/", "x")
    failed = ended(registry, operations.submit(registry, new, os.environ, config))
    operations.pause(registry)
    stopped = delegate(registry, "!true", config)
    assert registry.home.task_file(stopped.id, "env").exists()
    operations.stop(registry, stopped.id)
    for task in (failed, stopped):
        assert not registry.home.task_file(task.id, "env").exists()


def test_waiting_for_a_task_that_cannot_be_settled_ends_in_time(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = delegate(registry, "!exec sleep 100", config)
    run_and_lose(registry, task)
    monkeypatch.setattr(scheduling, "reconcile", lambda *_: None)
    with pytest.raises(operations.WaitTimeout):
        operations.await_end(registry, [task.id], 0.2)


def test_a_runner_waits_with_its_record_until_there_is_room(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = delegate(registry, "!exec sleep 100", config)
    run_and_lose(registry, task)
    registry.home.task_file(task.id, "end.toml").write_text(
        'attempt = 1\nverdict = "failed"\nexit_code = 9\n'
    )
    refusals = [OSError(28, "No space left on device")] * 2
    write = files.write_atomic

    def full_at_first(path: Path, data: bytes) -> None:
        if path.name == "state.toml" and refusals:
            raise refusals.pop()
        write(path, data)

    monkeypatch.setattr(transactions, "write_atomic", full_at_first)
    told: list[OSError] = []
    finish.close_and_go_on(str(registry.home.root), task.id, told.append)
    assert [error.errno for error in told] == [28, 28]
    done = registry.load(task.id)
    assert (done.status, done.state.attempts[-1].exit_code) == (Status.FAILED, 9)
    assert refusals == []


def test_a_task_whose_runner_never_came_to_be_does_not_start_after_it_was_stopped(
    registry: Registry, config: Config
) -> None:
    operations.pause(registry)
    task = delegate(registry, "!true", config)
    registry.home.task_file(task.id, "runner.err").write_text("what an earlier runner said\n")
    with transaction(registry) as change:
        os.close(launch.hand_over(change, registry.load(task.id)).descriptor)  # as if killed before the spawn
    assert registry.load(task.id).status is Status.LOST
    assert operations.stop(registry, task.id).status is Status.STOPPED
    operations.resume(registry, config)
    stopped = registry.load(task.id)
    assert (stopped.status, stopped.state.attempts) == (Status.STOPPED, ())


@pytest.mark.parametrize("content", [b"", b"\0" * 64, None])
def test_a_running_task_with_a_damaged_record_is_listed_stopped_and_keeps_its_end(
    registry: Registry, config: Config, content: bytes | None
) -> None:
    task = delegate(registry, "!exec sleep 100", config)
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    record = registry.home.task_file(task.id, "state.toml")
    record.unlink()
    if content is None:
        record.mkdir()
    else:
        record.write_bytes(content)
    assert [(found.id, found.status) for found in registry.recent(5)] == [(task.id, Status.RUNNING)]
    operations.stop(registry, task.id)
    done = ended(registry, task)
    assert done.status is Status.STOPPED
    assert done.attempt is not None
    assert done.attempt.signal == signal.SIGTERM
    (kept,) = registry.damaged()
    assert kept.name == f"{task.id}.state.toml"
