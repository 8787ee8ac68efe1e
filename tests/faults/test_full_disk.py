"""A disk that is full, read-only or refuses: running tasks go on, and no word about it is untrue."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.model.status import Status
from app.registry.config import Config
from app.registry.paths import Home
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import OperationError
from tests.dashboard.opened import WIDE, opened
from tests.faults import disks
from tests.faults.disks import shell
from tests.support import delegate, ended, mark_of, processes_with, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="mounts and privileges are those of Linux")

FULL = "not saved: no space left on device"


@pytest.fixture
def small(home: Path) -> Iterator[Registry]:
    """A registry on a disk of one megabyte."""
    home.mkdir(parents=True, exist_ok=True)
    if not disks.mount(home):
        if disks.can_have_own_mounts():
            pytest.skip("runs in mounts of its own, see the last test")
        disks.missing("the right to mount a small disk")
    try:
        yield Registry(Home(home)).open()
        assert until(lambda: not processes_with(f"DELEGATE_HOME={home}"))
    finally:
        disks.unmount(home)


def names_in(registry: Registry) -> set[str]:
    """Everything in the registry except what is always rewritten."""
    home = registry.home
    return {str(path.relative_to(home.root)) for path in home.root.rglob("*")} - {"bell", "filler"}


def test_the_end_of_a_running_task_is_kept_and_told_until_there_is_room(
    small: Registry, config: Config, tmp_path: Path
) -> None:
    task = delegate(small, f"!while [ ! -e {tmp_path}/gate ]; do sleep 0.02; done; exit 7", config)
    assert until(lambda: small.load(task.id).status is Status.RUNNING)
    filler = disks.fill(small.home.root)
    (tmp_path / "gate").touch()
    assert until(lambda: small.load(task.id).unsaved == "no space left on device")
    held = small.load(task.id)
    assert (held.status, held.unsettled, held.state.status) == (Status.FAILED, True, Status.STARTING)
    assert held.attempt is not None
    assert held.attempt.exit_code == 7
    assert FULL in shell("status").stdout
    assert FULL in shell("status", "1").stdout
    told = json.loads(shell("status", "1", "--json").stdout)
    assert (told["status"], told["exit_code"], told["unsaved"], told["pid"]) == (
        "failed",
        7,
        "no space left on device",
        None,
    )
    for words in (("wait", "1", "--timeout", "1"), ("logs", "1"), ("logs", "1", "-f"), ("result", "1")):
        said = shell(*words)
        assert said.returncode == (3 if words[0] == "wait" else 0)
        assert f"#1: {FULL}: {small.home.root}" in said.stderr
    with pytest.raises(OperationError, match="its end is not saved yet: no space left on device"):
        operations.retry(small, task.id, os.environ, config)
    filler.unlink()
    assert shell("wait", "1").returncode == 7
    saved = small.load(task.id)
    assert (saved.status, saved.unsaved, saved.state.status) == (Status.FAILED, None, Status.FAILED)
    assert saved.attempt is not None
    assert saved.attempt.summary == "summary.md"


def test_a_new_task_is_refused_in_one_line_and_leaves_nothing(small: Registry, config: Config) -> None:
    ended(small, delegate(small, "!true", config))
    assert until(lambda: not processes_with(f"DELEGATE_HOME={small.home.root}"))
    filler = disks.fill(small.home.root)
    before = names_in(small)
    refused = shell("add", "--", "true")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert FULL in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert names_in(small) == before
    assert shell("status").returncode == 0
    filler.unlink()
    assert shell("add", "--wait", "--", "true").returncode == 0


def test_a_task_that_fills_the_disk_can_be_stopped(small: Registry, config: Config) -> None:
    filler = small.home.root / "filler"
    task = delegate(small, f"!cat /dev/zero > {filler}; exec sleep 100", config)
    assert until(lambda: processes_with(mark_of(small, task)))
    assert until(lambda: "sleep 100" in processes_with(mark_of(small, task)).values())
    stopped = shell("stop", "1")
    assert stopped.returncode == 0, stopped.stderr
    assert "stopped" in stopped.stdout
    assert FULL in stopped.stdout
    assert not processes_with(mark_of(small, task))
    filler.unlink()
    assert ended(small, task).state.status is Status.STOPPED


def test_a_waiting_task_starts_when_there_is_room_again(small: Registry, config: Config) -> None:
    operations.pause(small)
    task = delegate(small, "!exit 5", config)
    filler = disks.fill(small.home.root)
    with pytest.raises(OperationError, match=FULL):
        operations.resume(small, config)
    assert small.load(task.id).status is Status.QUEUED
    assert FULL not in shell("status").stdout
    filler.unlink()
    operations.resume(small, config)
    done = ended(small, task)
    assert done.attempt is not None
    assert done.attempt.exit_code == 5


def test_a_read_only_disk_shows_what_it_holds_and_takes_nothing(small: Registry, config: Config) -> None:
    ended(small, delegate(small, "!exit 4", config))
    assert until(lambda: not processes_with(f"DELEGATE_HOME={small.home.root}"))
    disks.make_read_only(small.home.root)
    shown = shell("status", "1")
    assert (shown.returncode, "exit 4" in shown.stdout) == (0, True)
    assert shell("wait", "1").returncode == 4
    refused = shell("add", "--", "true")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "not saved: read-only file system" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert len(small.ids()) == 1


async def test_the_dashboard_says_what_is_not_saved_until_it_is(
    small: Registry, config: Config, tmp_path: Path
) -> None:
    delegate(small, f"!while [ ! -e {tmp_path}/gate ]; do sleep 0.02; done; exit 7", config)
    async with opened(small, WIDE) as seat:
        await seat.sees("▶")
        filler = disks.fill(small.home.root)
        (tmp_path / "gate").touch()
        await seat.sees("1 not saved", FULL, "failed")
        await seat.press("n")
        await seat.enter("!echo one more")
        await seat.finds(lambda: FULL in seat.hint)
        assert len(small.ids()) == 1
        filler.unlink()
        await seat.sees_no("1 not saved")
        await seat.finds(lambda: "exit 7" in seat.row("failed"))


def test_a_folder_that_may_not_be_written_is_told_and_waited_for(registry: Registry, tmp_path: Path) -> None:
    before = disks.without_privileges()
    gate = tmp_path / "gate"
    wait = f"while [ ! -e {gate} ]; do sleep 0.02; done; exit 6"
    added = shell("add", "--", "sh", "-c", wait, before=before)
    assert added.returncode == 0, added.stderr
    (task_id,) = registry.ids()
    assert until(lambda: registry.load(task_id).status is Status.RUNNING)
    folder = registry.home.task(task_id)
    folder.chmod(0o500)
    gate.touch()
    assert until(lambda: registry.load(task_id).unsaved == "permission denied")
    assert "not saved: permission denied" in shell("status", before=before).stdout
    folder.chmod(0o700)
    assert shell("wait", "1", before=before).returncode == 6


def test_records_that_may_not_be_read_are_neither_damaged_nor_lost(
    registry: Registry, config: Config
) -> None:
    before = disks.without_privileges()
    first, second = (ended(registry, delegate(registry, f"!exit {code}", config)) for code in (1, 2))
    registry.home.task(first.id).chmod(0)
    shown = shell("status", before=before)
    assert (shown.returncode, "exit 2" in shown.stdout) == (0, True)
    refused = shell("retry", "2", before=before)
    assert refused.returncode == 0, refused.stderr
    registry.home.tasks.chmod(0o500)
    refused = shell("add", "--", "true", before=before)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "not saved: permission denied" in refused.stderr
    registry.home.tasks.chmod(0o700)
    registry.home.task(first.id).chmod(0o700)
    assert registry.damaged() == []
    assert registry.load(first.id).status is Status.FAILED
    assert ended(registry, second).status is Status.FAILED


def test_the_small_disks_are_tested_by_users_who_may_mount_nothing_too() -> None:
    if os.geteuid() == 0 or os.environ.get(disks.INSIDE):
        return
    if not disks.can_have_own_mounts():
        disks.missing("the right to mount a small disk")
    done = disks.run_in_own_mounts(__file__)
    assert done.returncode == 0, done.stdout
