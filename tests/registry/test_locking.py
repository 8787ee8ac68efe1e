"""The one lock: held by one at a time, and by nobody twice, whatever a reader finds while it is held."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import pytest

from app.registry.config import Config
from app.registry.files import LockedAlready, locked, try_lock
from app.registry.store import Registry
from app.registry.transaction import transaction
from app.supervisor import care, operations, scheduling
from app.supervisor.operations import OperationError
from tests.registry.test_registry import accept, finish

QUIET = Config(limit=1)

DEEDS: dict[str, Callable[[Registry, str], object]] = {
    "pass": lambda registry, _: scheduling.run_pass(registry, QUIET),
    "settle": lambda registry, _: scheduling.reconcile(registry),
    "care": lambda registry, _: care.care(registry, Config(keep_s=1.0, logs_bytes=1), time.time() + 1e6),
    "stop": lambda registry, task_id: operations.stop(registry, task_id),
    "stop all": lambda registry, _: operations.stop_all(registry),
    "retry": lambda registry, task_id: operations.retry(registry, task_id, os.environ, QUIET),
    "free": lambda registry, task_id: operations.free(registry, task_id, QUIET),
    "delete": lambda registry, task_id: operations.delete(registry, [task_id]),
    "clean": lambda registry, _: operations.cleanable(registry),
    "undo": lambda registry, _: operations.undo(registry),
    "seen": lambda registry, task_id: operations.mark_seen(registry, task_id),
    "tidy": lambda registry, _: operations.tidy(registry, QUIET),
    "list": lambda registry, _: registry.recent(100),
}


def is_free(registry: Registry) -> bool:
    """Whether nobody holds the lock, told by another open file."""
    descriptor = os.open(registry.home.lock, os.O_RDWR)
    try:
        return try_lock(descriptor)
    finally:
        os.close(descriptor)


def test_who_holds_the_lock_is_told_at_once_that_it_asks_for_it_again(registry: Registry) -> None:
    accept(registry)
    with transaction(registry), pytest.raises(LockedAlready), transaction(registry):
        pass
    assert is_free(registry)
    with transaction(registry):
        assert not is_free(registry)


def test_another_thread_waits_for_its_turn(registry: Registry) -> None:
    accept(registry)
    order: list[str] = []
    waits = threading.Event()

    def second() -> None:
        waits.set()
        with locked(registry.home.lock):
            order.append("second")

    thread = threading.Thread(target=second)
    with locked(registry.home.lock):
        thread.start()
        assert waits.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    ("stands", "record"),
    [
        ("queued", "state.toml"),
        ("ended", "task.toml"),
        ("in hand", "state.toml"),
        ("of an earlier boot", "task.toml"),
    ],
)
def test_a_damaged_record_lets_nobody_ask_for_the_lock_twice(
    registry: Registry, deed: str, stands: str, record: str
) -> None:
    operations.pause(registry)
    tasks = [accept(registry), accept(registry), finish(registry, accept(registry))]
    damaged = tasks[2] if stands == "ended" else tasks[0]
    if stands == "in hand":
        (registry.home.running / damaged.id).touch()
    if stands == "of an earlier boot":
        settings = registry.home.settings.read_text()
        registry.home.settings.write_text(settings.replace("boot = ", 'boot = "an earlier one" # '))
    registry.home.task_file(damaged.id, record).write_bytes(b"\0")
    for task_id in (damaged.id, tasks[1].id):
        try:
            DEEDS[deed](registry, task_id)
        except OperationError as error:
            assert "locked" not in str(error)  # noqa: PT017 - most of them may refuse
    assert is_free(registry)
