"""Records that do not parse: kept whole in quarantine with the reason, never thrown away or in the way."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.registry.files import RegistryBusy, read_regular, write_atomic
from app.registry.paths import Home

if TYPE_CHECKING:
    from app.registry.store import DamagedRecord, Registry

LONGEST_REASON = 64 * 1024
LARGEST_COPY = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Damaged:
    """A record in quarantine: what it was called, what was wrong, and where it lies whole."""

    name: str
    reason: str
    path: Path


def in_quarantine(home: Home) -> list[Damaged]:
    """What lies in quarantine, oldest first."""
    with contextlib.suppress(FileNotFoundError):
        return [
            Damaged(path.name, _reason(path), path)
            for path in sorted(home.quarantine.iterdir())
            if not path.name.startswith(".") and path.suffix != ".reason"
        ]
    return []


def quarantine(registry: Registry, damage: DamagedRecord) -> None:
    """Move a task whose records do not parse out of the way, whole, with the reason beside it.

    One that a runner still has in hand stays until that has written down how it ended.
    """
    from app.registry.transaction import NewerSchema, transaction

    if damage.newer or registry.live(damage.task_id) is not None:
        return
    # Whoever reads goes on reading, also where nothing can be moved right now.
    with contextlib.suppress(OSError, NewerSchema, RegistryBusy), transaction(registry) as change:
        if _still_damaged(registry, damage.task_id):
            put_away(registry.home, registry.home.task(damage.task_id), damage.task_id, damage.reason)
            change.unmark(damage.task_id)


def put_away(home: Home, path: Path, name: str, reason: str) -> None:
    """Move a file or a folder into quarantine under a name, with the reason beside it. Raises OSError."""
    path.rename(_place(home, name, reason))


def keep_copy(home: Home, path: Path, name: str, reason: str) -> None:
    """Keep a copy of a record that is about to be replaced; what is no file is put away. Raises OSError."""
    try:
        content = read_regular(path, LARGEST_COPY)
    except FileNotFoundError:
        return
    except OSError:
        put_away(home, path, name, reason)
        return
    write_atomic(_place(home, name, reason), content)


def add_to_reason(home: Home, task_id: str, line: str) -> None:
    """Say one thing more of a task in quarantine; nothing where it is not there. Raises OSError."""
    for damaged in in_quarantine(home):
        if damaged.name.partition(".")[0] == task_id and damaged.path.is_dir():
            path = damaged.path.with_name(f"{damaged.name}.reason")
            write_atomic(path, f"{damaged.reason}\n{line}\n".encode())


def _place(home: Home, name: str, reason: str) -> Path:
    target = _free_name(home.quarantine / name)
    write_atomic(target.with_name(f"{target.name}.reason"), f"{reason}\n".encode())
    return target


def _still_damaged(registry: Registry, task_id: str) -> bool:
    from app.registry.store import DamagedRecord, UnknownTask

    try:
        registry.load(task_id)
    except DamagedRecord:
        return True
    except (UnknownTask, OSError):
        return False
    return False


def _free_name(path: Path) -> Path:
    candidate, count = path, 1
    while candidate.exists():
        count += 1
        candidate = path.with_name(f"{path.name}.{count}")
    return candidate


def _reason(path: Path) -> str:
    try:
        reason = read_regular(path.with_name(f"{path.name}.reason"), LONGEST_REASON)
    except OSError:
        return "the reason was not written down"
    return reason.decode(errors="replace").strip()
