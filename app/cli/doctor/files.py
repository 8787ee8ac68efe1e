"""Looks at the folders and files of the registry, and changes none."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from app.cli.doctor.facts import Place, Traces
from app.registry import trash
from app.registry.files import RECORD_LIMIT, read_regular
from app.registry.inventory import stored_logs
from app.registry.paths import Home
from app.registry.store import Registry

ABANDONED_S = 60.0
"""A file is being written for milliseconds; one older than this was left by a process that died."""

_ERRORS = ("runner.err", "supervisor.err")
_COMPLAINT = 4096
_OBJECTS = "objects"


def places(home: Home) -> list[Place]:
    """Every folder and file of the registry, but nothing in trash and quarantine, which hold anything."""
    found = [_place(home, path, folder=True) for path in home.folders if os.path.lexists(path)]
    for folder in (home.tasks, *_own(home)):
        for path in _children(folder):
            found.append(_place(home, path, folder=path.parent == home.tasks))
            if path.parent == home.tasks:
                found += [_place(home, inner, folder=inner.name == _OBJECTS) for inner in _children(path)]
    for folder in (home.logs, home.queued, home.running):
        found += [_place(home, path, folder=False) for path in _children(folder)]
    found += [_place(home, path, folder=True) for path in _own(home) if path.name != "dashboard"]
    found += [_place(home, path, folder=True) for path in _whole(home)]
    known = {*home.folders, *_own(home), *_whole(home)}
    found += [_place(home, path, folder=False) for path in _children(home.root) if path not in known]
    return found


def _own(home: Home) -> tuple[Path, ...]:
    """Folders that are there only once somebody has made use of them."""
    return tuple(
        path for path in (home.root / "dashboard", home.history, home.root / "discarded") if path.is_dir()
    )


def _whole(home: Home) -> tuple[Path, ...]:
    """Folders that are looked at from outside only: the worktrees in them are their tasks' own."""
    return tuple(path for path in (home.root / "worktrees",) if path.is_dir())


def traces(registry: Registry, cap: int) -> Traces:
    """What interrupted work has left behind, and what the logs take of their bound in bytes."""
    home = registry.home
    errors = [path for path in _error_files(home) if path.is_file() and not path.is_symlink()]
    logs = stored_logs(registry)
    tasks = set(registry.ids())
    return Traces(
        half_made=_below(home, half_made(home)),
        empty_errors=_below(home, (path for path in errors if _is_idle_and_empty(registry, path))),
        complaints=tuple((_name(home, path), line) for path in errors if (line := _last_line(path))),
        stale_deletions=tuple(trash.stale(home)),
        orphaned_logs=tuple(f"logs/{log.name}" for log in logs if log.task_id not in tasks),
        logs_taken=sum(log.taken for log in logs) + sum(item.taken for item in trash.deletions(home)),
        logs_cap=cap,
    )


def half_made(home: Home) -> list[Path]:
    """What a process that was killed has left of a file, a task or a deletion in the making."""
    candidates = [
        path
        for folder in (home.root, home.tasks, home.logs, home.running, home.trash, *_children(home.tasks))
        for path in _children(folder)
        if path.name.startswith(".") or _is_aside(path.name)
    ]
    return [path for path in candidates if _age(path) > ABANDONED_S]


def _is_aside(name: str) -> bool:
    """Whether it is what a runner writes aside before it renames: ``end.toml.4711``."""
    stem, _, pid = name.rpartition(".")
    return pid.isdigit() and stem.endswith(".toml")


def _place(home: Home, path: Path, *, folder: bool) -> Place:
    info = path.lstat()
    kinds = {stat.S_IFDIR: "folder", stat.S_IFREG: "file", stat.S_IFLNK: "link"}
    kind = kinds.get(stat.S_IFMT(info.st_mode), "other")
    own = path.name.startswith(("summary", "outcome"))
    name = "" if path == home.root else _name(home, path)
    return Place(name, kind, info.st_uid, stat.S_IMODE(info.st_mode), folder, private=not own)


def _children(folder: Path) -> list[Path]:
    """What lies in a folder that is one; what goes away meanwhile, and what may not be read, is left out."""
    with contextlib.suppress(OSError):
        if not folder.is_symlink():
            return sorted(path for path in folder.iterdir() if os.path.lexists(path))
    return []


def _error_files(home: Home) -> Iterator[Path]:
    yield home.root / _ERRORS[1]
    for folder in _children(home.tasks):
        yield folder / _ERRORS[0]


def _is_idle_and_empty(registry: Registry, path: Path) -> bool:
    """Whether nothing was written to it, and nobody will: a runner removes its own at its end."""
    in_hand = path.parent.name in registry.in_hand()
    return path.name == _ERRORS[0] and not in_hand and path.stat().st_size == 0 and _age(path) > ABANDONED_S


def _last_line(path: Path) -> str:
    with contextlib.suppress(OSError):
        lines = read_regular(path, RECORD_LIMIT)[-_COMPLAINT:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else ""
    return ""


def _age(path: Path) -> float:
    try:
        return time.time() - path.lstat().st_mtime
    except OSError:
        return 0.0


def _below(home: Home, paths: Iterator[Path] | list[Path]) -> tuple[str, ...]:
    return tuple(_name(home, path) for path in paths)


def _name(home: Home, path: Path) -> str:
    return str(path.relative_to(home.root))
