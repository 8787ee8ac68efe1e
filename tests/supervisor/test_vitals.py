"""Facts about real tasks while they run, next to what the payloads themselves and psutil say."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import psutil
import pytest

from app.model.status import Status
from app.model.task import Task
from app.model.vitals import Vitals, change
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.by_psutil import look_inside
from app.supervisor.inside import Onlooker, names_in_environment
from app.supervisor.operations import NewTask
from app.supervisor.processes import ON_LINUX, Process, mark
from app.supervisor.vitals import sample, tree
from tests.support import until

linux = pytest.mark.skipif(not ON_LINUX, reason="only Linux tells this")


def start(registry: Registry, config: Config, script: str) -> Task:
    """A running task of a Python script, once its process is there."""
    new = NewTask("x", "command", (sys.executable, "-c", script), "/", "x")
    task = operations.submit(registry, new, os.environ, config)
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    return registry.load(task.id)


def sampled(registry: Registry, task: Task) -> Vitals:
    return sample(registry, registry.load(task.id))


def said(registry: Registry, task: Task, words: str) -> bool:
    """Wait until the payload has said so."""
    log = registry.home.log(f"{task.id}.log")
    return until(lambda: words in log.read_text())


class TestUse:
    def test_work_shows_as_time_also_when_children_did_it(self, registry: Registry, config: Config) -> None:
        burn = "import time; ends = time.process_time() + 0.3\nwhile time.process_time() < ends: pass"
        script = (
            f"import subprocess, sys, time; subprocess.run([sys.executable, '-c', {burn!r}]); "
            "print('burnt', flush=True); time.sleep(60)"
        )
        task = start(registry, config, script)
        first = sampled(registry, task)
        assert said(registry, task, "burnt")
        seen = sampled(registry, task)
        assert len(seen.processes) == 1  # the child that did the work has been reaped
        assert seen.cpu_s is not None
        assert seen.cpu_s >= 0.3
        used = change(first, seen)
        assert used is not None
        assert used.cpu_s is None or used.cpu_s <= used.seconds * (os.cpu_count() or 1)

    def test_a_task_that_computes_uses_time_and_one_that_sleeps_none(
        self, registry: Registry, config: Config
    ) -> None:
        busy = start(registry, config, "while True: pass")
        idle = start(registry, config, "import time; print('up', flush=True); time.sleep(60)")
        assert said(registry, idle, "up")
        before = sampled(registry, busy), sampled(registry, idle)
        pid = before[0].processes[0].pid
        start_s = psutil.Process(pid).cpu_times().user
        assert until(lambda: psutil.Process(pid).cpu_times().user >= start_s + 0.2)
        worked, slept = change(before[0], sampled(registry, busy)), change(before[1], sampled(registry, idle))
        assert worked is not None
        assert (worked.cpu_s or 0) >= 0.2
        assert slept is not None
        assert (slept.cpu_s or 0) < 0.05
        assert sampled(registry, busy).processes[0].state == "running"
        assert sampled(registry, idle).processes[0].state == "sleeping"

    @linux
    def test_bytes_that_are_read_and_written_are_counted(
        self, registry: Registry, config: Config, tmp_path: Path
    ) -> None:
        script = (
            f"import time; f = open({str(tmp_path / 'data')!r}, 'wb', buffering=0)\n"
            "f.write(bytes(3_000_000)); print('written', flush=True); time.sleep(60)"
        )
        task = start(registry, config, script)
        assert said(registry, task, "written")
        seen = sampled(registry, task)
        assert (seen.written_bytes or 0) >= 3_000_000
        assert (tmp_path / "data").stat().st_size == 3_000_000

    def test_memory_is_what_psutil_says(self, registry: Registry, config: Config) -> None:
        script = "import time; held = b'x' * 50_000_000; print('held', flush=True); time.sleep(60)"
        task = start(registry, config, script)
        assert said(registry, task, "held")
        seen = sampled(registry, task)
        assert seen.memory_bytes is not None
        assert seen.memory_bytes >= 50_000_000
        assert seen.memory_bytes == pytest.approx(
            psutil.Process(seen.processes[0].pid).memory_info().rss, rel=0.1
        )


class TestConnections:
    def test_an_open_connection_is_counted_and_a_listener_is_not(
        self, registry: Registry, config: Config
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            script = (
                "import socket, sys, time; listening = socket.create_server(('127.0.0.1', 0))\n"
                f"held = socket.create_connection(('127.0.0.1', {port}))\n"
                "print('connected', flush=True); held.recv(1); held.close(); print('closed', flush=True)\n"
                "time.sleep(60)"
            )
            task = start(registry, config, script)
            assert said(registry, task, "connected")
            assert sampled(registry, task).connections == 1
            peer, _ = server.accept()
            with peer:
                peer.send(b"x")
                assert said(registry, task, "closed")
                assert sampled(registry, task).connections == 0

    def test_both_ends_within_the_task_are_one_connection(self, registry: Registry, config: Config) -> None:
        script = (
            "import socket, time; server = socket.create_server(('::', 0), family=socket.AF_INET6, "
            "dualstack_ipv6=True)\n"
            "near = socket.create_connection(('127.0.0.1', server.getsockname()[1]))\n"
            "far, _ = server.accept(); print('connected', flush=True); time.sleep(60)"
        )
        if not socket.has_dualstack_ipv6():
            pytest.skip("this machine has no IPv6")
        task = start(registry, config, script)
        assert said(registry, task, "connected")
        assert sampled(registry, task).connections == 1


class TestTree:
    def test_daemons_and_grandchildren_are_in_it_by_name(self, registry: Registry, config: Config) -> None:
        script = (
            "import os, subprocess, sys, time\n"
            "subprocess.Popen(['sh', '-c', 'sleep 60; true'])\n"
            "if os.fork() == 0:\n"
            "    os.setsid()\n"
            "    if os.fork() == 0: os.execvp('env', ['env', '-i', 'sleep', '61'])\n"
            "    os._exit(0)\n"
            "os.wait(); time.sleep(60)"
        )
        task = start(registry, config, script)

        def names() -> list[str]:
            return sorted(one.name for one in sampled(registry, task).processes)

        assert until(lambda: names()[-3:] == ["sh", "sleep", "sleep"])
        depths = {one.name: one.depth for one in sampled(registry, task).processes}
        assert depths["sh"] == 1
        assert len(sampled(registry, task).processes) == 4

    def test_a_name_cannot_control_the_terminal(self, registry: Registry, config: Config) -> None:
        rename = "import ctypes; ctypes.CDLL(None).prctl(15, b'a) \\x1b[2J(\\n')"
        script = f"{rename}; import time; print(1, flush=True); time.sleep(60)"
        if not ON_LINUX:
            pytest.skip("only Linux lets a process take a name")
        task = start(registry, config, script)
        assert said(registry, task, "1")
        (process,) = sampled(registry, task).processes
        assert process.name == "a) ( "

    def test_other_tasks_that_it_delegated_are_not_its_own(self) -> None:
        def process(pid: int, parent: int, group: int = 0) -> Process:
            return Process(pid, parent, group, group, 0, "S")

        table = {one.pid: one for one in [process(5, 1), process(6, 5, 6), process(8, 6, 6), process(7, 5)]}
        table |= {9: process(9, 7), 10: process(10, 1, 6), 11: process(11, 1)}
        found = [(one.pid, depth) for one, depth in tree(table, 5, 6, lambda pid: pid == 7)]
        assert found == [(6, 0), (8, 1), (10, 0)]


class TestEnvironment:
    def test_names_are_told_and_no_value(
        self, registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not ON_LINUX:
            pytest.skip("only Linux tells what a process was started with")
        monkeypatch.setenv("SECRET_OF_MINE", "hunter2=x\nA=b")
        task = start(registry, config, "import time; time.sleep(60)")
        names = sampled(registry, task).environment
        assert names is not None
        assert {"SECRET_OF_MINE", "DELEGATE_TASK_ID", "PWD"} < set(names)
        assert not any("hunter2" in name or name == "A" for name in names)

    @linux
    def test_an_environment_that_was_written_over_is_not_told(
        self, registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AAA_SECRET", "hunter2=hunter3")
        overwrite = (
            "import ctypes, os, time\n"
            "fields = open('/proc/self/stat').read().rsplit(')', 1)[1].split()\n"
            "begin, end = int(fields[47]), int(fields[48])\n"
            "block = ctypes.string_at(begin, end - begin)\n"
            "cut = block.index(b'hunter2') + 3\n"
            "ctypes.memmove(begin, b'x' * (cut - 1) + b'\\0', cut)\n"
            "print('renamed', flush=True); time.sleep(60)"
        )
        task = start(registry, config, overwrite)
        assert said(registry, task, "renamed")
        assert (
            b"\0ter2=hunter3\0"
            in Path(f"/proc/{sampled(registry, task).processes[0].pid}/environ").read_bytes()
        )
        assert sampled(registry, task).environment is None

    @linux
    def test_one_that_is_not_ours_is_not_told(self, registry: Registry) -> None:
        assert (
            names_in_environment(os.getpid(), mark(str(registry.home.root), "agent_20261120_143052")) is None
        )


class TestLog:
    def test_size_silence_and_question(self, registry: Registry, config: Config) -> None:
        script = "import time; print('Continue? [y/N] ', end='', flush=True); time.sleep(60)"
        task = start(registry, config, script)
        assert said(registry, task, "Continue")
        log = sampled(registry, task).log
        assert log is not None
        assert (log.size, log.dropped, log.question) == (16, 0, "Continue? [y/N]")
        assert log.silent_s is not None
        assert 0 <= log.silent_s < 10


def test_both_ways_of_looking_see_the_same() -> None:
    near, far = Onlooker().look_inside(os.getpid()), look_inside(os.getpid())
    assert near is not None
    assert far is not None
    assert near.name == far.name
    assert near.cpu_s == pytest.approx(far.cpu_s, abs=0.1)
    assert near.reaped_s == pytest.approx(far.reaped_s, abs=0.1)
    assert near.memory_bytes == pytest.approx(far.memory_bytes, rel=0.1)
    assert Onlooker().look_inside(2**22 + 1) is None
    assert look_inside(2**22 + 1) is None
