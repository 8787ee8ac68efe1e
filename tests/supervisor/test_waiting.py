"""The supervisor process waits without working: it runs a pass when there is a reason to."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.model.status import Status
from app.model.task import Request, Task
from app.registry.config import Config
from app.registry.store import Registry
from app.registry.transaction import ring, transaction
from app.supervisor import operations, relay, scheduling, service
from app.supervisor.service import LONGEST_LULL_S, Lull
from tests.support import delegate, ended, is_alive, until


@pytest.fixture
def signals() -> Iterator[None]:
    """The signals as they were before a supervisor listened in this process."""
    before = signal.getsignal(signal.SIGUSR1)
    yield
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGUSR1, before)


def wait_until(registry: Registry, moment: datetime, folder: Path) -> Task:
    """A task that waits for a time; no pass is run for it."""
    now = datetime.now(UTC)
    request = Request(
        id="",
        number=0,
        created=now,
        text="x",
        agent="command",
        command=("true",),
        folder=str(folder),
        name="x",
        not_before=moment,
    )
    with transaction(registry) as change:
        return change.create(request, dict(os.environ))


@pytest.mark.usefixtures("signals")
def test_waiting_for_a_time_takes_one_pass_and_one_after_each_change(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = wait_until(registry, datetime.now(UTC) + timedelta(hours=8), tmp_path)
    passes: list[int] = []
    looks: list[int] = []
    run_pass = scheduling.run_pass

    def counted(*arguments: object) -> list[Task]:
        passes.append(len(looks))
        return run_pass(*arguments)  # type: ignore[arg-type]

    def called(wake: int, _: float) -> bool:
        looks.append(wake)
        if len(looks) == 10:
            ring(registry)
        if len(looks) == 20:
            operations.stop(registry, task.id)
        return False

    monkeypatch.setattr(scheduling, "run_pass", counted)
    monkeypatch.setattr(relay, "called", called)
    service.serve(registry)
    assert passes == [0, 10]
    assert len(looks) == 20


def test_a_lull_ends_with_a_change_a_time_and_a_while(registry: Registry, tmp_path: Path) -> None:
    moment = datetime.now(UTC) + timedelta(hours=8)
    wait_until(registry, moment + timedelta(hours=1), tmp_path)
    wait_until(registry, moment, tmp_path)
    lull = Lull.now(registry)
    now, monotonic = time.time(), time.monotonic()
    assert lull.due == moment.timestamp()
    assert lull.lasts(registry, now, monotonic)
    assert not lull.lasts(registry, moment.timestamp(), monotonic)
    assert not lull.lasts(registry, now, monotonic + LONGEST_LULL_S)
    ring(registry)
    assert not lull.lasts(registry, now, monotonic)


@pytest.mark.usefixtures("signals")
def test_what_cannot_be_read_for_a_moment_does_not_end_the_supervisor(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = wait_until(registry, datetime.now(UTC) + timedelta(hours=8), tmp_path)
    looks: list[int] = []
    readable = scheduling.waits_for_something

    def unreadable(_: Registry) -> bool:
        raise PermissionError

    def called(wake: int, _: float) -> bool:
        looks.append(wake)
        if len(looks) == 3:
            monkeypatch.setattr(scheduling, "waits_for_something", readable)
            operations.stop(registry, task.id)
        return False

    monkeypatch.setattr(scheduling, "waits_for_something", unreadable)
    monkeypatch.setattr(relay, "called", called)
    service.serve(registry)
    assert len(looks) == 3


def test_a_task_that_cannot_be_read_for_now_holds_up_no_other(
    registry: Registry, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = datetime.now(UTC) - timedelta(hours=1)
    unreadable, other = wait_until(registry, past, tmp_path), wait_until(registry, past, tmp_path)
    operations.pause(registry)
    load = Registry.load

    def failing(self: Registry, task_id: str) -> Task:
        if task_id == unreadable.id:
            raise PermissionError
        return load(self, task_id)

    with monkeypatch.context() as patch:
        patch.setattr(Registry, "load", failing)
        operations.resume(registry, config)
        assert registry.state(other.id).attempts
    ended(registry, unreadable)
    ended(registry, other)


def runner_of(registry: Registry, task: Task) -> int:
    """The pid of a task's runner, once its command runs."""
    assert until(lambda: registry.load(task.id).status is Status.RUNNING, 30)
    live = registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    return live.runner.pid


def test_a_runner_that_goes_down_with_the_machine_starts_nothing_into_that(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    task = delegate(registry, "!sleep 60", config)
    runner = runner_of(registry, task)
    waiting = wait_until(registry, datetime.now(UTC) - timedelta(seconds=1), tmp_path)
    os.kill(runner, signal.SIGTERM)  # no supervisor is there: no pass has seen that a task waits
    assert until(lambda: not is_alive(runner), 30)
    assert registry.load(task.id).status is Status.STOPPED
    assert registry.load(waiting.id).status is Status.QUEUED
    scheduling.run_pass(registry, config)
    assert ended(registry, waiting, 60).status is Status.COMPLETE


def test_a_registry_that_was_removed_is_not_made_again_by_a_runner(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    task = delegate(registry, f"!while [ ! -e {gate} ]; do sleep 0.02; done; touch {tmp_path}/done", config)
    runner = runner_of(registry, task)
    shutil.rmtree(registry.home.root)
    gate.touch()
    assert until(lambda: not is_alive(runner), 30)
    assert (tmp_path / "done").exists()
    assert not registry.home.root.exists()
