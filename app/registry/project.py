"""What a project itself names for its worktrees: files that git does not bring."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from app.registry.files import read_regular

PROJECT_FILE = ".delegate/workspace.toml"
"""In the project: ``links`` and ``copies``. No command: a repository must not bring one that runs unasked."""

_LIMIT = 64 * 1024


def named_by_project(top: Path) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The paths to link, those to copy, and in words what was not understood."""
    path = top / PROJECT_FILE
    try:
        record: dict[str, Any] = tomllib.loads(read_regular(path, _LIMIT).decode())
    except (FileNotFoundError, NotADirectoryError):
        return (), (), ()
    except (OSError, ValueError) as error:
        return (), (), (f"{PROJECT_FILE}: {error}",)
    return _paths(record, "links"), _paths(record, "copies"), ()


def _paths(record: dict[str, Any], name: str) -> tuple[str, ...]:
    listed = record.get(name, [])
    return tuple(path for path in listed if isinstance(path, str)) if isinstance(listed, list) else ()
