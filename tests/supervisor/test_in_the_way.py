"""What stands in the way of a start, a deletion or an end costs that one, never the others or its truth."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.model.status import Status
from app.model.task import State, Task
from app.registry import store
from app.registry.config import Config
from app.registry.files import read_regular
from app.registry.store import Registry
from app.registry.transaction import transaction
from app.supervisor import finish, operations, removal, scheduling
from app.supervisor.care import care
from app.supervisor.launch import ERRORS
from app.supervisor.operations import NewTask, OperationError
from tests.faults.test_two_clients import interrupt
from tests.registry.test_registry import accept
from tests.registry.test_registry import finish as closed
from tests.supervisor.test_runs import live_pid
from tests.support import delegate, ended


def let_fail(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let every read of a record in a folder fail, as a disk with a bad block would."""

    def reading(path: Path, limit: int) -> bytes:
        if path.parent == folder and path.name == "state.toml":
            raise OSError(errno.EIO, "Input/output error", str(path))
        return read_regular(path, limit)

    monkeypatch.setattr(store, "read_regular", reading)


def waiting_for(registry: Registry, task: Task, config: Config) -> Task:
    """Delegate a task that starts after another."""
    new = NewTask("x", "command", ("true",), "/", "x", after=(task.number,))
    return operations.submit(registry, new, os.environ, config)


def test_a_dependency_that_cannot_be_read_holds_up_nobody_else(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ended(registry, delegate(registry, "!true", config))
    operations.pause(registry)
    waits = waiting_for(registry, first, config)
    other = delegate(registry, "!exit 3", config)
    with transaction(registry) as change:
        change.save(replace(change.settings, paused=False))
    with monkeypatch.context() as patch:
        let_fail(patch, registry.home.task(first.id))
        assert registry.standing(first.number) is Status.QUEUED
        assert [task.id for task in scheduling.run_pass(registry, config)] == [other.id]
    assert ended(registry, other).status is Status.FAILED
    assert ended(registry, waits).status is Status.COMPLETE


def test_a_task_that_another_has_just_come_to_wait_for_is_not_deleted(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ended(registry, delegate(registry, "!exit 3", config))
    second: list[Task] = []

    def wait_for_it() -> None:
        second.append(waiting_for(registry, first, config))

    interrupt(monkeypatch, removal, wait_for_it)
    with pytest.raises(OperationError, match=f"a waiting task starts after #{first.number}"):
        operations.delete(registry, [first.id])
    assert [registry.load(task.id).number for task in (first, *second)] == [1, 2]


def test_what_a_new_runner_says_is_not_removed_by_who_closed_the_attempt_before(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    task = ended(registry, delegate(registry, f"!test ! -e {gate} || exec sleep 100", config))
    gate.touch()
    with transaction(registry) as change:
        change.write_state(task, State(Status.STARTING, attempts=task.state.attempts))
    end = registry.home.task_file(task.id, "end.toml")
    end.write_text('attempt = 1\nverdict = "failed"\nexit_code = 9\n')
    errors = registry.home.task_file(task.id, ERRORS)
    errors.touch()
    really: Callable[[Registry, str], Task | None] = finish.close

    def close_and_retry(registry: Registry, task_id: str) -> Task | None:
        done = really(registry, task_id)
        assert not errors.exists()
        operations.retry(registry, task_id, os.environ, config)
        live_pid(registry, task)
        return done

    monkeypatch.setattr(finish, "close", close_and_retry)
    finish.close_if_ended(registry, task.id)
    assert errors.exists()


def test_a_command_line_too_long_for_the_system_ends_the_task_with_one_line(
    registry: Registry, config: Config
) -> None:
    words = ("true", *["x" * 120_000] * 70)
    new = NewTask("much", "command", words, "/", "much")
    task = ended(registry, operations.submit(registry, new, os.environ, config))
    assert task.status is Status.FAILED
    assert task.attempt is not None
    assert (task.attempt.exit_code, task.attempt.reason) == (126, scheduling.TOO_LONG)
    assert (registry.in_hand(), registry.queue()) == ([], [])
    assert ended(registry, delegate(registry, "!true", config)).status is Status.COMPLETE


def test_a_command_that_no_system_call_takes_ends_its_task_and_no_other(
    registry: Registry, config: Config
) -> None:
    operations.pause(registry)
    forged = delegate(registry, "!true", config)
    state = registry.home.task_file(forged.id, "state.toml")
    state.write_text(f'command = ["a\\u0000b"]\n{state.read_text()}')
    other = delegate(registry, "!true", config)
    operations.resume(registry, config)
    done = ended(registry, forged)
    assert done.attempt is not None
    assert (done.status, done.attempt.exit_code) == (Status.FAILED, 126)
    assert "null byte" in (done.attempt.reason or "")
    assert ended(registry, other).status is Status.COMPLETE


def test_a_dropped_log_of_a_task_in_quarantine_is_told_of_there(registry: Registry) -> None:
    task = closed(registry, accept(registry))
    log = registry.home.log(f"{task.id}.log")
    log.write_bytes(os.urandom(200_000))
    registry.home.task_file(task.id, "state.toml").write_bytes(b"\0")
    assert registry.recent(10) == []
    assert care(registry, Config(logs_bytes=1), time.time()).dropped == 1
    assert not log.exists()
    (damaged,) = registry.damaged()
    assert damaged.reason.startswith("state.toml: ")
    assert f"{log.name} was dropped" in damaged.reason
