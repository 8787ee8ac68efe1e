"""Deleting tasks so that it can be undone: one folder in the trash for each deletion."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.model.task import Task
from app.registry.care import StoredDeletion
from app.registry.files import sync_folder
from app.registry.paths import Home
from app.registry.store import DamagedRecord, UnknownTask
from app.registry.transaction import Transaction

KEPT = timedelta(days=7)
"""How long a deletion can be undone."""

FORGOTTEN = ".forgotten_"
"""How the name of a deletion begins that is just being removed."""

_STAMP = "%Y%m%d_%H%M%S_%f"
_LOGS = "logs"
_EXPIRED = "expired_"


def delete(change: Transaction, task_ids: Sequence[str], *, expired: bool = False) -> int:
    """Move tasks and their logs into the trash as one deletion; returns how many there still were.

    ``expired`` ones were not deleted by a person, and are brought back only after all that were.
    """
    home = change.registry.home
    task_ids = [task_id for task_id in task_ids if home.task(task_id).is_dir()]
    if not task_ids:
        return 0
    forget(change, stale(home))  # removed with the next round of care: that may take a while
    stamp = datetime.now(UTC).strftime(_STAMP)
    deletion = home.trash / (f"{_EXPIRED}{stamp}" if expired else stamp)
    logs = _by_task(home.logs)
    deletion.mkdir(mode=0o700)
    sync_folder(home.trash)
    for task_id in task_ids:
        folder = deletion / task_id
        home.task(task_id).rename(folder)
        change.unmark(task_id)  # only now: a task that waits without its marker would never start
        _move(logs.get(task_id, ()), folder / _LOGS)
    sync_folder(home.tasks)
    sync_folder(deletion)
    return len(task_ids)


def newest(home: Home) -> Path | None:
    """The folder of the deletion that an undo takes back next, None where there is none."""
    return next((deletion for deletion in _in_order(home) if any(deletion.iterdir())), None)


def restore(change: Transaction) -> list[str]:
    """Bring back what the newest deletion took; returns the ids, empty when there is none to undo."""
    for deletion in _in_order(change.registry.home):
        restored = _restore(change, sorted(deletion.iterdir()))
        deletion.rmdir()
        if restored:  # one that was cut short may hold nothing
            return restored
    return []


def _in_order(home: Home) -> list[Path]:
    return sorted(filter(_time_of, home.trash.iterdir()), key=_newest_first, reverse=True)


def _restore(change: Transaction, folders: Sequence[Path]) -> list[str]:
    if not folders:
        return []
    home = change.registry.home
    with change.reindexed():
        for folder in folders:
            logs = folder / _LOGS
            if logs.is_dir():
                _move(logs.iterdir(), home.logs)
                logs.rmdir()
            _touch(folder)
            folder.rename(home.task(folder.name))
            _mark_again(change, folder.name)
        sync_folder(home.tasks)
    return [folder.name for folder in folders]


def _mark_again(change: Transaction, task_id: str) -> None:
    registry = change.registry
    with contextlib.suppress(UnknownTask, DamagedRecord):
        change.mark(Task(registry.request(task_id), registry.state(task_id)))


def deletions(home: Home) -> list[StoredDeletion]:
    """What can still be undone, oldest first, and what its logs take of the disk."""
    return [
        StoredDeletion(path.name, sum(map(_taken, path.glob(f"*/{_LOGS}/*"))))
        for path in sorted(
            filter(_time_of, home.trash.iterdir()), key=lambda path: path.name.removeprefix(_EXPIRED)
        )
    ]


def forget(change: Transaction, names: Iterable[str]) -> list[Path]:
    """Take deletions out of the trash for good; returns the folders that are left to be removed, which may
    take a while and needs no lock."""
    trash = change.registry.home.trash
    forgotten = []
    for name in names:
        with contextlib.suppress(FileNotFoundError):
            forgotten.append((trash / name).rename(trash / f"{FORGOTTEN}{name}"))
    return forgotten


def stale(home: Home) -> list[str]:
    """The names of the deletions that are too old to be undone."""
    now = datetime.now(UTC)
    return [path.name for path in home.trash.iterdir() if (moment := _time_of(path)) and now - moment > KEPT]


def _stamp_of(deletion: Path) -> str:
    return deletion.name.removeprefix(_EXPIRED)


def _newest_first(deletion: Path) -> tuple[bool, str]:
    """The order in which deletions are undone: those of a person come before those that went by their age."""
    return not deletion.name.startswith(_EXPIRED), deletion.name


def _touch(folder: Path) -> None:
    """Let the age of a task count anew, so that it does not go again at once."""
    with contextlib.suppress(OSError):
        os.utime(folder / "state.toml", follow_symlinks=False)


def _by_task(logs: Path) -> dict[str, list[Path]]:
    """The logs of each task, found in one look."""
    found: dict[str, list[Path]] = {}
    for log in logs.iterdir():
        found.setdefault(log.name.partition(".")[0], []).append(log)
    return found


def _move(logs: Iterable[Path], target: Path) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    for log in logs:
        log.rename(target / log.name)


def _taken(path: Path) -> int:
    try:
        return path.lstat().st_blocks * 512
    except OSError:
        return 0


def _time_of(deletion: Path) -> datetime | None:
    try:
        return datetime.strptime(_stamp_of(deletion), _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
