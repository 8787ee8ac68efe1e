"""What a project's workspaces get: named by the project, and by the user for it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from app.registry.config import config_path
from app.workspace.providing import Provision

PROJECT_FILE = ".delegate/workspace.toml"
"""In the project: ``links`` and ``copies``. No command: a repository must not bring one that runs unasked."""


def user_file() -> Path:
    """The user's own: one table a project, by the path of its top: ``links``, ``copies`` and ``setup``."""
    return config_path().with_name("workspaces.toml")


def provision_for(top: Path) -> tuple[Provision, tuple[str, ...]]:
    """What the workspaces of a checkout get, and in words which settings were not understood."""
    project, problems = _read(top / PROJECT_FILE)
    every, more = _read(user_file())
    own = every.get(str(top), {})
    own = own if isinstance(own, dict) else {}
    links = (*_paths(project, "links"), *_paths(own, "links"))
    copies = (*_paths(project, "copies"), *_paths(own, "copies"))
    found = Provision(
        tuple(dict.fromkeys(links)), tuple(dict.fromkeys(copies)), str(own.get("setup", "") or "")
    )
    return found, (*problems, *more)


def _read(path: Path) -> tuple[dict[str, object], tuple[str, ...]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), ()
    except (FileNotFoundError, NotADirectoryError):
        return {}, ()
    except (OSError, ValueError) as error:
        return {}, (f"{path}: {error}",)


def _paths(table: dict[str, object], name: str) -> tuple[str, ...]:
    listed = table.get(name, [])
    return tuple(path for path in listed if isinstance(path, str)) if isinstance(listed, list) else ()
