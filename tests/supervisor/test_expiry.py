"""What care lets go by its age: tasks into the trash, deletions for good, and what stays all the same."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from app.model.status import Status
from app.registry import trash
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import OperationError
from tests.registry.test_registry import accept
from tests.supervisor.test_care import DAY_S, MIB, dropped, past, tidy
from tests.support import delegate, until


def test_deleted_logs_count_and_go_first(registry: Registry) -> None:
    deleted, kept = past(registry, 0.5, os.urandom(MIB)), past(registry, 0.5, os.urandom(MIB))
    operations.delete(registry, [deleted.id])
    done = tidy(registry, logs_bytes=int(1.5 * MIB))
    assert (done.forgotten, done.dropped) == (1, 0)
    assert list(registry.home.trash.iterdir()) == []
    assert dropped(registry, kept) == [None]
    with pytest.raises(OperationError, match="no deletion"):
        operations.undo(registry)


def test_a_deletion_that_can_no_longer_be_undone_is_removed(registry: Registry) -> None:
    task = past(registry, 1)
    operations.delete(registry, [task.id])
    (deletion,) = registry.home.trash.iterdir()
    old = datetime.now(UTC) - trash.KEPT - timedelta(hours=1)
    deletion.rename(deletion.with_name(f"{old:%Y%m%d_%H%M%S_%f}"))
    (registry.home.trash / f"{trash.FORGOTTEN}x").mkdir()
    assert tidy(registry).forgotten == 1
    assert list(registry.home.trash.iterdir()) == []


def test_seen_tasks_go_to_the_trash_when_their_time_is_over_and_come_back(registry: Registry) -> None:
    old = [past(registry, 40) for _ in range(3)]
    unread, young = past(registry, 40, seen=False), past(registry, 20)
    assert tidy(registry, keep_s=30 * DAY_S).expired == 3
    assert registry.ids() == [unread.id, young.id]
    assert [task.id for task in operations.undo(registry)] == [task.id for task in old]
    assert tidy(registry, keep_s=30 * DAY_S).expired == 0
    assert registry.home.log(f"{old[0].id}.log").read_bytes() == b"output\n"


def test_undo_brings_back_what_a_person_deleted_before_what_went_by_its_age(registry: Registry) -> None:
    old, mine = past(registry, 40), past(registry, 1)
    operations.delete(registry, [mine.id])
    assert tidy(registry, keep_s=30 * DAY_S).expired == 1
    assert [task.id for task in operations.undo(registry)] == [mine.id]
    assert [task.id for task in operations.undo(registry)] == [old.id]


def test_a_task_that_another_waits_for_stays(registry: Registry) -> None:
    first = past(registry, 40)
    operations.pause(registry)
    accept(registry, after=(first.number,))
    assert tidy(registry, keep_s=DAY_S).expired == 0


def test_a_lost_task_of_which_something_lives_stays(registry: Registry, config: Config) -> None:
    task = delegate(registry, "!exec sleep 100", config)
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    live = registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    os.kill(live.runner.pid, 9)
    assert until(lambda: registry.load(task.id).status is Status.LOST)
    operations.tidy(registry, config)
    operations.mark_seen(registry, task.id)
    os.utime(registry.home.task_file(task.id, "state.toml"), (1, 1))
    assert tidy(registry, keep_s=DAY_S).expired == 0
    operations.stop(registry, task.id, kill=True)
    os.utime(registry.home.task_file(task.id, "state.toml"), (1, 1))
    assert tidy(registry, keep_s=DAY_S).expired == 1


def test_nothing_is_kept_shorter_without_the_setting(registry: Registry) -> None:
    task = past(registry, 4000)
    assert tidy(registry).expired == 0
    assert registry.ids() == [task.id]
