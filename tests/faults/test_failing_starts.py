"""Tasks that cannot be started, or start just then: it is said why, and no other task suffers from it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.model.status import Status
from app.registry.config import Config
from app.registry.store import Registry
from app.registry.transaction import Transaction, transaction
from app.supervisor import operations, removal
from app.supervisor.operations import OperationError
from tests.support import delegate, ended, until


def test_a_process_that_cannot_be_started_costs_no_other_task_its_start(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations.pause(registry)
    first, second = delegate(registry, "!true", config), delegate(registry, "!true", config)
    refusals = [BlockingIOError(11, "Resource temporarily unavailable")]
    spawn = os.posix_spawn

    def refuse_once(*args: Any, **kwargs: Any) -> int:
        if refusals:
            raise refusals.pop()
        return spawn(*args, **kwargs)

    monkeypatch.setattr(os, "posix_spawn", refuse_once)
    with pytest.raises(OperationError, match="unavailable"):
        operations.resume(registry, config)
    done = operations.await_end(registry, [first.id, second.id], 10)
    assert [task.status for task in done] == [Status.COMPLETE, Status.COMPLETE]
    assert [len(task.state.attempts) for task in done] == [1, 1]


def test_a_submit_whose_start_fails_says_that_the_task_is_in_the_queue(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "posix_spawn", refuse)
    with pytest.raises(OperationError, match="#1 is in the queue, but cannot be started yet"):
        delegate(registry, "!true", config)
    monkeypatch.undo()
    (task,) = registry.recent(1)
    assert task.status is Status.QUEUED
    operations.tidy(registry, config)
    assert ended(registry, task).status is Status.COMPLETE


def test_a_submit_does_not_answer_for_another_task_that_cannot_be_started(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations.pause(registry)
    first = delegate(registry, "!true", config)
    with transaction(registry) as change:
        change.save(replace(change.settings, paused=False))
    refusals = [BlockingIOError(11, "Resource temporarily unavailable")]
    spawn = os.posix_spawn

    def refuse_once(*args: Any, **kwargs: Any) -> int:
        if refusals:
            raise refusals.pop()
        return spawn(*args, **kwargs)

    monkeypatch.setattr(os, "posix_spawn", refuse_once)
    second = delegate(registry, "!true", config)
    assert not refusals
    for task in (first, second):
        assert ended(registry, task).status is Status.COMPLETE


def test_a_task_that_starts_while_it_is_being_deleted_is_not_deleted(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations.pause(registry)
    task = delegate(registry, "!sleep 0.2; exit 4", config)

    @contextlib.contextmanager
    def after_another_client(registry: Registry) -> Iterator[Transaction]:
        monkeypatch.setattr(operations, "transaction", transaction)
        operations.resume(registry, config)
        with transaction(registry) as change:
            yield change

    monkeypatch.setattr(removal, "transaction", after_another_client)
    with pytest.raises(OperationError, match="is running; stop it"):
        operations.delete(registry, [task.id])
    done = ended(registry, task)
    assert done.attempt is not None
    assert done.attempt.exit_code == 4


def test_a_log_that_cannot_be_written_fails_the_task_and_says_why(registry: Registry, config: Config) -> None:
    operations.pause(registry)
    task = delegate(registry, "!true", config)
    registry.home.log(f"{task.id}.log").mkdir()
    operations.resume(registry, config)
    done = ended(registry, task)
    assert done.status is Status.FAILED
    assert done.attempt is not None
    assert done.attempt.reason is not None
    assert "Is a directory" in done.attempt.reason


def test_a_runner_that_fails_by_itself_is_not_started_again_without_end(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\necho x >> {tmp_path}/starts\necho broken: no such thing >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    task = delegate(registry, "!true", config)
    assert until(lambda: registry.load(task.id).status is Status.LOST)
    for _ in range(3):
        operations.tidy(registry, config)
    lost = registry.load(task.id)
    assert lost.state.status is Status.LOST
    assert lost.attempt is not None
    assert lost.attempt.reason == "its runner failed: broken: no such thing"
    assert (tmp_path / "starts").read_text() == "x\n"
