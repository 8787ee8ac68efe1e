"""Whom a signal reaches and whom not; and finding processes where there is no ``/proc``, as on macOS."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from app.model.status import Status
from app.registry.boot import boot_id
from app.registry.config import Config
from app.registry.store import Registry
from app.registry.transaction import transaction
from app.supervisor import facts, launch, operations, processes
from app.supervisor.kill import sweep
from tests.support import delegate, need


def test_without_proc_a_tree_is_found_and_ended_and_ps_is_not_part_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need("ps")
    monkeypatch.setattr(processes, "ON_LINUX", False)
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")

    def find() -> dict[int, processes.Process]:
        return processes.members(processes.snapshot(), b"NO_SUCH=MARK", session=child.pid)

    def children_of_ours() -> set[int]:
        return {each.pid for each in processes.snapshot().values() if each.parent == os.getpid()}

    before = children_of_ours()
    child = subprocess.Popen(["sh", "-c", "sleep 100 & sleep 100"], start_new_session=True)
    try:
        assert children_of_ours() - before == {child.pid}
        assert child.pid in find()
        swept = sweep(find, 2.0, time.sleep)
    finally:
        child.kill()
        child.wait()
    assert swept.survivors == []
    assert swept.ended >= 2


@pytest.fixture
def stranger() -> Iterator[processes.Process]:
    """A process that belongs to no task, as it really is."""
    child = subprocess.Popen(["sleep", "100"])
    found = processes.look(child.pid)
    assert found is not None
    yield found
    assert child.poll() is None, "a stranger was signalled"
    child.kill()
    child.wait()


@pytest.mark.parametrize("by_descriptor", [True, False])
def test_no_signal_reaches_a_later_owner_of_a_pid(
    stranger: processes.Process, monkeypatch: pytest.MonkeyPatch, by_descriptor: bool
) -> None:
    if not by_descriptor:
        monkeypatch.delattr(os, "pidfd_open", raising=False)
    stranger.start -= 1
    assert not processes.send(stranger, signal.SIGKILL)
    stranger.start += 1
    assert processes.send(stranger, 0)


@pytest.mark.parametrize(("boot", "older"), [(None, 1), ("another boot", 0)])
def test_a_forged_record_makes_nobody_signal_a_stranger(
    registry: Registry, config: Config, stranger: processes.Process, boot: str | None, older: int
) -> None:
    operations.pause(registry)
    task = delegate(registry, "!true", config)
    with transaction(registry) as change:
        held = launch.hand_over(change, registry.load(task.id)).descriptor
    facts.write_live(
        held,
        {
            "attempt": 1,
            "boot": boot or boot_id(),
            "runner_pid": stranger.pid,
            "runner_start": stranger.start - older,
        },
    )
    operations.stop(registry, task.id)
    assert registry.home.task_file(task.id, "stop.toml").exists()
    os.close(held)
    operations.tidy(registry, config)
    assert registry.load(task.id).status is Status.LOST
