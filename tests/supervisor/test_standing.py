"""What became of the processes of a task: verified by their start, stopped by a signal, ended, or gone."""

from __future__ import annotations

import os
import signal

import psutil

from app.model.status import Status
from app.model.task import Identity
from app.model.vitals import Check
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.vitals import check, sample
from tests.supervisor.test_vitals import sampled, start
from tests.support import ended, is_alive, until


def test_a_running_task_is_verified_and_its_lock_is_held(registry: Registry, config: Config) -> None:
    task = start(registry, config, "import time; time.sleep(60)")
    seen = sampled(registry, task)
    assert seen.held
    assert (seen.runner_check, seen.child_check) == (Check.VERIFIED, Check.VERIFIED)
    assert task.live is not None
    assert [one.pid for one in seen.processes] == [task.live.child.pid if task.live.child else 0]
    assert seen.hidden == 0


def test_a_killed_runner_holds_nothing_and_nothing_is_said_of_its_tree(
    registry: Registry, config: Config
) -> None:
    task = start(registry, config, "import time; time.sleep(60)")
    assert task.live is not None
    assert task.live.runner is not None
    os.kill(task.live.runner.pid, signal.SIGKILL)
    assert until(lambda: registry.live(task.id) is None)
    seen = sample(registry, task)
    assert not seen.held
    assert seen.runner_check in (Check.GONE, Check.ENDED)
    assert (seen.processes, seen.cpu_s) == ((), None)
    operations.stop(registry, task.id, kill=True)


def test_a_runner_that_a_signal_has_stopped_is_told_so_and_still_hears_a_stop(
    registry: Registry, config: Config
) -> None:
    task = start(registry, config, "import time; time.sleep(60)")
    assert task.live is not None
    assert task.live.runner is not None
    assert task.live.child is not None
    runner, child = psutil.Process(task.live.runner.pid), psutil.Process(task.live.child.pid)
    runner.send_signal(signal.SIGSTOP)
    assert until(lambda: runner.status() == psutil.STATUS_STOPPED, 20)
    assert sampled(registry, task).runner_check is Check.FROZEN
    assert [one.pid for one in sampled(registry, task).processes] == [child.pid]
    operations.stop(registry, task.id)
    assert ended(registry, task, 60).status is Status.STOPPED
    assert not is_alive(child.pid)


def test_a_pid_alone_proves_nothing() -> None:
    from app.registry.boot import boot_id
    from app.supervisor.processes import look

    me = look(os.getpid())
    assert me is not None
    assert check(Identity(boot_id(), me.pid, me.start)) is Check.VERIFIED
    assert check(Identity(boot_id(), me.pid, me.start + 1)) is Check.STRANGER
    assert check(Identity("an earlier boot", me.pid, me.start)) is Check.GONE
    assert check(None) is None
