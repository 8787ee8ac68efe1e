"""Deleting tasks so that it can be undone: one folder in the trash for each deletion."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.model.task import Task
from app.registry.files import sync_folder
from app.registry.store import DamagedRecord, UnknownTask
from app.registry.transaction import Transaction

KEPT = timedelta(days=7)
"""How long a deletion can be undone."""

_STAMP = "%Y%m%d_%H%M%S_%f"
_LOGS = "logs"


def delete(change: Transaction, task_ids: Sequence[str]) -> int:
    """Move tasks and their logs into the trash as one deletion; returns how many there still were."""
    home = change.registry.home
    task_ids = [task_id for task_id in task_ids if home.task(task_id).is_dir()]
    if not task_ids:
        return 0
    _purge(home.trash)
    deletion = home.trash / datetime.now(UTC).strftime(_STAMP)
    deletion.mkdir(mode=0o700)
    sync_folder(home.trash)
    for task_id in task_ids:
        change.unmark(task_id)
        folder = deletion / task_id
        home.task(task_id).rename(folder)
        _move_logs(home.logs, folder / _LOGS, task_id)
    sync_folder(home.tasks)
    sync_folder(deletion)
    return len(task_ids)


def restore(change: Transaction) -> list[str]:
    """Bring back what the newest deletion took; returns the ids, empty when there is none to undo."""
    home = change.registry.home
    newest = _newest_deletion(home.trash)
    if newest is None:
        return []
    change.changed = True
    restored = []
    for folder in sorted(newest.iterdir()):
        logs = folder / _LOGS
        if logs.is_dir():
            _move_logs(logs, home.logs, folder.name)
            logs.rmdir()
        folder.rename(home.task(folder.name))
        _mark_again(change, folder.name)
        restored.append(folder.name)
    newest.rmdir()
    sync_folder(home.tasks)
    return restored


def _newest_deletion(trash: Path) -> Path | None:
    """The newest deletion that holds anything; a crash may have left one that does not."""
    for path in sorted(filter(_time_of, trash.iterdir()), reverse=True):
        if any(path.iterdir()):
            return path
        path.rmdir()
    return None


def _mark_again(change: Transaction, task_id: str) -> None:
    registry = change.registry
    with contextlib.suppress(UnknownTask, DamagedRecord):
        change.mark(Task(registry.request(task_id), registry.state(task_id)))


def _move_logs(source: Path, target: Path, task_id: str) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    for log in source.glob(f"{task_id}.*"):
        log.rename(target / log.name)


def _purge(trash: Path) -> None:
    """Forget deletions that are too old to be undone."""
    for path in trash.iterdir():
        moment = _time_of(path)
        if moment and datetime.now(UTC) - moment > KEPT:
            shutil.rmtree(path, ignore_errors=True)


def _time_of(deletion: Path) -> datetime | None:
    try:
        return datetime.strptime(deletion.name, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
