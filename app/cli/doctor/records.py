"""Looks at records, markers, locks and processes, and changes none."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.cli.doctor.facts import Leftover, Lock, Records
from app.model.status import Attention, Status
from app.model.task import Task
from app.registry.files import try_lock
from app.registry.holds import read_holds
from app.registry.paths import Home, is_task_id, marker_id
from app.registry.rebuilding import what_is_wrong
from app.registry.store import DamagedRecord, Registry, UnknownTask
from app.registry.values import SCHEMA, BadRecord
from app.supervisor.processes import MARK, PROC, is_ours
from app.supervisor.scheduling import waits_for_something

PATIENCE_S = 1.0
"""How long a lock may be held before it is worth a word; changes take milliseconds."""


def records(registry: Registry) -> Records:
    """How all records stand."""
    tasks, damaged, newer = _read(registry)
    known = {task.id: task for task in tasks}
    unclear = {*damaged, *newer}
    queued = [marker_id(name) for name in _names(registry.home.queued) if marker_id(name)]
    in_hand = registry.in_hand()
    waiting = {task.id for task in tasks if task.state.status is Status.QUEUED}
    started = {task.id for task in tasks if task.state.status is Status.STARTING}
    stale = {*queued} - waiting - unclear | {*in_hand} - started - unclear
    found = Records(
        count=len(known) + len(unclear),
        damaged=tuple(damaged),
        newer=(*newer, *_numbers(task for task in tasks if task.read_only)),
        lost=_numbers(task for task in tasks if task.status is Status.LOST and _not_seen(task)),
        stale=tuple(_named(known, task_id) for task_id in sorted(stale)),
        unmarked=_numbers(known[task_id] for task_id in sorted(waiting - {*queued} | started - {*in_hand})),
        unsettled=_numbers(task for task in tasks if task.unsettled and task.live is None),
        unsaved=tuple((f"#{task.number}", task.unsaved) for task in tasks if task.unsaved),
        quarantined=len(registry.damaged()),
    )
    return _with_settings(registry, _with_holds(registry, found))


def locks(home: Home) -> list[Lock]:
    """The registry's lock, if it is there."""
    return [_lock(home.lock)] if home.lock.exists() else []


def leftovers(registry: Registry) -> list[Leftover]:
    """Living processes with the mark of a task of this registry that has ended."""
    found: dict[str, list[int]] = {}
    prefix = f"{MARK}={registry.home.tasks}/"
    for pid in (int(name) for name in _names(Path(PROC)) if name.isdigit()):
        task_id = _marked(pid, os.fsencode(prefix))
        if task_id and not is_ours(pid):
            found.setdefault(task_id, []).append(pid)
    return [left for task_id, pids in sorted(found.items()) if (left := _leftover(registry, task_id, pids))]


def holders(path: Path) -> tuple[str, ...]:
    """Who holds the lock of a file, by the kernel's table of locks (proc(5), /proc/locks)."""
    info = path.stat()
    key = f":{info.st_ino}"
    found = []
    with contextlib.suppress(OSError):
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            words = line.split()
            if len(words) > 5 and words[1] == "FLOCK" and words[5].endswith(key):
                found.append(f"pid {words[4]} ({_command(words[4])})")
    return tuple(found)


def _read(registry: Registry) -> tuple[list[Task], list[str], list[str]]:
    """All tasks, the ids of those whose records are damaged, and of those too new to be understood."""
    tasks: list[Task] = []
    damaged: list[str] = []
    newer: list[str] = []
    for task_id in registry.ids():
        try:
            tasks.append(registry.load(task_id))
        except DamagedRecord as damage:
            (newer if damage.newer else damaged).append(task_id)
        except UnknownTask:
            continue
        except OSError:
            damaged.append(task_id)
    return tasks, damaged, newer


def _with_holds(registry: Registry, found: Records) -> Records:
    try:
        held = read_holds(registry.home)
    except (BadRecord, OSError) as error:
        return replace(found, holds=str(error))
    return replace(
        found, held=tuple((hold.agent, f"{hold.words} (#{hold.number}: {hold.reason})") for hold in held)
    )


def _with_settings(registry: Registry, found: Records) -> Records:
    try:
        settings = registry.settings()
        if settings.schema <= SCHEMA and (wrong := what_is_wrong(registry, settings, datetime.now(UTC))):
            return replace(found, reason=f"is wrong: {wrong}")
        alone = waits_for_something(registry) and not _is_held(registry.home.supervisor_lock)
        return replace(found, next_number=settings.next_number, schema=settings.schema, waits_alone=alone)
    except (BadRecord, OSError) as error:
        return replace(found, reason=f"cannot be read: {error}")


def _lock(path: Path) -> Lock:
    deadline = time.monotonic() + PATIENCE_S
    while held := _is_held(path):
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return Lock(path.name, held, holders(path) if held else ())


def _is_held(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return not try_lock(descriptor, shared=True)
    finally:
        os.close(descriptor)


def _marked(pid: int, prefix: bytes) -> str:
    """The id of the task that a process belongs to by its environment; empty when to none."""
    try:
        with open(f"{PROC}/{pid}/environ", "rb") as file:  # noqa: PTH123 - one for every process there is
            environment = file.read()
    except OSError:
        return ""
    for entry in environment.split(b"\0"):
        if entry.startswith(prefix):
            task_id = entry[len(prefix) :].decode("ascii", "replace")
            return task_id if is_task_id(task_id) else ""
    return ""


def _leftover(registry: Registry, task_id: str, pids: list[int]) -> Leftover | None:
    try:
        task = registry.load(task_id)
    except (UnknownTask, DamagedRecord, OSError):
        return Leftover(task_id, tuple(pids))
    if not task.status.ended or task.live is not None:
        return None
    kept = task.attempt is not None and task.attempt.kept > 0
    return Leftover(f"#{task.number}", tuple(pids), kept=kept, lost=task.status is Status.LOST)


def _command(pid: str) -> str:
    with contextlib.suppress(OSError):
        return Path(f"{PROC}/{pid}/comm").read_text(errors="replace").strip()
    return "gone"


def _named(known: dict[str, Task], task_id: str) -> str:
    return f"#{known[task_id].number}" if task_id in known else task_id


def _numbers(tasks: Iterable[Task]) -> tuple[str, ...]:
    return tuple(f"#{task.number}" for task in tasks)


def _not_seen(task: Task) -> bool:
    return task.state.attention is not Attention.SEEN


def _names(folder: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return sorted(os.listdir(folder))  # noqa: PTH208 - names are all that is needed
    return []
