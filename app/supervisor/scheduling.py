"""The scheduling pass: put right what ended unseen, then start what may start. Anyone may run one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from app.model.queue import Load, Waiting, blocked_by, choose
from app.model.status import Attention, Status
from app.model.task import Task
from app.registry.config import Config
from app.registry.store import DamagedRecord, Registry, UnknownTask
from app.registry.transaction import Transaction, quarantine, transaction
from app.supervisor.facts import END
from app.supervisor.finish import close
from app.supervisor.launch import Start, hand_over, reap, spawn

NEVER_RAN = "its runner ended before it could start the command"
LOST = "its runner is gone, and with it the exit code"


def run_pass(registry: Registry, config: Config) -> list[Task]:
    """Start as many waiting tasks as may start now and return them.

    The lock is held while it is decided and written down, not while processes start.
    """
    reap()
    reconcile(registry)
    starts: list[Start] = []
    damages: list[DamagedRecord] = []
    try:
        with transaction(registry) as change:
            for task in _chosen(change, config, damages):
                starts.append(hand_over(change, task))  # noqa: PERF401 - a fault must not lose the ones before it
    finally:
        for start in starts:
            spawn(registry, start, config)
    for damage in damages:
        quarantine(registry, damage)
    _ensure_supervisor(registry)
    return [start.task for start in starts]


def _chosen(change: Transaction, config: Config, damages: list[DamagedRecord]) -> list[Task]:
    registry = change.registry
    load = Load(len(registry.in_hand()), config.limit, change.settings.paused)
    if not load.free:
        return []
    read: dict[str, Task] = {}
    ids = choose(_candidates(change, read, damages), load, registry.standing)
    return [read[task_id] for task_id in ids]


def _candidates(
    change: Transaction, read: dict[str, Task], damages: list[DamagedRecord]
) -> Iterator[Waiting]:
    """The waiting tasks in order, each read only when it is asked for."""
    registry = change.registry
    for task_id in registry.queue():
        try:
            task = registry.load(task_id)
        except UnknownTask:
            change.unmark(task_id)
            continue
        except DamagedRecord as damage:
            damages.append(damage)
            continue
        if task.state.status is not Status.QUEUED:
            continue
        read[task_id] = task
        yield Waiting(task_id, task.request.after)


def reconcile(registry: Registry) -> None:
    """Close every task whose runner has gone: from the end it wrote down, as lost, or back into the queue."""
    for task_id in registry.in_hand():
        if registry.live(task_id) is not None:
            continue
        with contextlib.suppress(UnknownTask, DamagedRecord):
            if close(registry, task_id) is None:
                _settle(registry, task_id)


def _settle(registry: Registry, task_id: str) -> None:
    with transaction(registry) as change:
        if registry.live(task_id) is not None or registry.home.task_file(task_id, END).exists():
            return
        state = registry.state(task_id)
        if state.status is not Status.STARTING or not state.attempts:
            change.unmark_running(task_id)
            return
        task = Task(registry.request(task_id), state)
        if _never_ran(registry, task_id):
            change.write_state(task, replace(state, status=Status.QUEUED, attempts=state.attempts[:-1]))
            return
        outcome = replace(state.attempts[-1].outcome, error=LOST)
        attempt = replace(state.attempts[-1], verdict=Status.LOST, reason=LOST, outcome=outcome)
        attempts = (*state.attempts[:-1], attempt)
        lost = replace(state, status=Status.LOST, attention=Attention.UNREAD, attempts=attempts)
        change.write_state(task, lost)


def _never_ran(registry: Registry, task_id: str) -> bool:
    """Whether the command was certainly not started: the runner had not even written down who it is.

    Its environment must still be there too, since that goes once the command has started.
    """
    from app.registry.codec import BadRecord, live_from_record, parse
    from app.registry.files import read_regular
    from app.supervisor.facts import LIVE_SIZE

    try:
        live = live_from_record(parse(read_regular(registry.home.running / task_id, LIVE_SIZE).rstrip(b"\0")))
    except (OSError, BadRecord):
        return False
    return live.runner is None and registry.home.task_file(task_id, "env").exists()


def waits_for_something(registry: Registry) -> bool:
    """Whether a task waits that will start by itself: for the end of a running one, or right now."""
    queue = registry.queue()
    if not queue or registry.settings().paused:
        return False
    return bool(registry.in_hand()) or any(_may_start(registry, task_id) for task_id in queue)


def _may_start(registry: Registry, task_id: str) -> bool:
    try:
        return not blocked_by(registry.request(task_id).after, registry.standing)
    except (UnknownTask, DamagedRecord, OSError):
        return False


def _ensure_supervisor(registry: Registry) -> None:
    from app.supervisor.service import ensure

    ensure(registry)
