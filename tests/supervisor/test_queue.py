"""Limits, priorities, dependencies: measured by what the payloads themselves write down."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from app.model.queue import Limits
from app.model.status import Priority, Status
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import OperationError
from tests.support import delegate, ended, processes_with, until


def test_the_rest_wait_with_a_reason_and_start_by_priority_then_age(
    registry: Registry, tmp_path: Path
) -> None:
    one = Config(limit=1)
    set_limit(1)
    order = tmp_path / "order"
    gate = tmp_path / "gate"
    first = delegate(registry, f"!while [ ! -e {gate} ]; do sleep 0.02; done", one)
    waiting = [
        operations.submit(
            registry,
            operations.NewTask(
                word, "command", ("sh", "-c", f"echo {word} >> {order}"), str(tmp_path), word, priority
            ),
            os.environ,
            one,
        )
        for word, priority in [
            ("low", Priority.LOW),
            ("normal", Priority.NORMAL),
            ("critical", Priority.CRITICAL),
            ("normal2", Priority.NORMAL),
        ]
    ]
    assert {task.queue_reason for task in registry.open_tasks(Limits(1)) if task.id != first.id} == {
        "slot 1/1"
    }
    gate.touch()
    for task in waiting:
        ended(registry, task)
    assert order.read_text().split() == ["critical", "normal", "normal2", "low"]


def set_limit(limit: int) -> None:
    """Runners read the limit from the config file when they start what comes next."""
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "delegate" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"limit = {limit}\n")


def test_after_waits_for_complete(registry: Registry, config: Config, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    first = delegate(
        registry, f"!while [ ! -e {gate} ]; do sleep 0.02; done; echo one > {tmp_path}/x", config
    )
    new = operations.NewTask("x", "command", ("cat", str(tmp_path / "x")), str(tmp_path), "x", after=(1,))
    second = operations.submit(registry, new, os.environ, config)
    assert (second.status, second.queue_reason) == (Status.QUEUED, "after #1")
    gate.touch()
    assert ended(registry, second).status is Status.COMPLETE
    assert registry.load(first.id).status is Status.COMPLETE


def test_a_failed_dependency_is_said_and_a_retry_of_it_frees(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    first = ended(registry, delegate(registry, f"!test -e {tmp_path}/ok", config))
    new = operations.NewTask("x", "command", ("true",), str(tmp_path), "x", after=(1,))
    second = operations.submit(registry, new, os.environ, config)
    assert second.queue_reason == "after #1, which failed"
    (tmp_path / "ok").touch()
    operations.retry(registry, first.id, os.environ, config)
    assert ended(registry, second).status is Status.COMPLETE


def test_nothing_waits_for_a_task_that_does_not_exist(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    new = operations.NewTask("x", "command", ("true",), str(tmp_path), "x", after=(99,))
    with pytest.raises(OperationError, match="there is no task #99"):
        operations.submit(registry, new, os.environ, config)
    assert registry.ids() == []


def test_a_paused_queue_starts_nothing_until_resumed(registry: Registry, config: Config) -> None:
    operations.pause(registry)
    task = delegate(registry, "!true", config)
    assert (task.status, task.queue_reason) == (Status.QUEUED, "queue paused")
    operations.resume(registry, config)
    assert ended(registry, task).status is Status.COMPLETE


def test_a_waiting_task_can_be_stopped_and_started_again(registry: Registry, config: Config) -> None:
    operations.pause(registry)
    task = delegate(registry, "!true", config)
    assert operations.stop(registry, task.id).status is Status.STOPPED
    assert registry.queue() == []
    operations.resume(registry, config)
    assert ended(registry, operations.retry(registry, task.id, os.environ, config)).status is Status.COMPLETE


def test_the_supervisor_takes_over_for_a_killed_runner_and_leaves_when_nothing_waits(
    registry: Registry, home: Path
) -> None:
    set_limit(1)
    one = Config(limit=1)
    first = delegate(registry, "!exec sleep 100", one)
    second = delegate(registry, "!true", one)
    assert until(lambda: registry.load(first.id).status is Status.RUNNING)
    assert until(lambda: processes_with("DELEGATE_ROLE=supervisor"))
    live = registry.load(first.id).live
    assert live is not None
    assert live.runner is not None
    os.kill(live.runner.pid, signal.SIGKILL)
    assert until(lambda: registry.state(second.id).status is Status.COMPLETE)
    assert registry.state(first.id).status is Status.LOST
    mine = f"DELEGATE_HOME={home}"
    assert until(lambda: not set(processes_with("DELEGATE_ROLE=supervisor")) & set(processes_with(mine)))
    operations.stop(registry, first.id, kill=True)


def test_many_submits_at_once_are_all_listed_and_never_over_the_limit(
    registry: Registry, tmp_path: Path
) -> None:
    set_limit(3)
    three = Config(limit=3)
    running = tmp_path / "running"
    running.mkdir()
    payload = f"touch {running}/$$; ls {running} | wc -l >> {tmp_path}/counts; sleep 0.05; rm {running}/$$"
    threads = [threading.Thread(target=delegate, args=(registry, f"!{payload}", three)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = registry.ids()
    assert len(ids) == 20
    assert sorted(registry.load(task_id).number for task_id in ids) == list(range(1, 21))
    for task_id in ids:
        assert ended(registry, registry.load(task_id), 60).status is Status.COMPLETE
    counts = [int(word) for word in (tmp_path / "counts").read_text().split()]
    assert len(counts) == 20
    assert max(counts) <= 3


def test_a_retry_that_is_stopped_before_it_began_leaves_the_end_before_it(
    registry: Registry, config: Config
) -> None:
    failed = ended(registry, delegate(registry, "!exit 3", config))
    operations.pause(registry)
    operations.retry(registry, failed.id, os.environ, config)
    stopped = operations.stop(registry, failed.id)
    assert stopped.status is Status.FAILED
    assert stopped.attempt is not None
    assert stopped.attempt.exit_code == 3


def test_nobody_waits_for_what_will_not_start_by_itself(registry: Registry, config: Config) -> None:
    ended(registry, delegate(registry, "!false", config))
    new = operations.NewTask("x", "command", ("true",), "/", "x", after=(1,))
    stuck = operations.submit(registry, new, os.environ, config)
    with pytest.raises(OperationError, match=r"#2 will not start by itself: after #1, which failed"):
        operations.await_end(registry, [stuck.id], 10)
    operations.free(registry, stuck.id, config)
    assert ended(registry, stuck).status is Status.COMPLETE


def test_what_a_waiting_task_starts_after_is_not_deleted_from_under_it(
    registry: Registry, config: Config
) -> None:
    first = ended(registry, delegate(registry, "!true", config))
    operations.pause(registry)
    new = operations.NewTask("x", "command", ("true",), "/", "x", after=(first.number,))
    second = operations.submit(registry, new, os.environ, config)
    with pytest.raises(OperationError, match="a waiting task starts after #1"):
        operations.delete(registry, [first.id])
    assert operations.cleanable(registry) == []
    operations.resume(registry, config)
    assert ended(registry, second).status is Status.COMPLETE
    assert {task.id for task in operations.cleanable(registry)} == {first.id, second.id}
    assert operations.delete(registry, [first.id, second.id]) == 2
