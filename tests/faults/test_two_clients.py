"""Two clients do the same to one task at once: it happens once, and neither undoes the other's work."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from app.model.status import Status
from app.model.task import State
from app.registry.config import Config
from app.registry.store import Registry, UnknownTask
from app.registry.transaction import Transaction, transaction
from app.supervisor import finish, operations, scheduling
from app.supervisor.operations import OperationError
from tests.supervisor.test_runs import live_pid
from tests.support import delegate, ended, until


def interrupt(monkeypatch: pytest.MonkeyPatch, module: ModuleType, other: Callable[[], object]) -> None:
    """Let another client act just before the next transaction that a module begins."""

    @contextlib.contextmanager
    def after_the_other(registry: Registry) -> Iterator[Transaction]:
        monkeypatch.setattr(module, "transaction", transaction)
        other()
        with transaction(registry) as change:
            yield change

    monkeypatch.setattr(module, "transaction", after_the_other)


def test_two_retries_at_once_run_the_task_once(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    task = ended(registry, delegate(registry, f"!echo x >> {tmp_path}/runs; sleep 0.2", config))

    def retry() -> None:
        operations.retry(registry, task.id, os.environ, config)

    interrupt(monkeypatch, operations, retry)
    with pytest.raises(OperationError, match="has been started again already"):
        retry()
    assert len(ended(registry, task).state.attempts) == 2
    assert (tmp_path / "runs").read_text() == "x\nx\n"


def test_a_task_started_again_meanwhile_is_not_called_lost(registry: Registry, config: Config) -> None:
    task = delegate(registry, "!exec sleep 100", config)
    live_pid(registry, task)
    scheduling._settle(registry, task.id, "ask")  # what a client does that found no runner a moment ago
    assert registry.load(task.id).status is Status.RUNNING


def test_who_closes_late_does_not_write_over_the_next_attempt(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    operations.pause(registry)
    task = delegate(registry, f"!test -e {tmp_path}/gate || exec sleep 100", config)
    (tmp_path / "gate").touch()
    operations.resume(registry, config)
    done = ended(registry, task)
    (tmp_path / "gate").unlink()
    with transaction(registry) as change:
        change.write_state(done, State(Status.STARTING, attempts=done.state.attempts))
        change.mark(registry.load(task.id))
    registry.home.task_file(task.id, "end.toml").write_text(
        'attempt = 1\nverdict = "failed"\nexit_code = 9\n'
    )

    def close_and_retry() -> None:
        assert finish.close(registry, task.id) is not None
        operations.retry(registry, task.id, os.environ, config)
        live_pid(registry, task)

    interrupt(monkeypatch, finish, close_and_retry)
    assert finish.close(registry, task.id) is None
    now = registry.load(task.id)
    assert now.status is Status.RUNNING
    assert [run.verdict for run in now.state.attempts] == [Status.FAILED, None]


def test_twenty_stops_and_deletions_at_once_leave_one_task_in_the_trash(
    registry: Registry, config: Config
) -> None:
    task = delegate(registry, "!exec sleep 100", config)
    live_pid(registry, task)
    deleted: list[int] = []

    def over() -> bool:
        try:
            return registry.load(task.id).status.ended
        except UnknownTask:
            return True

    def stop_and_delete() -> None:
        with contextlib.suppress(OperationError):
            operations.stop(registry, task.id)
        assert until(over)
        with contextlib.suppress(OperationError):
            deleted.append(operations.delete(registry, [task.id]))

    threads = [threading.Thread(target=stop_and_delete) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(deleted) == 1
    assert [back.status for back in operations.undo(registry)] == [Status.STOPPED]
