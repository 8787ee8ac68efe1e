"""Runners leave what remains to the supervisor where one waits, and lose nothing if it does not do it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.model.status import Status
from app.registry.boot import boot_id
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations, relay
from app.supervisor.operations import NewTask
from tests.supervisor.test_queue import set_limit
from tests.support import delegate, ended, processes_with, until

ONE = Config(limit=1)


@pytest.fixture
def cared_for(registry: Registry) -> Registry:
    """A registry whose logs and old tasks have been looked after, so that runners need not stay for that."""
    set_limit(1)
    ended(registry, delegate(registry, "!true", ONE))
    assert until(lambda: (registry.home.root / "care.toml").exists())
    return registry


@pytest.fixture
def calls() -> Iterator[int]:
    """This process listens as a supervisor does; what can be read when a runner calls."""
    before = signal.getsignal(signal.SIGUSR1)
    yield relay.listen()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGUSR1, before)


def queue_up(registry: Registry, gate: Path, lines: Path, count: int) -> list[str]:
    """One task that holds the only slot until the gate is there, and so many that wait for it. Those write
    down their number, and who has started their runner."""
    delegate(registry, f"!until [ -e {gate} ]; do sleep 0.01; done", ONE)
    ids = []
    for number in range(count):
        new = NewTask(
            "x",
            "command",
            ("sh", "-c", f"echo {number} $(ps -o ppid= -p $PPID) >>{lines}"),
            str(gate.parent),
            "x",
        )
        ids.append(operations.submit(registry, new, os.environ, ONE).id)
    return ids


def supervisor(registry: Registry) -> psutil.Process:
    """The supervisor of the test's own registry, once it has introduced itself."""
    own = f"DELEGATE_HOME={registry.home.root}"

    def introduced() -> int:
        """Its pid. One that finds another at work bears the same marks until it is gone again."""
        said = registry.home.supervisor_lock.read_text().split()
        marked = set(processes_with("DELEGATE_ROLE=supervisor")) & set(processes_with(own))
        return int(said[0]) if said and int(said[0]) in marked else 0

    assert until(introduced)
    return psutil.Process(introduced())


def test_a_runner_is_done_when_the_supervisor_has_taken_up_its_end(
    registry: Registry, calls: int, tmp_path: Path
) -> None:
    end = tmp_path / "end.toml"
    end.touch()
    (registry.home.root / "care.toml").touch()
    done: list[bool] = []
    with registry.home.supervisor_lock.open("wb") as lock:
        relay.introduce(lock.fileno())
    root = str(registry.home.root)
    runner = threading.Thread(target=lambda: done.append(relay.left_to_supervisor(root, str(end))))
    runner.start()
    assert relay.called(calls, 5)
    assert done == []
    end.unlink()
    runner.join(5)
    assert done == [True]


def test_the_rest_goes_through_the_supervisor_each_once(cared_for: Registry, tmp_path: Path) -> None:
    ids = queue_up(cared_for, tmp_path / "gate", tmp_path / "lines", 12)
    waiting = supervisor(cared_for).pid
    (tmp_path / "gate").touch()
    assert {task.status for task in operations.await_end(cared_for, ids, 30)} == {Status.COMPLETE}
    lines = [line.split() for line in (tmp_path / "lines").read_text().splitlines()]
    assert sorted(int(number) for number, _ in lines) == list(range(12))
    assert {starter for _, starter in lines} == {str(waiting)}


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_supervisor_that_does_not_answer_holds_nothing_up(
    cared_for: Registry, tmp_path: Path, number: signal.Signals
) -> None:
    ids = queue_up(cared_for, tmp_path / "gate", tmp_path / "lines", 2)
    deaf = supervisor(cared_for)
    deaf.send_signal(number)
    (tmp_path / "gate").touch()
    try:
        assert {task.status for task in operations.await_end(cared_for, ids, 30)} == {Status.COMPLETE}
    finally:
        if number == signal.SIGSTOP:
            deaf.send_signal(signal.SIGCONT)
    lines = (tmp_path / "lines").read_text().splitlines()
    assert sorted(line.split()[0] for line in lines) == ["0", "1"]


@pytest.mark.parametrize("said", ["{pid} 1 {boot}", "{pid} {start} another-boot", "nonsense", ""])
def test_a_stranger_in_the_supervisors_place_is_not_signalled(
    registry: Registry, tmp_path: Path, said: str
) -> None:
    end = tmp_path / "end.toml"
    end.touch()
    (registry.home.root / "care.toml").touch()
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        start = Path(f"/proc/{stranger.pid}/stat").read_text().rpartition(")")[2].split()[19]
        record = said.format(pid=stranger.pid, start=start, boot=boot_id())
        registry.home.supervisor_lock.write_text(record)
        began = time.monotonic()
        assert not relay.left_to_supervisor(str(registry.home.root), str(end))
        assert time.monotonic() - began < relay.PATIENCE_S
        assert stranger.poll() is None
    finally:
        stranger.communicate(b"\n")
    assert stranger.returncode == 0
