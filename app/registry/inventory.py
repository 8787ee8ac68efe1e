"""What lies in the registry, with the facts that decide what is to be compressed, dropped or forgotten."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from app.model.status import Attention, Status
from app.model.task import Task
from app.registry.care import EndedTask, StoredLog
from app.registry.paths import PACKED
from app.registry.store import DamagedRecord, Registry, UnknownTask

_UNREADABLE = (UnknownTask, DamagedRecord, OSError)


def stored_logs(registry: Registry) -> list[StoredLog]:
    """Every log outside of the trash. Costs a look at each file, and a record for each running task."""
    with os.scandir(registry.home.logs) as entries:
        # The running tasks are looked up only after this: whatever is found here and runs is then known to.
        found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries if _is_log(entry)]
    live = _live_logs(registry)
    logs = []
    for file, info in found:
        name = file.removesuffix(PACKED)
        task_id = name.partition(".")[0]
        is_live = name in live or task_id in live
        taken = info.st_blocks * 512
        logs.append(StoredLog(name, task_id, taken, info.st_mtime, file != name, is_live))
    return logs


def with_attention(registry: Registry, logs: Sequence[StoredLog]) -> list[StoredLog]:
    """The same, each with whether somebody has looked at the end of its task."""
    unread = {task_id: _is_unread(registry, task_id) for task_id in {log.task_id for log in logs}}
    return [replace(log, unread=unread[log.task_id]) for log in logs]


def ended_tasks(
    registry: Registry, keep_s: float, now: float, is_busy: Callable[[Task], bool]
) -> Iterator[EndedTask]:
    """The tasks that ended, of those whose record has not changed for ``keep_s``; only these are read."""
    for task_id in registry.ids():
        with contextlib.suppress(*_UNREADABLE):
            changed = registry.home.task_file(task_id, "state.toml").lstat().st_mtime
            if now - changed <= keep_s:
                continue
            task = registry.load(task_id)
            if task.status.ended and not task.unsettled and not task.read_only:
                yield EndedTask(task.id, task.number, changed, task.unread, is_busy(task))


def needed_numbers(registry: Registry, besides: Collection[str] = ()) -> set[int]:
    """The numbers of the tasks that waiting ones wait for, these ids not counted among the waiting."""
    needed: set[int] = set()
    for task_id in set(registry.queue()).difference(besides):
        with contextlib.suppress(*_UNREADABLE):
            request = registry.request(task_id)
            needed.update(request.after, request.after_any)
    return needed


def _is_log(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and entry.is_file(follow_symlinks=False)


def _live_logs(registry: Registry) -> set[str]:
    """The logs of running attempts; where a record is unclear, the id of its task stands for all its logs."""
    live: set[str] = set()
    for task_id in registry.in_hand():
        try:
            attempts = registry.state(task_id).attempts
            live.add(attempts[-1].log if attempts else task_id)
        except _UNREADABLE:
            live.add(task_id)
    return live


def _is_unread(registry: Registry, task_id: str) -> bool:
    try:
        state = registry.state(task_id)
    except _UNREADABLE:
        return True  # nobody can have looked at it
    return state.status is not Status.QUEUED and state.attention is not Attention.SEEN
