"""What a run has changed, as a file in the task's folder: ``changes.toml``, one for each attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from app.model.changes import ChangedFile, Changes, Commit, Kind
from app.registry import values
from app.registry.codec import dump, parse
from app.registry.files import read_regular, write_atomic
from app.registry.paths import Home
from app.registry.values import BadRecord, naming_the_fault

LIMIT = 64 * 1024 * 1024
"""The largest of these files that is read, in bytes."""

MOST_FILES = 20_000
"""How many files are listed; of a task that changes more, the counts tell the rest."""


def changes_name(attempt: int) -> str:
    """The file in the task's folder that lists what an attempt has changed."""
    return "changes.toml" if attempt == 1 else f"changes.{attempt}.toml"


def write_changes(home: Home, task_id: str, attempt: int, changes: Changes) -> None:
    """Write down what an attempt has changed. Raises OSError."""
    write_atomic(home.task_file(task_id, changes_name(attempt)), dump(to_record(changes)))


def read_changes(home: Home, task_id: str, attempt: int) -> Changes | None:
    """What an attempt has changed; None where nobody wrote it down, or it makes no sense."""
    try:
        record = parse(read_regular(home.task_file(task_id, changes_name(attempt)), LIMIT))
        return from_record(record)
    except (OSError, BadRecord):
        return None


def to_record(changes: Changes) -> dict[str, Any]:
    """The content of ``changes.toml``; defaults are left out, since there may be many files."""
    files = changes.files[:MOST_FILES]
    more = len(changes.files) - len(files)
    partial = changes.partial or (f"{more:,} more files" if more else "")
    return {
        "schema": values.SCHEMA,
        "start": changes.start,
        "end": changes.end,
        "partial": partial or None,
        "commit": [
            {name: values.to_toml(getattr(commit, name)) for name in ("id", "subject", "author", "when")}
            for commit in changes.commits
        ]
        or None,
        "file": [_file_to_record(file) for file in files] or None,
    }


def from_record(record: Mapping[str, Any]) -> Changes:
    """Read ``changes.toml``. Raises BadRecord."""
    with naming_the_fault(record):
        return Changes(
            files=tuple(_file_from_record(item) for item in record.get("file", ())),
            commits=tuple(
                Commit(**{name: values.string(item, name) for name in ("id", "subject", "author", "when")})
                for item in record.get("commit", ())
            ),
            start=values.string(record, "start"),
            end=values.string(record, "end"),
            partial=values.string(record, "partial") if "partial" in record else "",
        )


_DEFAULTS = {item.name: item.default for item in fields(ChangedFile)}
_PATHS = ("path", "old_path", "note")


def _file_to_record(file: ChangedFile) -> dict[str, Any]:
    record = {
        name: getattr(file, name) for name, default in _DEFAULTS.items() if getattr(file, name) != default
    }
    for name in _PATHS:
        if record.get(name) is not None:
            record[name] = values.to_toml(record[name])
    return {**record, "kind": file.kind.value}


def _file_from_record(record: Mapping[str, Any]) -> ChangedFile:
    known: dict[str, Any] = {name: record[name] for name in _DEFAULTS if name in record}
    for name in _PATHS:
        if name in known:
            known[name] = values.string(record, name)
    return ChangedFile(**{**known, "kind": Kind(record["kind"])})
