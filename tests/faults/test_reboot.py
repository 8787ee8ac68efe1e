"""After a reboot a pid means nothing: what ran is lost, whoever has its pid now is left alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.model.status import Status
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import kill, leftovers, operations, processes, scheduling, stopping
from tests.faults.seeds import stranger
from tests.support import delegate, ended, is_alive, until

Names = tuple[Any, str]

LOOKS: tuple[Names, ...] = (
    *((module, "look") for module in (processes, stopping)),
    *((module, "send") for module in (processes, stopping, kill)),
    *((module, "snapshot") for module in (processes, leftovers)),
)
"""Everything that looks at a process or signals one, by each name it has."""


def cut_off(registry: Registry, task_id: str, pid: int) -> None:
    """Leave a running task as a power cut and a new boot would, its pids now those of somebody else."""
    live = registry.load(task_id).live
    assert live is not None
    assert live.runner is not None
    assert live.child is not None
    child = live.child.pid
    for ours in (live.runner.pid, child):
        os.kill(ours, signal.SIGKILL)
    assert until(lambda: registry.live(task_id) is None and not is_alive(child))
    process = processes.look(pid)
    assert process is not None
    (registry.home.running / task_id).write_text(
        'attempt = 1\nboot = "the boot before"\n'
        f"runner_pid = {pid}\nrunner_start = {process.start}\n"
        f"child_pid = {pid}\nchild_start = {process.start}\nstarted = 2026-01-01T00:00:00Z\n"
    )
    settings = registry.home.settings.read_text()
    registry.home.settings.write_text(
        "\n".join(
            'boot = "the boot before"' if line.startswith("boot") else line for line in settings.splitlines()
        )
    )


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each look at a process and each signal from now on."""
    calls: list[str] = []

    def noting(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any) -> Any:
            calls.append(name)
            return call(*arguments)

        return noted

    for module, name in LOOKS:
        monkeypatch.setattr(module, name, noting(name, getattr(module, name)))
    return calls


def test_what_ran_before_a_reboot_is_lost_without_a_look_at_any_process(
    registry: Registry, config: Config, looked: list[str]
) -> None:
    with stranger() as pid:
        task = delegate(registry, "!exec sleep 100", config)
        assert until(lambda: registry.load(task.id).status is Status.RUNNING)
        cut_off(registry, task.id, pid)
        looked.clear()
        assert registry.load(task.id).status is Status.LOST
        scheduling.run_pass(registry, config)
        assert looked == []
        lost = registry.load(task.id)
        assert (lost.state.status, registry.in_hand()) == (Status.LOST, [])
        assert lost.attempt is not None
        assert (lost.attempt.exit_code, lost.attempt.signal) == (None, None)
        with pytest.raises(operations.OperationError, match="nothing of it runs any more"):
            operations.stop(registry, task.id, kill=True)
        assert "send" not in looked
        again = operations.retry(registry, task.id, os.environ, config)
        operations.stop(registry, again.id, kill=True)
        assert ended(registry, again).status is Status.STOPPED


def test_what_waited_before_a_reboot_starts_after_it(registry: Registry, config: Config) -> None:
    operations.pause(registry)
    task = delegate(registry, "!exit 3", config)
    for marker in registry.home.queued.iterdir():
        marker.unlink()  # markers are not made durable one by one
    text = registry.home.settings.read_text().replace("paused = true", "paused = false")
    registry.home.settings.write_text(text.replace("boot = ", 'boot = "the boot before" # '))
    operations.tidy(registry, config)
    done = ended(registry, task)
    assert done.attempt is not None
    assert done.attempt.exit_code == 3


def test_a_runner_is_only_signalled_as_the_one_who_wrote_its_record(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    task = delegate(registry, f"!while [ ! -e {gate} ]; do sleep 0.02; done", config)
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    path = registry.home.running / task.id
    with stranger() as pid:
        process = processes.look(pid)
        assert process is not None
        live = registry.load(task.id).live
        assert live is not None
        assert live.runner is not None
        true = path.read_bytes()
        forged = true.replace(
            f"runner_pid = {live.runner.pid}\nrunner_start = {live.runner.start}\n".encode(),
            f"runner_pid = {pid}\nrunner_start = {process.start}\n".encode(),
        )
        assert forged != true
        with path.open("r+b") as file:  # in place: the runner's lock is held, and the record lies
            file.write(forged[:4096].ljust(4096, b"\0"))
        operations.stop(registry, task.id)
        assert is_alive(pid)
    gate.touch()
    assert ended(registry, task).status in (Status.STOPPED, Status.COMPLETE)


@pytest.mark.parametrize("name", ["env", "stop.toml", "bell", "log", "supervisor.lock"])
def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(registry: Registry, config: Config, name: str) -> None:
    operations.pause(registry)
    task = delegate(registry, "!exit 3", config)
    home = registry.home
    places = {
        "bell": home.bell,
        "log": home.log(f"{task.id}.log"),
        "supervisor.lock": home.supervisor_lock,
    }
    path = places.get(name, home.task_file(task.id, name))
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    home.care.touch()  # so that a runner may leave the rest to a supervisor, if there is one
    operations.resume(registry, config)
    done = ended(registry, task)
    assert done.attempt is not None
    assert done.attempt.exit_code == (126 if name in ("env", "log") else 3)
