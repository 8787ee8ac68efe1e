"""Keeping the registry within its bounds: logs are compressed or dropped, old tasks go, once an hour."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from app.logs.packing import StillWritten, is_written, pack
from app.model.status import Status
from app.model.task import State, Task
from app.registry import trash
from app.registry.care import DAY_S, Plan, StoredLog, expired, plan
from app.registry.codec import dump
from app.registry.config import Config
from app.registry.damage import add_to_reason
from app.registry.files import try_lock
from app.registry.inventory import ended_tasks, needed_numbers, stored_logs, with_attention
from app.registry.paths import PACKED
from app.registry.store import DamagedRecord, Registry, UnknownTask
from app.registry.transaction import NewerSchema, transaction
from app.supervisor import leftovers
from app.supervisor.releasing import released

PERIOD_S = 3600.0
"""The shortest time between two rounds, in seconds."""

BATCH = 50
"""How many tasks go to the trash in one transaction: the lock is held for milliseconds."""


@dataclass(slots=True)
class Round:
    """What one round has done: logs compressed and dropped, tasks that went to the trash, deletions that can
    no longer be undone, bytes given back to the disk. ``left`` is what the logs take now, in bytes."""

    packed: int = 0
    dropped: int = 0
    expired: int = 0
    forgotten: int = 0
    freed: int = 0
    left: int = 0


def care_if_due(registry: Registry, config: Config) -> Round | None:
    """Do a round unless one was done within the hour, or is being done. Raises OSError, NewerSchema."""
    with _turn(registry) as (descriptor, last):
        now = time.time()
        # A time to come is one from before the clock was set back.
        if descriptor is None or 0 <= now - last < PERIOD_S:
            return None
        with contextlib.suppress(OSError):  # a full disk is one more reason to go on
            _write_down(descriptor, Round(), now)
        done = care(registry, config, now)
        _write_down(descriptor, done, now)
        return done


def care(registry: Registry, config: Config, now: float) -> Round:
    """Do a round. It may take minutes of compressing; the registry's lock is held only to change records."""
    done = Round()
    _retire(registry, config.keep_s, now, done)
    _forget(registry, trash.stale(registry.home), done)
    _remove_half_done(registry, now)
    logs = {(log.name, log.packed): log for log in stored_logs(registry)}
    while not (todo := _plan(registry, config, list(logs.values()), now)).empty:
        _forget(registry, [deletion.name for deletion in todo.forget], done)
        for log in (*todo.pack, *todo.drop):
            known = logs.pop((log.name, log.packed))
            after = _pack(registry, known, done) if todo.pack else _drop(registry, known, done)
            if after is not None:
                logs[after.name, after.packed] = after
    done.left = sum(log.taken for log in logs.values())
    return done


def _plan(registry: Registry, config: Config, logs: list[StoredLog], now: float) -> Plan:
    deletions = trash.deletions(registry.home)
    todo = plan(logs, deletions, config.logs_bytes, now)
    if not todo.drop:
        return todo
    # Only now it matters who has looked at what, which costs a record for each.
    return plan(with_attention(registry, logs), deletions, config.logs_bytes, now)


def _retire(registry: Registry, keep_s: float | None, now: float, done: Round) -> None:
    """Put tasks that were kept for long enough into the trash."""
    if keep_s is None:
        return
    candidates = ended_tasks(registry, keep_s, now, lambda task: _is_busy(registry, task))
    ids = expired(candidates, keep_s, needed_numbers(registry), now)
    for first in range(0, len(ids), BATCH):
        free = released(registry, ids[first : first + BATCH])
        with transaction(registry) as change:
            needed = needed_numbers(registry)  # a task that waits for one may have come meanwhile
            batch = [task_id for task_id in free if _may_go(registry, task_id, needed)]
            done.expired += trash.delete(change, batch, expired=True) if batch else 0
            change.changed = True


