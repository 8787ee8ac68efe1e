"""Worktrees that were left without a task: found, told, and removed where they hold nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.doctor.facts import Finding, Level
from app.registry.paths import Home
from app.registry.store import Registry

if TYPE_CHECKING:
    from app.workspace.place import Workspace

FIX = "delegate doctor --fix"


@dataclass(frozen=True, slots=True)
class Stray:
    """A worktree of no task: its folder's name, what it holds in words, and whether that is nothing."""

    name: str
    words: str
    empty: bool = False


def strays(registry: Registry) -> list[Stray]:
    """The worktrees that no task has. Starts git, but only where there are any."""
    return [_stray(folder) for folder in _left(registry.home)]


def check_strays(found: Sequence[Stray]) -> Iterator[Finding]:
    """What to do about worktrees that no task has."""
    for stray in found:
        advice = FIX if stray.empty else "take what you need of it, then: git worktree remove FOLDER"
        yield Finding(
            Level.WARN, "worktrees", f"worktrees/{stray.name} belongs to no task: {stray.words}", advice
        )
    if not found:
        yield Finding(Level.OK, "worktrees", "every worktree belongs to a task")


def remove_strays(home: Home, found: Iterable[Stray]) -> str:
    """Remove those that hold nothing; says how many."""
    from app.workspace.discarding import HoldsWork, discard
    from app.workspace.git import GitError

    count = 0
    for stray in found:
        place = _workspace(home.root / "worktrees" / stray.name) if stray.empty else None
        if place is not None:
            with contextlib.suppress(GitError, HoldsWork, OSError):
                discard(place)
                count += 1
    return f"{count} worktrees of no task, which held nothing, are removed" if count else ""


def _left(home: Home) -> list[Path]:
    """The folders among the worktrees that no task names as its own."""
    try:
        folders = sorted((home.root / "worktrees").iterdir())
    except OSError:
        return []
    if not folders:
        return []
    from app.workspace.taskfiles import workspace_of

    with contextlib.suppress(OSError):
        ids = [path.name for path in home.tasks.iterdir()]
        known = {str(place.folder) for one in ids if (place := workspace_of(home, one)) is not None}
        return [folder for folder in folders if str(folder) not in known and not _being_made(home, folder)]
    return []


def _being_made(home: Home, folder: Path) -> bool:
    """Whether a task that runs may be making it just now: its record is written at the end of that."""
    number = folder.name.partition("-")[0]
    registry = Registry(home)
    task_id = registry.find_number(int(number)) if number.isdigit() else None
    return task_id is not None and task_id in registry.in_hand()


def _stray(folder: Path) -> Stray:
    from app.workspace.discarding import holdings
    from app.workspace.git import GitError

    place = _workspace(folder)
    if place is None:
        return Stray(folder.name, "it is half made, or no worktree at all")
    try:
        held = holdings(place)
    except (GitError, OSError) as error:
        return Stray(folder.name, f"what it holds cannot be told ({error})")
    return Stray(folder.name, held.words, held.empty)


def _workspace(folder: Path) -> Workspace | None:
    from app.workspace.place import load

    with contextlib.suppress(OSError):
        said = (folder / ".git").read_text().removeprefix("gitdir: ").rstrip("\n")
        return load(Path(said))
    return None
