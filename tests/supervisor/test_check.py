"""What runs around a task's command: the check that proves its claim, and the place that is made for it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from app.model.status import Status
from app.model.task import Task
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import NewTask
from tests.support import ended, is_alive, until


def run(registry: Registry, config: Config, script: str, **wishes: object) -> Task:
    """Submit a shell script with wishes of a task's own."""
    new = NewTask("x", "command", ("sh", "-c", script), "/", "x", **wishes)  # type: ignore[arg-type]
    return operations.submit(registry, new, os.environ, config)


def log_of(registry: Registry, task: Task) -> str:
    """What the newest attempt has written."""
    assert task.attempt is not None
    return registry.home.log(task.attempt.log).read_text()


def test_a_success_that_the_check_confirms_is_complete_and_checked(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    proof = tmp_path / "made"
    done = ended(registry, run(registry, config, f"echo made > {proof}", check=f"grep made {proof}"))
    assert done.status is Status.COMPLETE
    assert done.attempt is not None
    assert (done.attempt.check, done.attempt.qualifier, done.attempt.exit_code) == ("passed", "checked", 0)
    assert log_of(registry, done) == f"\ncheck: grep made {proof}\nmade\n"


def test_a_success_that_the_check_denies_has_failed_and_keeps_its_exit_code(
    registry: Registry, config: Config
) -> None:
    done = ended(registry, run(registry, config, "echo done", check="echo not done >&2; exit 3"))
    assert done.status is Status.FAILED
    assert done.attempt is not None
    assert (done.attempt.check, done.attempt.exit_code) == ("failed", 0)
    assert done.attempt.reason == "check failed: exit 3"
    assert log_of(registry, done).endswith("not done\n")


def test_a_failure_is_not_checked(registry: Registry, config: Config, tmp_path: Path) -> None:
    done = ended(registry, run(registry, config, "exit 4", check=f"touch {tmp_path}/looked"))
    assert done.attempt is not None
    assert (done.attempt.check, done.attempt.exit_code, done.status) == (None, 4, Status.FAILED)
    assert not (tmp_path / "looked").exists()


def test_a_check_has_a_time_limit_of_its_own_and_nothing_of_it_is_left(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    check = f"sleep 600 & echo $! > {tmp_path}/pid; wait"
    done = ended(registry, run(registry, config, "true", check=check, check_timeout_s=0.5))
    assert done.attempt is not None
    assert (done.status, done.attempt.check) == (Status.FAILED, "failed")
    assert "after its limit of 0.5 s" in str(done.attempt.reason)
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_a_check_killed_by_a_signal_says_so(registry: Registry, config: Config) -> None:
    done = ended(registry, run(registry, config, "true", check="kill -SEGV $$"))
    assert done.attempt is not None
    assert done.attempt.reason == f"check failed: it was ended by signal {signal.SIGSEGV.value}"


def test_a_task_can_be_stopped_while_it_is_checked(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    task = run(registry, config, "true", check=f"touch {tmp_path}/checking; sleep 600")
    assert until((tmp_path / "checking").exists)
    live = registry.load(task.id).live
    assert live is not None
    assert live.phase == "checking"
    operations.stop(registry, task.id)
    done = ended(registry, task)
    assert done.status is Status.STOPPED
    assert done.attempt is not None
    assert done.attempt.check is None


def test_the_check_sees_what_the_task_was_delegated_with(registry: Registry, config: Config) -> None:
    check = 'test "$DELEGATE_ATTEMPT" = 1 && test "$PWD" = / && test -n "$DELEGATE_TASK_FOLDER"'
    done = ended(registry, run(registry, config, "true", check=check))
    assert done.status is Status.COMPLETE


def test_the_limit_of_the_task_does_not_count_for_the_check(registry: Registry, config: Config) -> None:
    done = ended(registry, run(registry, config, "true", check="sleep 1.2", timeout_s=1.0))
    assert done.status is Status.COMPLETE
