"""What a person has discarded, and what is being brought back, in the order of time: what undo takes next."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from app.registry.files import read_regular, write_atomic
from app.registry.paths import Home

KEPT_S = 30 * 86400.0
"""After how many seconds what was thrown away is given up, at the next time that something is."""

_STAMP = "%Y%m%d_%H%M%S_%f"
_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Note:
    """A worktree of a task that was thrown away: what is left of it is ``ref`` in the repository at ``home``.

    ``undoing`` is written down before an undo begins, and the note goes at its end: one that is found was cut
    short. ``failed`` says that an undo could not be done, so that it does not stand in the way of others.
    """

    task: str
    ref: str
    home: str
    undoing: bool = False
    failed: bool = False


def add(home: Home, note: Note) -> Path:
    """Write a note down, durably, or return the one that says the same already. Raises OSError."""
    for path, known in each(home):
        if replace(known, undoing=note.undoing, failed=note.failed) == note:
            return path
    _folder(home).mkdir(mode=0o700, exist_ok=True)
    path = _folder(home) / datetime.now(UTC).strftime(_STAMP)
    _write(path, note)
    return path


def mark(path: Path, *, failed: bool) -> None:
    """Write down that an undo begins, or that it has failed. Raises OSError."""
    note = read(path)
    if note is not None:
        _write(path, replace(note, undoing=True, failed=failed))


def each(home: Home) -> list[tuple[Path, Note]]:
    """The notes, oldest first; those past their time are taken away."""
    try:
        found = sorted(path for path in _folder(home).iterdir() if path.name[:1].isdigit())
    except OSError:
        return []
    limit = datetime.fromtimestamp(time.time() - KEPT_S, UTC).strftime(_STAMP)
    for path in found:
        if path.name < limit:
            path.unlink(missing_ok=True)
    return [(path, note) for path in found if path.name >= limit and (note := read(path)) is not None]


def of_task(home: Home, task_id: str) -> Note | None:
    """The newest note of a task."""
    return next((note for _, note in reversed(each(home)) if note.task == task_id), None)


def newest(home: Home, *, failed: bool = False) -> Path | None:
    """The newest note whose task is there: of those that were not tried in vain, or of those that were."""
    return next((path for path, note in reversed(_present(home)) if note.failed == failed), None)


def unfinished(home: Home) -> list[Path]:
    """The notes of undos that were cut short."""
    return [path for path, note in _present(home) if note.undoing and not note.failed]


def _present(home: Home) -> list[tuple[Path, Note]]:
    return [(path, note) for path, note in each(home) if home.task(note.task).is_dir()]


def read(path: Path) -> Note | None:
    """A note; None where it is gone or makes no sense."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        record = json.loads(read_regular(path, _LIMIT))
        known = {field.name for field in fields(Note)}
        return Note(**{key: value for key, value in record.items() if key in known})
    return None


def _write(path: Path, note: Note) -> None:
    write_atomic(path, json.dumps(asdict(note)).encode())


def _folder(home: Home) -> Path:
    return home.root / "discarded"
