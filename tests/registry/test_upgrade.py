"""Registries of other versions: older ones are read and changed, newer records are read and left alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.logs.window import LogFile
from app.model.outcome import Outcome
from app.model.status import Attention, Priority, Status
from app.model.task import Attempt, State, Task
from app.registry.config import Config
from app.registry.paths import Home
from app.registry.store import DamagedRecord, Registry
from app.registry.transaction import NewerTask, transaction
from app.supervisor import operations
from app.supervisor.operations import OperationError
from app.supervisor.scheduling import waits_for_something
from tests.cli.conftest import Shell
from tests.registry.test_registry import accept, finish
from tests.support import delegate, ended, is_alive, until

FIXTURES = Path(__file__).with_name("fixtures")
CONFIG = Config(grace_s=0.5)


@pytest.fixture
def old(home: Path) -> Registry:
    """A copy of the registry of schema 1, private as it was."""
    shutil.copytree(FIXTURES / "schema-1", home)
    for path in (home, *home.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return Registry(Home(home)).open()


def test_every_task_of_schema_1_is_read_as_it_was_written(old: Registry) -> None:
    queued, retried, failed, complete = old.recent(10)
    assert old.damaged() == []
    assert [task.number for task in (queued, retried, failed, complete)] == [4, 3, 2, 1]
    assert complete.status is Status.COMPLETE
    assert complete.state.attention is Attention.SEEN
    assert complete.request.tags == ("ci",)
    assert complete.request.commit is True
    assert complete.priority is Priority.HIGH
    assert complete.attempt is not None
    outcome = Outcome(headline="3 passed", passed=3, files=("src/a.py",), commit="4b825dc")
    assert complete.attempt.outcome == outcome
    assert complete.attempt.started == datetime(2026, 11, 21, 1, 50, 12, 697000, tzinfo=UTC)
    assert (failed.status, failed.unread) == (Status.FAILED, True)
    assert failed.attempt is not None
    assert (failed.attempt.exit_code, failed.attempt.swept) == (2, 1)
    assert failed.text == "Build it \udcff"
    assert failed.command[-1] == "x\udcff"
    assert failed.request.timeout_s is None


def test_attempts_and_what_waits_of_schema_1(old: Registry) -> None:
    queued, retried, *_ = old.recent(10)
    assert [run.verdict for run in retried.state.attempts] == [Status.FAILED, Status.COMPLETE]
    assert retried.state.attempts[0].log_dropped == datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    assert retried.text == "Fix lint, once more"
    assert retried.request.text == "Fix lint"
    assert retried.request.quiet_timeout_s == 600
    assert retried.request.memory_bytes == 1 << 30
    assert queued.status is Status.QUEUED
    assert queued.queue_reason == "queue paused"
    assert (queued.request.after, queued.request.after_any) == ((1,), (2,))
    assert queued.state.not_before == datetime(2030, 1, 1, tzinfo=UTC)
    assert (queued.request.retries, queued.request.twice, queued.request.keep_leftovers) == (2, True, True)
    assert (queued.request.priority, queued.priority) == (Priority.LOW, Priority.CRITICAL)
    assert old.settings().paused


def test_logs_of_schema_1_compressed_or_not(old: Registry) -> None:
    texts = {
        name: [line.raw.decode() for line in LogFile(old.home.log(f"agent_20261121_{name}.log")).tail(9)]
        for name in ("015012", "015013", "015014.2")
    }
    assert texts == {
        "015012": ["collected 3 items", "===== 3 passed in 0.12s ====="],
        "015013": ["error: no rule to make target"],
        "015014.2": ["fixed"],
    }


def test_the_shell_shows_schema_1(shell: Shell, old: Registry) -> None:
    assert old.ids()
    ran = shell.run("status")
    assert ran.code == 0
    assert [line.split()[1] for line in ran.out.splitlines()[:4]] == [
        "4",
        "3",
        "2",
        "1",
    ] or "deploy" in ran.out
    assert shell.run("result", "1").out == "# All well\n\n3 tests passed.\n"
    assert shell.run("logs", "1").out == "collected 3 items\n===== 3 passed in 0.12s =====\n"
    assert shell.run("logs", "3.1").failed_with(1, "Log dropped on 2026-11-21")


def test_schema_1_is_worked_on(old: Registry, tmp_path: Path) -> None:
    operations.resume(old, CONFIG)
    new = operations.NewTask("x", "command", ("true",), str(tmp_path), "x")
    task = operations.submit(old, new, os.environ, CONFIG)
    assert task.number == 5
    assert task.id > "agent_20261121_015015"
    ended(old, task)
    queued, retried, failed, complete = (old.ids()[index] for index in (3, 2, 1, 0))
    operations.mark_seen(old, failed)
    operations.stop(old, queued)
    assert operations.delete(old, [complete, retried]) == 2
    assert [task.number for task in operations.undo(old)] == [1, 3]
    assert old.load(failed).command[-1] == "x\udcff"
    assert LogFile(old.home.log(f"{complete}.log")).tail(1)[0].raw.startswith(b"=====")


def test_keys_that_are_not_known_survive_a_rewrite(old: Registry) -> None:
    path = old.home.task_file(old.ids()[1], "state.toml")
    text = path.read_text()
    text = text.replace("schema = 1\n", 'schema = 1\nmood = "calm"\n', 1)
    path.write_text(text.replace("number = 1\n", "number = 1\ntokens = 12\n"))
    operations.mark_seen(old, old.ids()[1])
    assert 'mood = "calm"\n' in path.read_text()
    assert "tokens = 12\n" in path.read_text()
    assert 'attention = "seen"\n' in path.read_text()


# A newer version has written a single task.


def make_newer(registry: Registry, task: Task, name: str = "state.toml", more: str = "") -> dict[str, bytes]:
    """Give a record of a task schema 2; returns what all files of the task hold then."""
    path = registry.home.task_file(task.id, name)
    path.write_text(path.read_text().replace("schema = 1\n", f"schema = 2\n{more}", 1))
    return contents(registry, task)


def contents(registry: Registry, task: Task) -> dict[str, bytes]:
    """What the files of a task hold, by name."""
    return {path.name: path.read_bytes() for path in registry.home.task(task.id).iterdir()}


@pytest.mark.parametrize("name", ["task.toml", "state.toml"])
def test_an_ended_task_of_a_newer_version_is_read_and_not_changed(registry: Registry, name: str) -> None:
    task, other = finish(registry, accept(registry)), finish(registry, accept(registry))
    before = make_newer(registry, task, name, more='mood = "calm"\n')
    assert registry.load(task.id).status is Status.COMPLETE
    attempts: tuple[Callable[[], object], ...] = (
        lambda: operations.retry(registry, task.id, os.environ, CONFIG),
        lambda: operations.mark_seen(registry, task.id),
        lambda: operations.stop(registry, task.id),
        lambda: operations.set_priority(registry, task.id, Priority.HIGH),
        lambda: operations.delete(registry, [other.id, task.id]),
    )
    for attempt in attempts:
        with pytest.raises(OperationError, match="#1 was written by a newer delegate; install") as refusal:
            attempt()
        assert "\n" not in str(refusal.value)
    assert contents(registry, task) == before
    assert operations.mark_seen(registry, other.id).state.attention is Attention.SEEN
    assert [one.id for one in operations.cleanable(registry)] == [other.id]
    assert operations.delete(registry, [other.id]) == 1
    assert registry.ids() == [task.id]
    assert registry.damaged() == []


@pytest.mark.parametrize("name", ["task.toml", "state.toml"])
def test_a_waiting_task_of_a_newer_version_holds_up_nobody(
    registry: Registry, config: Config, name: str
) -> None:
    operations.pause(registry)
    task = delegate(registry, "!true", config)
    before = make_newer(registry, task, name)
    operations.resume(registry, config)
    assert ended(registry, delegate(registry, "!true", config)).status is Status.COMPLETE
    operations.tidy(registry, config)
    (shown,) = registry.open_tasks()
    assert (shown.id, shown.queue_reason) == (task.id, "written by a newer delegate")
    assert not waits_for_something(registry)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: operations.stop(registry, task.id),
        lambda: operations.free(registry, task.id, config),
        lambda: operations.set_priority(registry, task.id, Priority.HIGH),
    )
    for attempt in attempts:
        with pytest.raises(OperationError, match="newer delegate"):
            attempt()
    assert contents(registry, task) == before
    assert registry.queue() == [task.id]


def test_a_task_that_a_newer_version_lost_is_left_to_it(registry: Registry, config: Config) -> None:
    task = accept(registry)
    with transaction(registry) as change:
        attempts = (Attempt(1, f"{task.id}.log"),)
        task = change.write_state(task, State(Status.STARTING, attempts=attempts))
    registry.home.running.joinpath(task.id).write_text("attempt = 1\n")
    registry.home.task_file(task.id, "env").unlink()
    before = make_newer(registry, task)
    operations.tidy(registry, config)
    assert contents(registry, task) == before
    assert registry.in_hand() == [task.id]
    assert operations.await_end(registry, [task.id], 5)[0].status is Status.LOST


def test_a_record_too_new_to_be_understood_is_not_called_damaged(shell: Shell, registry: Registry) -> None:
    task, other = finish(registry, accept(registry)), finish(registry, accept(registry))
    path = registry.home.task_file(task.id, "state.toml")
    path.write_text('schema = 7\nstatus = "dreaming"\n')
    with pytest.raises(DamagedRecord, match="newer delegate"):
        registry.load(task.id)
    assert [found.id for found in registry.recent(10)] == [other.id]
    with pytest.raises(OperationError, match="newer delegate"):
        operations.delete(registry, [task.id])
    assert registry.damaged() == []
    assert path.read_text() == 'schema = 7\nstatus = "dreaming"\n'
    assert f"warn: written by a newer delegate: {task.id}" in shell.run("doctor").out
    assert shell.run("status", "2").code == 0


def test_the_shell_shows_a_newer_task_and_refuses_to_change_it(shell: Shell, registry: Registry) -> None:
    task = accept(registry)
    with transaction(registry) as change:
        attempts = (Attempt(1, f"{task.id}.log", verdict=Status.COMPLETE),)
        change.write_state(task, State(Status.COMPLETE, attempts=attempts))
    make_newer(registry, task)
    assert shell.on_terminal("result", "1").code == 0
    assert shell.on_terminal("logs", "1").code == 0
    assert shell.status(1)["attention"] == "unread"
    assert shell.run("delete", "1").failed_with(1, "#1 was written by a newer delegate")
    assert shell.run("retry", "1").failed_with(1, "#1 was written by a newer delegate")
    assert "warn: written by a newer delegate: #1" in shell.run("doctor").out


def test_nothing_writes_a_record_of_a_newer_version(registry: Registry) -> None:
    task = finish(registry, accept(registry))
    make_newer(registry, task)
    task = registry.load(task.id)
    with transaction(registry) as change, pytest.raises(NewerTask):
        change.write_state(task, replace(task.state, attention=Attention.SEEN))
    with transaction(registry) as change, pytest.raises(NewerTask):
        change.requeue(task, {"SECRET": "x"}, State(Status.QUEUED))
    assert not registry.home.task_file(task.id, "env").exists()


# A runner that an older version started.


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the old runner reads /proc")
def test_the_runner_of_an_older_version_is_read_and_stopped(
    shell: Shell, registry: Registry, tmp_path: Path
) -> None:
    task = accept(registry)
    with transaction(registry) as change:
        attempts = (Attempt(1, f"{task.id}.log"),)
        change.write_state(task, State(Status.STARTING, attempts=attempts))
    runner = subprocess.Popen(
        [sys.executable, str(FIXTURES / "old_runner.py"), str(registry.home.root), task.id, "sleep", "100"],
        env={**os.environ, "DELEGATE_ROLE": "runner"},
        cwd=tmp_path,
    )
    try:
        assert until(lambda: registry.load(task.id).status is Status.RUNNING)
        live = registry.load(task.id).live
        assert live is not None
        assert live.runner is not None
        assert live.runner.pid == runner.pid
        assert live.child is not None
        assert (live.since, live.started, live.stopping) == (None, None, False)
        assert shell.status(1)["pid"] == live.child.pid
        assert "running" in shell.run("status").out
        operations.stop(registry, task.id)
        assert runner.wait(20) == 0
        done = ended(registry, task)
    finally:
        runner.kill()
        runner.wait()
    assert done.status is Status.STOPPED
    assert done.attempt is not None
    assert (done.attempt.signal, done.attempt.duration_s) == (15, 1.5)
    assert (tmp_path / "woken").exists()
    assert not is_alive(live.child.pid)
    assert registry.in_hand() == []
