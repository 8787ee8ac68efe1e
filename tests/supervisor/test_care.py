"""Care of real logs: compressed without a loss, dropped with a line, once an hour."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.logs.packing import is_written
from app.logs.window import LogFile
from app.model.status import Attention, Status
from app.model.task import Attempt, Task
from app.registry.config import Config
from app.registry.paths import log_name
from app.registry.store import Registry
from app.registry.transaction import transaction
from app.supervisor import operations
from app.supervisor.care import Round, care, care_if_due
from tests.cli.conftest import Shell
from tests.registry.test_registry import accept
from tests.support import delegate, ended, until

DAY_S = 86400.0
MIB = 1024 * 1024


def past(
    registry: Registry, days: float, log: bytes = b"output\n", *, seen: bool = True, runs: int = 1
) -> Task:
    """A task that ended so many days ago, with a log for each of its runs."""
    task = accept(registry)
    moment = time.time() - days * DAY_S
    attempts = [
        Attempt(number, log_name(task.id, number), verdict=Status.COMPLETE, exit_code=0)
        for number in range(1, runs + 1)
    ]
    for attempt in attempts:
        path = registry.home.log(attempt.log)
        path.write_bytes(log)
        os.utime(path, (moment, moment))
    attention = Attention.SEEN if seen else Attention.UNREAD
    state = replace(task.state, status=Status.COMPLETE, attention=attention, attempts=tuple(attempts))
    with transaction(registry) as change:
        task = change.write_state(task, state)
    os.utime(registry.home.task_file(task.id, "state.toml"), (moment, moment))
    return task


def lines(size: int) -> bytes:
    """A log of some size that can be compressed well."""
    return b"".join(b"%09d: all is well\n" % number for number in range(size // 23))


def tidy(registry: Registry, **settings: float | None) -> Round:
    """One round of care with these settings."""
    return care(registry, Config(**settings), time.time())  # type: ignore[arg-type]


def dropped(registry: Registry, task: Task) -> list[datetime | None]:
    """When the logs of each run were dropped."""
    return [run.log_dropped for run in registry.load(task.id).state.attempts]


def test_large_old_logs_are_packed_and_read_as_before(registry: Registry) -> None:
    old, new, small = (
        past(registry, 2, lines(2 * MIB)),
        past(registry, 0.5, lines(2 * MIB)),
        past(registry, 9),
    )
    file = LogFile(registry.home.log(f"{old.id}.log"))
    before = file.tail(100), file.size()
    done = tidy(registry)
    assert (done.packed, done.dropped, done.expired) == (1, 0, 0)
    assert done.freed > MIB
    assert (file.tail(100), file.size()) == before
    assert sorted(path.name for path in registry.home.logs.iterdir()) == [
        f"{old.id}.log.gz",
        f"{new.id}.log",
        f"{small.id}.log",
    ]
    assert tidy(registry).packed == 0


def test_over_the_cap_logs_are_packed_and_that_may_be_enough(registry: Registry) -> None:
    tasks = [past(registry, 0.9 - index / 10, lines(MIB)) for index in range(4)]
    done = tidy(registry, logs_bytes=2 * MIB)
    assert done.dropped == 0
    assert done.left <= 2 * MIB
    assert done.left == sum(path.stat().st_blocks * 512 for path in registry.home.logs.iterdir())
    assert registry.home.log(f"{tasks[-1].id}.log").exists()
    assert not registry.home.log(f"{tasks[0].id}.log").exists()


def test_what_cannot_be_packed_into_the_cap_is_dropped_with_a_line(registry: Registry) -> None:
    unread = past(registry, 9, os.urandom(MIB), seen=False)
    older, newer = past(registry, 5, os.urandom(MIB), runs=2), past(registry, 1, os.urandom(MIB))
    changed = registry.home.task_file(older.id, "state.toml").stat().st_mtime
    done = tidy(registry, logs_bytes=int(2.2 * MIB))
    assert done.dropped == 2
    assert done.left <= 2.2 * MIB
    assert None not in dropped(registry, older)
    assert dropped(registry, newer) == dropped(registry, unread) == [None]
    assert list(registry.home.logs.glob(f"{older.id}*")) == []
    assert registry.home.task_file(older.id, "state.toml").stat().st_mtime == changed
    when = dropped(registry, older)[0]
    assert when is not None
    assert abs(when - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_dropped_log_is_told_of_wherever_it_would_be_shown(shell: Shell, registry: Registry) -> None:
    task = past(registry, 5, os.urandom(MIB))
    registry.home.task_file(task.id, "summary.md").write_text("# It went well\n")
    with transaction(registry) as change:
        attempt = replace(task.state.attempts[0], summary="summary.md")
        change.write_state(task, replace(task.state, attempts=(attempt,)))
    tidy(registry, logs_bytes=1)
    today = f"{datetime.now():%Y-%m-%d}"
    assert shell.run("logs", "1").failed_with(1, "Log dropped on", today)
    assert f"dropped on {today}" in shell.run("status", "1").out
    assert shell.run("result", "1").out.startswith("# It went well")
    assert "Log dropped on" in shell.run("result", "1").out
    assert shell.status(1)["log"] is None


def test_a_packed_log_is_shown_as_before_and_its_path_is_told(shell: Shell, registry: Registry) -> None:
    task = past(registry, 5, lines(2 * MIB))
    before = shell.run("logs", "1").out, shell.run("logs", "-n", "3", "1").out
    screen = shell.on_terminal("logs", "-n", "3", "1").out
    tidy(registry)
    assert (shell.run("logs", "1").out, shell.run("logs", "-n", "3", "1").out) == before
    assert shell.on_terminal("logs", "-n", "3", "1").out == screen
    assert shell.status(1)["log"] == str(registry.home.log(f"{task.id}.log.gz"))
    assert shell.run("logs", "-f", "1").out == before[0]


def test_the_log_of_a_running_task_is_never_touched(registry: Registry, config: Config) -> None:
    task = delegate(registry, "!head -c 3000000 /dev/zero; exec sleep 100", config)
    log = registry.home.log(f"{task.id}.log")
    assert until(lambda: log.exists() and log.stat().st_size == 3_000_000)
    os.utime(log, (1, 1))
    done = tidy(registry, logs_bytes=1, keep_s=0.0)
    assert (done.packed, done.dropped, done.expired) == (0, 0, 0)
    assert log.stat().st_size == 3_000_000
    operations.stop(registry, task.id, kill=True)
    ended(registry, task)
    assert until(lambda: not is_written(log))  # its runner has gone too
    assert tidy(registry, logs_bytes=1).dropped == 1


def test_a_log_that_an_escaped_process_still_writes_is_not_touched(registry: Registry) -> None:
    task = past(registry, 5, lines(2 * MIB))
    log = registry.home.log(f"{task.id}.log")
    with log.open("ab") as file:
        program = "import sys; print(flush=True); sys.stdin.read()"
        writer = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=file)
    try:
        if sys.platform != "linux":
            pytest.skip("only Linux tells who writes to a file")
        done = tidy(registry, logs_bytes=1)
        assert (done.packed, done.dropped) == (0, 0)
        assert log.exists()
        assert dropped(registry, task) == [None]
    finally:
        writer.communicate()
    assert tidy(registry, logs_bytes=1).dropped == 1


def test_it_is_done_after_a_task_and_at_most_once_an_hour(registry: Registry, config: Config) -> None:
    old = past(registry, 2, lines(2 * MIB))
    ended(registry, delegate(registry, "!true", config))
    packed = registry.home.log(f"{old.id}.log.gz")
    assert until(packed.exists)
    assert until(lambda: "packed = 1" in registry.home.care.read_text())
    assert registry.home.care.stat().st_mode & 0o777 == 0o600
    past(registry, 2, lines(2 * MIB))
    assert care_if_due(registry, config) is None
    earlier = time.time() - 3700
    os.utime(registry.home.care, (earlier, earlier))
    done = care_if_due(registry, config)
    assert done is not None
    assert done.packed == 1


def test_a_clock_that_was_set_back_does_not_put_it_off(registry: Registry, config: Config) -> None:
    assert care_if_due(registry, config) is not None
    os.utime(registry.home.care, (time.time() + 10 * DAY_S,) * 2)
    assert care_if_due(registry, config) is not None


def test_only_one_does_it_at_a_time(registry: Registry, config: Config) -> None:
    import fcntl

    with registry.home.care.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        os.utime(registry.home.care, (1, 1))
        assert care_if_due(registry, config) is None


def test_what_a_killed_round_left_is_removed_after_a_day(registry: Registry) -> None:
    left, fresh = (registry.home.logs / f".agent_20261120_120000.log.gz.{pid}" for pid in (1, 2))
    for path in (left, fresh):
        path.write_bytes(b"half")
    os.utime(left, (1, 1))
    tidy(registry)
    assert [path.name for path in registry.home.logs.iterdir()] == [fresh.name]


def test_a_record_of_a_newer_version_keeps_its_log(registry: Registry) -> None:
    task = past(registry, 40, os.urandom(MIB))
    state = registry.home.task_file(task.id, "state.toml")
    state.write_text(state.read_text().replace("schema = 1", "schema = 2"))
    os.utime(state, (1, 1))
    done = tidy(registry, logs_bytes=1, keep_s=DAY_S)
    assert (done.dropped, done.expired) == (0, 0)
    assert registry.home.log(f"{task.id}.log.gz").exists()


def test_a_log_without_a_task_can_be_dropped(registry: Registry) -> None:
    (registry.home.logs / "agent_20200101_000000.log").write_bytes(os.urandom(MIB))
    assert tidy(registry, logs_bytes=1).dropped == 1
    assert list(registry.home.logs.iterdir()) == []


def test_the_lock_is_not_held_while_a_log_is_packed(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    past(registry, 2, lines(2 * MIB))

    def packing(path: Path) -> Path:
        accept(registry)  # takes the lock itself
        path.unlink()
        path.with_name(f"{path.name}.gz").touch()
        return path.with_name(f"{path.name}.gz")

    monkeypatch.setattr("app.supervisor.care.pack", packing)
    assert tidy(registry).packed == 1
    assert len(registry.ids()) == 2
