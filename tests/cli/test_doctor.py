"""`delegate doctor` on real registries: what is wrong is named, what is safe is repaired, the rest left."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.model.status import Status
from app.registry import trash
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from tests.cli.conftest import Shell
from tests.registry.test_registry import accept, finish
from tests.support import delegate, end_processes_with, ended, is_alive, mark_of, until

LONG_AGO = (time.time() - 3600,) * 2


def finding(shell: Shell, words: str, *options: str) -> str:
    """The one line of the doctor that holds these words; empty when there is none."""
    lines = [line for line in shell.run("doctor", *options).out.splitlines() if words in line]
    assert len(lines) < 2, lines
    return lines[0] if lines else ""


def test_before_the_first_task_all_is_well_and_nothing_is_made(shell: Shell, home: Path) -> None:
    ran = shell.run("doctor")
    assert ran.code == 0
    assert f"there is no registry yet; the first task makes it in {home}" in ran.out
    assert not home.exists()


def test_after_a_task_all_is_well(shell: Shell) -> None:
    shell.run("add", "--wait", "--", "true")
    ran = shell.run("doctor")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert all(line.startswith(("ok: ", "warn: ")) for line in lines)
    assert all(" — " in line for line in lines if not line.startswith("ok: "))
    assert "1 tasks, the next is #2" in ran.out


def test_json(shell: Shell) -> None:
    shell.run("add", "--wait", "--", "true")
    told = shell.run("doctor", "--json").json
    assert told["fixed"] == []
    assert {"level": "ok", "check": "locks", "fact": "registry.lock is free", "advice": ""} in told[
        "findings"
    ]


def test_it_takes_no_words(shell: Shell) -> None:
    assert shell.run("doctor", "all").failed_with(2, "no arguments")


def test_modes_are_found_and_repaired(shell: Shell, registry: Registry) -> None:
    task = finish(registry, accept(registry))
    state = registry.home.task_file(task.id, "state.toml")
    state.chmod(0o644)
    registry.home.tasks.chmod(0o777)
    ran = shell.run("doctor")
    assert ran.code == 1
    assert "bad: tasks can be changed by others (mode 0777) — delegate doctor --fix" in ran.out
    assert f"warn: tasks/{task.id}/state.toml is open to others (mode 0644)" in ran.out
    assert state.stat().st_mode & 0o777 == 0o644
    ran = shell.run("doctor", "--fix")
    assert ran.code == 0
    assert "fixed: 2 folders and files are yours alone now" in ran.out
    assert state.stat().st_mode & 0o777 == 0o600
    assert registry.home.tasks.stat().st_mode & 0o777 == 0o700
    assert shell.run("status").code == 0


def test_a_repair_follows_no_link(shell: Shell, registry: Registry, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    precious.chmod(0o644)
    (registry.home.logs / "x.log").symlink_to(precious)
    registry.home.trash.rmdir()
    registry.home.trash.symlink_to(tmp_path)
    ran = shell.run("doctor", "--fix")
    assert ran.code == 1
    assert "bad: logs/x.log is a link" in ran.out
    assert "bad: trash is a link" in ran.out
    assert precious.stat().st_mode & 0o777 == 0o644
    assert precious.read_text() == "precious"


def test_markers_are_made_to_agree_with_the_records(shell: Shell, registry: Registry) -> None:
    operations.pause(registry)
    waiting, done = accept(registry), finish(registry, accept(registry))
    for marker in registry.home.queued.iterdir():
        marker.unlink()
    (registry.home.queued / f"2-0000000002-{done.id}").touch()
    (registry.home.queued / "2-0000000009-agent_20200101_000000").touch()
    (registry.home.running / done.id).touch()
    ran = shell.run("doctor")
    assert ran.code == 1
    assert "bad: waiting or running without a marker: #1" in ran.out
    assert "does neither: agent_20200101_000000, #2" in ran.out
    assert "fixed: " in shell.run("doctor", "--fix").out
    assert registry.queue() == [waiting.id]
    assert registry.in_hand() == []
    assert shell.run("doctor").code == 0


def test_a_damaged_record_and_what_was_set_aside_are_named(shell: Shell, registry: Registry) -> None:
    good, bad = finish(registry, accept(registry)), finish(registry, accept(registry))
    registry.home.task_file(bad.id, "state.toml").write_bytes(b"")
    assert f"bad: cannot be read: {bad.id}" in shell.run("doctor").out
    shell.run("status")
    assert "warn: 1 damaged records are set aside" in shell.run("doctor").out
    assert registry.ids() == [good.id]


@pytest.mark.parametrize("name", ["registry.toml", "runner.err", "supervisor.err", "care.toml", "bell"])
def test_a_pipe_in_the_place_of_a_file_does_not_hold_it_up(
    shell: Shell, registry: Registry, name: str
) -> None:
    task = accept(registry)
    path = registry.home.task_file(task.id, name) if name == "runner.err" else registry.home.root / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    ran = shell.run("doctor")
    assert name in ran.out
    assert "unexpected" not in ran.err


def test_damaged_settings_are_named(shell: Shell, registry: Registry) -> None:
    accept(registry)
    registry.home.settings.write_bytes(b"next_number = ")
    ran = shell.run("doctor")
    assert ran.code == 1
    assert "bad: registry.toml cannot be read" in ran.out


def test_settings_that_the_tasks_prove_wrong_and_damaged_records_are_mended(
    shell: Shell, registry: Registry
) -> None:
    first, second, third = accept(registry), accept(registry), accept(registry)
    settings = registry.home.settings.read_text()
    registry.home.settings.write_text(settings.replace("next_number = 4", "next_number = 2"))
    registry.home.task_file(first.id, "state.toml").write_bytes(b"\0")
    ran = shell.run("doctor")
    assert "bad: registry.toml is wrong: next_number is not above that of #3" in ran.out
    assert f"bad: cannot be read: {first.id}" in ran.out
    fixed = shell.run("doctor", "--fix")
    assert "registry.toml is made anew from the tasks" in fixed.out
    assert "1 damaged records are set aside" in fixed.out
    assert registry.settings().next_number == 4
    assert registry.ids() == [second.id, third.id]
    assert {damaged.name for damaged in registry.damaged()} == {first.id, "registry.toml"}


def test_a_lost_task_and_what_lives_of_it_are_named(shell: Shell, registry: Registry, config: Config) -> None:
    task = delegate(registry, "!exec sleep 100", config)
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    live = registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    assert live.child is not None
    assert finding(shell, "outlived") == "ok: no process has outlived its task"
    os.kill(live.runner.pid, signal.SIGKILL)
    assert until(lambda: registry.load(task.id).status is Status.LOST)
    assert finding(shell, "ended unseen").startswith("warn: ")
    assert (
        finding(shell, "runs on") == f"bad: #1 is lost, but runs on: pid {live.child.pid} — delegate stop 1"
    )
    assert "fixed: 1 tasks agree" in shell.run("doctor", "--fix").out
    assert is_alive(live.child.pid)
    assert finding(shell, "lost, and not looked at") != ""
    assert shell.run("stop", "1").code == 0
    assert finding(shell, "outlived") == "ok: no process has outlived its task"


def test_what_lives_on_purpose_is_no_fault(shell: Shell, registry: Registry, config: Config) -> None:
    command = ("sh", "-c", "sleep 100 >/dev/null 2>&1 & exit 0")
    new = operations.NewTask("x", "command", command, "/", "x", keep_leftovers=True)
    done = ended(registry, operations.submit(registry, new, os.environ, config))
    assert done.status is Status.COMPLETE
    assert finding(shell, "on purpose").startswith("ok: #1 left processes on purpose: pid ")
    assert end_processes_with(mark_of(registry, done)) != {}


def test_who_holds_the_lock_is_named(shell: Shell, registry: Registry) -> None:
    accept(registry)
    with registry.home.lock.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        line = finding(shell, "registry.lock")
    assert line.startswith("warn: registry.lock is held by ")
    if sys.platform == "linux":
        assert f"pid {os.getpid()} (" in line


def test_what_interrupted_work_has_left_is_removed(shell: Shell, registry: Registry) -> None:
    task = finish(registry, accept(registry))
    home = registry.home
    left = [
        home.tasks / ".new",
        home.task(task.id) / ".state.toml.7.123",
        home.task(task.id) / "end.toml.4711",
        home.logs / f".{task.id}.log.gz.7",
        home.trash / f"{trash.FORGOTTEN}x",
        home.task(task.id) / "runner.err",
    ]
    for path in left:
        path.mkdir(mode=0o700) if path.suffix == ".new" or path.name == ".new" else path.touch(0o600)
        os.utime(path, LONG_AGO)
    fresh = home.task(task.id) / ".state.toml.8.124"
    fresh.touch(0o600)
    assert "half made: " in finding(shell, "half made")
    assert f"warn: empty: tasks/{task.id}/runner.err" in shell.run("doctor").out
    assert "fixed: 6 files that interrupted work had left are removed" in shell.run("doctor", "--fix").out
    assert not any(os.path.lexists(path) for path in left)
    assert fresh.exists()
    assert registry.load(task.id).status is Status.COMPLETE


def test_a_runner_that_complained_is_heard(shell: Shell, registry: Registry) -> None:
    task = finish(registry, accept(registry))
    registry.home.task_file(task.id, "runner.err").write_text(
        "Traceback\n  x\nValueError: \x1b]0;no\x07t so\n"
    )
    assert "ValueError: t so" in finding(shell, "runner.err: ")


def test_old_deletions_are_removed(shell: Shell, registry: Registry) -> None:
    task = finish(registry, accept(registry))
    operations.delete(registry, [task.id])
    (deletion,) = registry.home.trash.iterdir()
    old = datetime.now(UTC) - trash.KEPT - timedelta(hours=1)
    deletion.rename(deletion.with_name(f"{old:%Y%m%d_%H%M%S_%f}"))
    assert "too old to be undone" in finding(shell, "too old")
    assert "fixed: 1 deletions past their time are removed" in shell.run("doctor", "--fix").out
    assert list(registry.home.trash.iterdir()) == []


def test_settings_and_programs(shell: Shell, write_config: Path) -> None:
    write_config.write_text(
        'limit = "many"\nagent = "gone"\n[agents.mine]\ncommand = ["no-such-program", "{task}"]\n'
    )
    write_config.chmod(0o666)
    ran = shell.run("doctor")
    assert ran.code == 1
    assert "limit" in finding(shell, "give the number")
    assert finding(shell, "default agent").startswith("bad: the default agent gone is not there")
    assert finding(shell, "no-such-program").startswith("warn: mine: no-such-program is not on the PATH")
    assert finding(shell, "changed by others").startswith(f"bad: {write_config}")


def program(folder: Path, name: str, script: str) -> None:
    """A program of this name in a folder for the PATH."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_login_and_tmux_are_asked(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "loginctl", "echo no")
    program(tmp_path, "tmux", 'case "$*" in *terminal*) echo screen;; *focus*) echo off;; *) echo on;; esac')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("TMUX", raising=False)
    assert finding(shell, "linger").startswith("warn: linger is off")
    assert finding(shell, "focus-events") == ""
    monkeypatch.setenv("TMUX", "/tmp/tmux,1,0")
    assert finding(shell, "focus-events is off") != ""
    assert finding(shell, "default-terminal is screen") != ""
    assert finding(shell, "set-clipboard") == ""


def test_a_program_that_does_not_answer_holds_up_nothing(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "loginctl", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert finding(shell, "linger") == ""


def test_holes_are_tried_and_nothing_of_it_stays(shell: Shell, registry: Registry) -> None:
    accept(registry)
    assert "holes" in finding(shell, "holes")
    assert list(registry.home.logs.iterdir()) == []
