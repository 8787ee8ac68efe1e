"""The folder of records: what is accepted is listed, what is damaged is kept, what is deleted comes back."""

from __future__ import annotations

import fcntl
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.model.status import Attention, Priority, Status
from app.model.task import Attempt, Request, State, Task
from app.registry import trash
from app.registry.config import Config
from app.registry.paths import Home
from app.registry.store import DamagedRecord, Registry, UnknownTask
from app.registry.transaction import transaction
from app.supervisor import operations

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


def accept(registry: Registry, text: str = "x", created: datetime = NOON, **changes: object) -> Task:
    """Accept a task without starting anything."""
    request = Request(text, "command", ("true",), "/", text, id="", number=0, created=created)
    with transaction(registry) as change:
        return change.create(replace(request, **changes), {"A": "b"})  # type: ignore[arg-type]


def finish(registry: Registry, task: Task, status: Status = Status.COMPLETE) -> Task:
    """Write a terminal record as a runner would."""
    with transaction(registry) as change:
        return change.write_state(task, replace(task.state, status=status, attention=Attention.UNREAD))


def test_numbers_and_ids_go_up_and_are_never_reused(registry: Registry) -> None:
    first, second = accept(registry), accept(registry)
    assert (first.id, second.id) == ("agent_20261120_120000", "agent_20261120_120001")
    finish(registry, second)
    operations.delete(registry, [second.id])
    third = accept(registry)
    assert (third.number, third.id) == (3, "agent_20261120_120002")


def test_a_clock_that_steps_back_keeps_ids_in_the_order_of_numbers(registry: Registry) -> None:
    accept(registry)
    earlier = accept(registry, created=datetime(2020, 1, 1, tzinfo=UTC))
    assert earlier.id == "agent_20261120_120001"
    assert earlier.request.created.year == 2020


def test_modes_let_nobody_else_look(registry: Registry) -> None:
    task = accept(registry)
    for path in registry.home.root.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert registry.home.root.stat().st_mode & 0o777 == 0o700
    assert registry.home.task(task.id).is_dir()


def test_the_queue_is_in_the_order_of_priority_then_age(registry: Registry) -> None:
    names = [("a", Priority.LOW), ("b", Priority.NORMAL), ("c", Priority.CRITICAL), ("d", Priority.NORMAL)]
    ids = {name: accept(registry, name, priority=priority).id for name, priority in names}
    assert registry.queue() == [ids["c"], ids["b"], ids["d"], ids["a"]]


def test_any_number_is_found_among_many(registry: Registry) -> None:
    tasks = [accept(registry) for _ in range(30)]
    finish(registry, tasks[10])
    operations.delete(registry, [tasks[10].id])
    for task in tasks:
        assert registry.find_number(task.number) == (None if task is tasks[10] else task.id)
    assert registry.find_number(0) is None
    assert registry.find_number(999) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("state.toml", b""),
        ("state.toml", b"\0" * 100),
        ("state.toml", b'status = "compl'),
        ("state.toml", b"schema = " + b"1" * 5000),
        ("task.toml", b"schema = 1\n"),
        ("task.toml", b"\xff\xfe"),
    ],
)
def test_a_damaged_record_goes_to_quarantine_whole(registry: Registry, name: str, content: bytes) -> None:
    good, bad = finish(registry, accept(registry)), finish(registry, accept(registry))
    registry.home.task_file(bad.id, name).write_bytes(content)
    assert [task.id for task in registry.recent(10)] == [good.id]
    (damaged,) = registry.damaged()
    assert damaged.name == bad.id
    assert name in damaged.reason
    assert (damaged.path / name).read_bytes() == content
    assert registry.ids() == [good.id]


def test_a_folder_or_a_pipe_in_a_records_place_blocks_nobody(registry: Registry) -> None:
    folder, pipe = finish(registry, accept(registry)), finish(registry, accept(registry))
    state = registry.home.task_file(folder.id, "state.toml")
    state.unlink()
    state.mkdir()
    state = registry.home.task_file(pipe.id, "state.toml")
    state.unlink()
    os.mkfifo(state)
    assert registry.recent(10) == []
    assert len(registry.damaged()) == 2


def test_a_link_is_not_followed_out_of_the_registry(registry: Registry, tmp_path: Path) -> None:
    task = finish(registry, accept(registry))
    state = registry.home.task_file(task.id, "state.toml")
    state.rename(tmp_path / "elsewhere.toml")
    state.symlink_to(tmp_path / "elsewhere.toml")
    with pytest.raises(DamagedRecord):
        registry.load(task.id)


