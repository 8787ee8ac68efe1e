"""What a person has stopped stays stopped, whatever was about to start it again by itself."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from app.model.status import Status
from app.model.task import Task
from app.registry.config import Config, config_path
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.facts import write_durably
from app.supervisor.operations import NewTask
from tests.support import end_processes_with, ended, is_alive, mark_of, processes_with, until

PATIENT = Config(grace_s=30.0, on_lost="retry")


def submit(registry: Registry, line: str, folder: Path) -> Task:
    """A task that says it may be started again, after a failure and after it was lost."""
    new = NewTask("x", "command", ("sh", "-c", line), str(folder), "x", retries=3, twice=True)
    return operations.submit(registry, new, os.environ, PATIENT)


def kill_with_its_runner(registry: Registry, task: Task) -> None:
    """Leave nothing of a running task, and nobody who could tell how it ended."""
    live = registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    pid = live.runner.pid
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: not is_alive(pid))
    mark = mark_of(registry, task)

    def nothing_is_left() -> bool:
        end_processes_with(mark)  # one that was just being started is seen only the next time
        return not processes_with(mark)

    assert until(nothing_is_left)


def test_a_stop_while_leftovers_are_ended_is_no_failure_to_be_tried_again(
    registry: Registry, tmp_path: Path
) -> None:
    deaf = f"(trap 'touch {tmp_path}/asked' TERM; touch {tmp_path}/there; while :; do sleep 0.02; done) &"
    task = submit(registry, f"{deaf} until [ -e {tmp_path}/there ]; do sleep 0.02; done; exit 3", tmp_path)
    assert until((tmp_path / "asked").exists)
    operations.stop(registry, task.id)
    assert until(lambda: registry.state(task.id).status is not Status.STARTING)
    state = registry.state(task.id)
    assert (state.status, len(state.attempts), registry.queue()) == (Status.FAILED, 1, [])
    assert state.attempts[0].exit_code == 3


@pytest.mark.parametrize("survivors", [[], [4242]])
def test_what_could_not_be_ended_is_not_started_beside_itself(
    registry: Registry, tmp_path: Path, survivors: list[int]
) -> None:
    task = submit(registry, "sleep 600", tmp_path)
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    kill_with_its_runner(registry, task)
    write_durably(
        str(registry.home.task_file(task.id, "end.toml")),
        {"attempt": 1, "verdict": "failed", "exit_code": 1, "survivors": survivors},
    )
    operations.tidy(registry, PATIENT)
    assert registry.state(task.id).status is (Status.FAILED if survivors else Status.QUEUED)


@pytest.mark.parametrize("stopped", [True, False])
def test_a_task_that_is_lost_while_it_is_stopped_is_not_started_again(
    registry: Registry, tmp_path: Path, stopped: bool
) -> None:
    line = f"trap '' TERM; touch {tmp_path}/there; while :; do sleep 0.05; done"
    task = submit(registry, line, tmp_path)
    assert until((tmp_path / "there").exists)
    if stopped:
        operations.stop(registry, task.id)
        assert until(lambda: registry.load(task.id).stopping)
    kill_with_its_runner(registry, task)
    operations.tidy(registry, PATIENT)
    assert (registry.state(task.id).status is Status.LOST) is stopped


def test_whoever_waits_for_a_lost_task_sees_it_started_again(registry: Registry, tmp_path: Path) -> None:
    config_path().parent.mkdir(parents=True, exist_ok=True)
    config_path().write_text('on_lost = "retry"\n')
    task = submit(registry, "[ $DELEGATE_ATTEMPT = 2 ] || exec sleep 600", tmp_path)
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    kill_with_its_runner(registry, task)
    assert ended(registry, task).status is Status.COMPLETE
