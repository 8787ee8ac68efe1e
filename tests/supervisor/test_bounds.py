"""The bounds of a running task, on real payloads: memory, silence, niceness, leftovers, automatic retries."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from app.model.status import Priority, Status
from app.model.task import Task
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import NewTask
from app.supervisor.scope import memory_scope
from tests.support import ended, is_alive, until

MIB = 1024 * 1024


def run(registry: Registry, config: Config, script: str, **wishes: object) -> Task:
    """Submit a shell script with wishes of a task's own."""
    new = NewTask("x", "command", ("sh", "-c", script), "/", "x", **wishes)  # type: ignore[arg-type]
    return operations.submit(registry, new, os.environ, config)


def test_a_task_over_its_memory_is_ended_and_says_how_much_it_used(
    registry: Registry, config: Config
) -> None:
    hungry = "exec python3 -c 'import time; held = bytearray(200 * 1024 * 1024); time.sleep(60)'"
    done = ended(registry, run(registry, config, hungry, memory_bytes=100 * MIB))
    assert done.status is Status.FAILED
    assert done.attempt is not None
    assert (done.attempt.peak_bytes or 0) > 100 * MIB
    assert "more than its 100 MiB" in str(done.attempt.outcome.error)


def test_a_scope_is_used_where_a_trial_call_works(
    registry: Registry, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "systemd-run"
    fake.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    done = ended(registry, run(registry, config, "exit 7", memory_bytes=MIB * 500))
    assert done.attempt is not None
    assert done.attempt.exit_code == 7
    trial, real = (tmp_path / "calls").read_text().splitlines()
    assert "MemoryMax=524288000" in trial
    assert trial.endswith("-- true")
    assert real.endswith("-- sh -c exit 7")


def test_no_scope_where_the_trial_fails() -> None:
    assert memory_scope(1, run=lambda _: 1) == []


def test_silence_ends_a_task_that_may_not_be_silent(registry: Registry, config: Config) -> None:
    task = run(registry, config, "for i in 1 2 3; do echo $i; sleep 0.3; done; sleep 60", quiet_timeout_s=0.8)
    done = ended(registry, task)
    assert done.status is Status.TIMED_OUT
    assert done.attempt is not None
    assert done.attempt.outcome.error == "said nothing for 0.8 s"
    assert registry.home.log(done.attempt.log).read_text().startswith("1\n2\n3\n")


@pytest.mark.parametrize(("priority", "nice"), [(Priority.HIGH, 0), (Priority.NORMAL, 5), (Priority.LOW, 10)])
def test_less_urgent_tasks_yield(registry: Registry, config: Config, priority: Priority, nice: int) -> None:
    task = run(registry, config, "sleep 60 & wait", priority=priority)
    assert until(lambda: (live := registry.load(task.id).live) and live.child)
    live = registry.load(task.id).live
    assert live is not None
    assert live.child is not None
    assert live.runner is not None
    child = psutil.Process(live.child.pid)
    assert until(child.children)
    own = psutil.Process().nice()
    assert until(lambda: {process.nice() for process in (child, *child.children())} == {min(19, own + nice)})
    assert psutil.Process(live.runner.pid).nice() == own
    operations.stop(registry, task.id, kill=True)


def test_leftovers_that_are_meant_to_live_do(registry: Registry, config: Config, tmp_path: Path) -> None:
    script = (
        f"setsid sh -c 'echo $$ > {tmp_path}/pid; exec sleep 60' & while [ ! -s {tmp_path}/pid ]; do :; done"
    )
    done = ended(registry, run(registry, config, script, keep_leftovers=True))
    assert done.status is Status.COMPLETE
    assert done.attempt is not None
    assert (done.attempt.kept, done.attempt.swept) == (1, 0)
    pid = int((tmp_path / "pid").read_text())
    assert is_alive(pid)
    psutil.Process(pid).kill()


def test_a_failure_is_tried_again_by_itself_with_the_same_environment(
    registry: Registry, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", "kept")
    monkeypatch.setattr("app.model.backoff.FIRST_S", 0.1)
    script = f"echo $MINE $DELEGATE_ATTEMPT >> {tmp_path}/runs; exit 1"
    task = run(registry, config, script, retries=1)
    monkeypatch.delenv("MINE")
    assert until(lambda: registry.load(task.id).state.not_before is not None)
    waiting = registry.with_reasons([registry.load(task.id)], config.limits)[0]
    assert waiting.status is Status.QUEUED
    assert waiting.state.not_before is not None
    assert waiting.state.not_before > datetime.now(UTC)
    assert str(waiting.queue_reason).startswith("attempt 2 at ")
    operations.free(registry, task.id, config)
    done = ended(registry, task)
    assert done.status is Status.FAILED
    assert (tmp_path / "runs").read_text() == "kept 1\nkept 2\n"
    assert not registry.home.task_file(task.id, "env").exists()


def test_what_a_person_has_stopped_is_not_tried_again(registry: Registry, config: Config) -> None:
    task = run(registry, config, "sleep 60", retries=5)
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    operations.stop(registry, task.id)
    done = ended(registry, task)
    assert done.status is Status.STOPPED
    assert len(done.state.attempts) == 1


def test_a_lost_task_that_may_run_twice_is_started_again_where_the_user_says_so(registry: Registry) -> None:
    again = Config(grace_s=0.5, on_lost="retry")
    task = run(registry, again, "[ $DELEGATE_ATTEMPT = 2 ] || exec sleep 60", twice=True)
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    live = registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    assert live.child is not None
    psutil.Process(live.runner.pid).kill()
    pid = live.child.pid
    psutil.Process(pid).kill()
    assert until(lambda: not is_alive(pid))
    assert until(lambda: registry.load(task.id).status is Status.LOST)
    operations.tidy(registry, again)
    done = ended(registry, task)
    assert [attempt.verdict for attempt in done.state.attempts] == [Status.LOST, Status.COMPLETE]
