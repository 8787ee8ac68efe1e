"""Stopping real tasks: all that they have started ends with them, and the record says how it was."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from app.model.status import Attention, Status
from app.registry.config import Config
from app.registry.paths import Home
from app.registry.store import Registry
from app.registry.transaction import transaction
from app.supervisor import leftovers, operations
from app.supervisor.operations import OperationError
from tests.supervisor.test_runs import live_pid
from tests.support import delegate, ended, is_alive, until


def pids_in(path: Path, count: int) -> list[int]:
    """The pids that a payload has written down, one a line, once there are as many as expected."""
    assert until(lambda: path.exists() and len(path.read_text().split()) >= count)
    return [int(word) for word in path.read_text().split()]


def test_stop_ends_a_daemon_that_ignores_term(registry: Registry, config: Config, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    inner = f"echo $$ >> {pids}; trap '' TERM; while :; do sleep 1; done"
    payload = (
        "import os,sys\n"
        "if os.fork()==0:\n"
        "  os.setsid()\n"
        f"  if os.fork()==0: os.execvp('sh',['sh','-c',{inner!r}])\n"
        "  os._exit(0)\n"
        f"open({str(pids)!r},'a').write(f'{{os.getpid()}}\\n')\n"
        "import time; time.sleep(100)\n"
    )
    script = tmp_path / "payload.py"
    script.write_text(payload)
    task = delegate(registry, f"!exec python3 {script}", config)
    family = pids_in(pids, 2)
    operations.stop(registry, task.id)
    seen: set[Status] = set()

    def over() -> bool:
        status = registry.load(task.id).status
        if status is Status.STOPPED:
            seen.add(status)
            return True
        return False

    assert until(over)
    assert not [pid for pid in family if is_alive(pid)]
    done = registry.load(task.id)
    assert done.attempt is not None
    assert done.attempt.survivors == ()
    assert done.state.attention is Attention.SEEN


def test_a_stop_that_no_person_asked_for_is_news(registry: Registry, config: Config) -> None:
    task = delegate(registry, "!sleep 60", config)
    child = live_pid(registry, task)
    live = registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    os.kill(live.runner.pid, signal.SIGTERM)  # as a machine does that goes down
    done = ended(registry, task, 60)
    assert (done.status, done.state.attention) == (Status.STOPPED, Attention.UNREAD)
    assert not is_alive(child)


def test_a_daemon_without_environment_is_found(registry: Registry, config: Config, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    task = delegate(
        registry, f"!(env -i setsid sh -c 'echo $$ >> {pids}; sleep 100' &); exec sleep 100", config
    )
    (daemon,) = pids_in(pids, 1)
    operations.stop(registry, task.id)
    assert ended(registry, task).status is Status.STOPPED
    assert not is_alive(daemon)


def test_a_process_that_gives_itself_our_role_is_ended_all_the_same(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    inner = f"DELEGATE_ROLE=runner setsid sh -c 'echo $$ >> {pids}; sleep 100'"
    task = delegate(registry, f"!{inner} & exec sleep 100", config)
    (pretender,) = pids_in(pids, 1)
    operations.stop(registry, task.id)
    assert ended(registry, task).status is Status.STOPPED
    assert not is_alive(pretender)


def test_what_outlives_its_command_is_swept(registry: Registry, config: Config, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    task = delegate(
        registry,
        f"!setsid sh -c 'echo $$ >> {pids}; sleep 100' & until [ -s {pids} ]; do sleep 0.02; done",
        config,
    )
    (left,) = pids_in(pids, 1)
    done = ended(registry, task)
    assert done.status is Status.COMPLETE
    assert done.attempt is not None
    assert done.attempt.swept >= 1
    assert not is_alive(left)


def test_kill_does_not_wait_for_the_grace(registry: Registry, tmp_path: Path) -> None:
    patient = Config(grace_s=60)
    task = delegate(
        registry, f"!trap 'echo asked > {tmp_path}/asked' TERM; while :; do sleep 0.1; done", patient
    )
    live_pid(registry, task)
    operations.stop(registry, task.id, kill=True)
    assert ended(registry, task, 30).status is Status.STOPPED
    assert not (tmp_path / "asked").exists()


def test_kill_cuts_short_a_stop_under_way(registry: Registry) -> None:
    patient = Config(grace_s=60)
    task = delegate(registry, "!trap '' TERM; while :; do sleep 0.1; done", patient)
    live_pid(registry, task)
    operations.stop(registry, task.id)
    assert until(lambda: registry.load(task.id).stopping)
    assert registry.load(task.id).status is Status.RUNNING
    operations.stop(registry, task.id, kill=True)
    assert ended(registry, task, 30).status is Status.STOPPED


def test_a_task_that_ended_by_itself_keeps_its_code(registry: Registry, config: Config) -> None:
    done = ended(registry, delegate(registry, "!exit 7", config))
    with pytest.raises(OperationError, match="has ended already"):
        operations.stop(registry, done.id)
    assert registry.load(done.id).status is Status.FAILED


def test_the_time_limit_ends_the_tree(registry: Registry, config: Config, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    task = delegate(registry, f"!sh -c 'echo $$ >> {pids}; sleep 100' & sleep 100 t:1s", config)
    assert task.request.timeout_s == 3600.0  # everything behind ! belongs to the command
    operations.stop(registry, task.id, kill=True)
    new = operations.NewTask("x", "command", ("sleep", "100"), str(tmp_path), "x", timeout_s=0.3)
    done = ended(registry, operations.submit(registry, new, os.environ, config))
    assert done.status is Status.TIMED_OUT
    assert done.attempt is not None
    assert done.attempt.outcome.error == "still running after its limit of 0.3 s"


def test_a_killed_runner_makes_the_task_lost_and_its_leftovers_killable(
    registry: Registry, config: Config
) -> None:
    task = delegate(registry, "!exec sleep 100", config)
    pid = live_pid(registry, task)
    live = registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    os.kill(live.runner.pid, signal.SIGKILL)
    assert until(lambda: registry.load(task.id).status is Status.LOST)
    operations.tidy(registry, config)
    lost = registry.load(task.id)
    assert lost.state.status is Status.LOST
    assert lost.attempt is not None
    assert (lost.attempt.exit_code, lost.attempt.signal) == (None, None)
    assert lost.attempt.started is not None
    assert leftovers.find(registry.home, lost) == [pid]
    with pytest.raises(OperationError, match="still run; stop it first"):
        operations.retry(registry, task.id, os.environ, config)
    operations.stop(registry, task.id)
    assert not is_alive(pid)
    assert ended(
        registry, operations.retry(registry, task.id, os.environ, config, "x", ("true",))
    ).status is (Status.COMPLETE)


def test_a_stop_in_one_registry_leaves_the_same_id_of_another_alone(
    registry: Registry, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Registry(Home(tmp_path / "other")).open()
    mine = delegate(registry, "!exec sleep 100", config)
    monkeypatch.setenv("DELEGATE_HOME", str(other.home.root))
    with transaction(other) as change:
        request = replace(mine.request, command=("sleep", "100"))
        twin = change.create(request, os.environ)
    operations.tidy(other, config)
    assert twin.id == mine.id
    theirs = live_pid(other, twin)
    operations.stop(registry, mine.id)
    assert ended(registry, mine).status is Status.STOPPED
    assert is_alive(theirs)
    operations.stop(other, twin.id, kill=True)
    assert ended(other, twin).status is Status.STOPPED