def _may_go(registry: Registry, task_id: str, needed: Collection[int]) -> bool:
    """Whether it is still so that the task has ended, somebody has looked at it and none waits for it."""
    with contextlib.suppress(UnknownTask, DamagedRecord, OSError):
        task = registry.load(task_id)
        kept = task.unread or task.read_only or task.number in needed
        return task.state.status.ended and not kept
    return False


def _is_busy(registry: Registry, task: Task) -> bool:
    """Whether processes of an ended task live; only of some kinds of end can there be any."""
    may_be = task.status is Status.LOST or any(run.kept or run.survivors for run in task.state.attempts)
    return may_be and bool(leftovers.find(registry.home, task))


def _pack(registry: Registry, log: StoredLog, done: Round) -> StoredLog:
    """Compress a log; returns what is known of it now."""
    path = registry.home.log(log.name)
    try:
        taken = pack(path).lstat().st_blocks * 512
    except StillWritten:
        return replace(log, live=True)
    except OSError:
        return replace(log, packed=True)  # there may be no room for both: it can only be dropped
    done.packed += 1
    done.freed += log.taken - taken
    return replace(log, taken=taken, packed=True)


def _drop(registry: Registry, log: StoredLog, done: Round) -> StoredLog | None:
    """Give up a log, once its record says so; returns what is known of it if it has to stay."""
    path = registry.home.log(f"{log.name}{PACKED}" if log.packed else log.name)
    path = path if path.exists() else registry.home.log(log.name)
    try:
        if is_written(path) or not _record_drop(registry, log):
            return replace(log, live=True)
        path.unlink()
    except FileNotFoundError:
        return None
    except (OSError, DamagedRecord, NewerSchema):
        return replace(log, live=True)
    done.dropped += 1
    done.freed += log.taken
    return None


def _record_drop(registry: Registry, log: StoredLog) -> bool:
    """Note at the attempt that its log is gone; False where the attempt runs."""
    path = registry.home.task_file(log.task_id, "state.toml")
    with transaction(registry) as change:
        try:
            task = Task(registry.request(log.task_id), registry.state(log.task_id))
        except UnknownTask:
            # It belongs to nobody, or to a task whose record is in quarantine: there it can still be told.
            add_to_reason(
                registry.home, log.task_id, f"its log {log.name} was dropped: all logs took too much"
            )
            return True
        if task.state.status is Status.STARTING and task.attempt and task.attempt.log == log.name:
            return False
        before = path.lstat()
        change.write_state(task, _without_log(task.state, log.name))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # the task is not younger for it
    return True


def _without_log(state: State, name: str) -> State:
    now = datetime.now(UTC).replace(microsecond=0)
    runs = (replace(run, log_dropped=now) if run.log == name else run for run in state.attempts)
    return replace(state, attempts=tuple(runs))


def _forget(registry: Registry, names: Sequence[str], done: Round) -> None:
    """Remove deletions for good."""
    if names:
        with transaction(registry) as change:
            done.forgotten += len(trash.forget(change, names))
    for folder in registry.home.trash.glob(f"{trash.FORGOTTEN}*"):  # also what a crash has left of one
        shutil.rmtree(folder, ignore_errors=True)


def _remove_half_done(registry: Registry, now: float) -> None:
    """Remove what a round that was killed has left of a compressed log."""
    for path in registry.home.logs.glob(f".*{PACKED}.*"):
        with contextlib.suppress(OSError):
            if now - path.lstat().st_mtime > DAY_S:
                path.unlink()


@contextlib.contextmanager
def _turn(registry: Registry) -> Iterator[tuple[int | None, float]]:
    """The report's file, locked, and when the last round began; None while somebody else has a turn."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(registry.home.care, flags, 0o600)
    try:
        info = os.fstat(descriptor)
        last = info.st_mtime if info.st_size else 0.0
        yield (descriptor if try_lock(descriptor) else None), last
    finally:
        os.close(descriptor)


def _write_down(descriptor: int, done: Round, now: float) -> None:
    report = dump({"at": datetime.fromtimestamp(int(now), UTC), **asdict(done)})
    os.pwrite(descriptor, report, 0)
    os.ftruncate(descriptor, len(report))