def test_an_unreadable_record_is_not_called_damaged(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = finish(registry, accept(registry))

    def refuse(path: Path, _limit: int) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("app.registry.store.read_regular", refuse)
    assert registry.recent(10) == []
    monkeypatch.undo()
    assert registry.damaged() == []
    assert [found.id for found in registry.recent(10)] == [task.id]


def test_after_a_reboot_the_folders_agree_with_the_records_again(registry: Registry) -> None:
    waiting, running = accept(registry), accept(registry)
    with transaction(registry) as change:
        change.write_state(running, State(Status.STARTING))
    for folder in (registry.home.queued, registry.home.running):
        for marker in folder.iterdir():
            marker.unlink()
    assert registry.queue() == []
    settings = registry.settings()
    with transaction(registry) as change:
        change.save(replace(settings, boot="an earlier one"))
    with transaction(registry):
        pass
    assert registry.queue() == [waiting.id]
    assert registry.in_hand() == [running.id]


def test_a_submit_that_cannot_be_saved_leaves_nothing_half_made(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _data: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("app.registry.transaction.write_new", full)
    with pytest.raises(OSError, match="No space"):
        accept(registry)
    assert list(registry.home.tasks.iterdir()) == []
    assert list(registry.home.queued.iterdir()) == []


def test_deletion_takes_the_logs_along_and_undo_brings_them_back(registry: Registry) -> None:
    tasks = [finish(registry, accept(registry)) for _ in range(3)]
    logs = {task.id: registry.home.log(f"{task.id}.log") for task in tasks}
    for path in logs.values():
        path.write_text("output\n")
    with transaction(registry) as change:
        assert trash.delete(change, [tasks[0].id, tasks[1].id]) == 2
    assert registry.ids() == [tasks[2].id]
    assert not logs[tasks[0].id].exists()
    with transaction(registry) as change:
        assert trash.restore(change) == [tasks[0].id, tasks[1].id]
    assert registry.ids() == [task.id for task in tasks]
    assert logs[tasks[0].id].read_text() == "output\n"
    with transaction(registry) as change:
        assert trash.restore(change) == []


def test_a_waiting_task_that_was_deleted_waits_again_after_undo(registry: Registry) -> None:
    operations.pause(registry)
    task = accept(registry)
    operations.delete(registry, [task.id])
    assert registry.queue() == []
    operations.undo(registry)
    assert registry.queue() == [task.id]


def test_a_free_lock_means_lost_and_a_held_one_alive(registry: Registry) -> None:
    task = accept(registry)
    with transaction(registry) as change:
        change.write_state(task, State(Status.STARTING))
    lock = registry.home.running / task.id
    lock.write_text("attempt = 1\n")
    assert registry.load(task.id).status is Status.LOST
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert registry.load(task.id).status is Status.STARTING
    assert registry.load(task.id).status is Status.LOST


def test_an_unknown_task_is_unknown(registry: Registry) -> None:
    with pytest.raises(UnknownTask):
        registry.load("agent_20000101_000000")


def test_the_home_is_found_by_variable_then_by_state_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELEGATE_HOME", "/named/here")
    assert Home.find().root == Path("/named/here")
    monkeypatch.delenv("DELEGATE_HOME")
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert Home.find().root == Path("/state/delegate")


def test_a_lock_that_cannot_be_looked_at_is_not_a_free_one(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = accept(registry)
    with transaction(registry) as change:
        change.write_state(task, State(Status.STARTING, attempts=(Attempt(1, "x.log"),)))
    (registry.home.running / task.id).touch()
    open_file = os.open

    def refuse(path: Path, *args: int, **options: int) -> int:
        if Path(path) == registry.home.running / task.id:
            raise OSError(24, "Too many open files", str(path))
        return open_file(path, *args, **options)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OSError, match="Too many"):
        registry.load(task.id)
    operations.tidy(registry, Config())
    monkeypatch.undo()
    assert registry.state(task.id).status is Status.STARTING


def test_a_deletion_that_took_nothing_is_not_the_one_that_undo_takes_back(registry: Registry) -> None:
    task = finish(registry, accept(registry))
    operations.delete(registry, [task.id])
    (registry.home.trash / "29991231_235959_000000").mkdir()  # a crash came before anything was moved
    with transaction(registry) as change:
        assert trash.delete(change, [task.id]) == 0
    with transaction(registry) as change:
        assert trash.restore(change) == [task.id]


def test_a_damaged_record_does_not_keep_a_reader_waiting_for_a_lock_in_vain(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = finish(registry, accept(registry))
    registry.home.task_file(bad.id, "state.toml").write_bytes(b"")
    monkeypatch.setattr("app.registry.files.LOCK_PATIENCE_S", 0.05)
    with registry.home.lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert registry.recent(10) == []
    assert registry.recent(10) == []
    assert [damaged.name for damaged in registry.damaged()] == [bad.id]
