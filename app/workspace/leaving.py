"""Throwing worktrees away, alone or with their tasks, and bringing back what was thrown away last."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.model.task import Task
from app.registry import trash
from app.registry.files import read_regular, write_atomic
from app.registry.paths import Home
from app.registry.project import named_by_project
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import OperationError
from app.workspace.discarding import Discarded, HoldsWork, bring_back, discard, discarded, forget
from app.workspace.git import GitError
from app.workspace.place import Workspace
from app.workspace.providing import Provision
from app.workspace.repository import Repository, look
from app.workspace.taking import Held, held_by, place_of
from app.workspace.taskfiles import TaskFiles, workspace_of

KEPT_S = 30 * 86400.0
"""After how many seconds what was thrown away is given up, at the next time that something is."""

_STAMP = "%Y%m%d_%H%M%S_%f"
_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many tasks went to the trash, and in words why the worktree of one of them stays."""

    count: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Undone:
    """What is back: tasks that were deleted, or the worktree of one that is there. ``problem`` says what
    could not be brought back."""

    tasks: tuple[Task, ...] = ()
    worktree: Task | None = None
    problem: str = ""


def throw_away(registry: Registry, task: Task, *, yes: bool) -> Held:
    """Discard the worktree and the branch of a task; the task stays. Returns what it held.

    Raises HoldsWork without a ``yes`` where it holds something; CannotTake, GitError and OSError.
    """
    place = place_of(registry.home, task, "discard")
    found = held_by(registry.home, [task])
    if not found:
        raise GitError(f"the worktree of #{task.number} is gone already")
    if not found[0].empty and not yes:
        raise HoldsWork(found[0].words)
    kept = discard(place, yes=True, always=True)
    if kept is not None:
        _note(registry.home, task, kept)
    _forget_old(place)
    return found[0]


def delete(registry: Registry, tasks: Sequence[Task], *, yes: bool = False) -> Deleted:
    """Put tasks into the trash, and discard their worktrees so that undo brings both back.

    Raises HoldsWork without a ``yes`` where a worktree holds something, with nothing changed; OperationError.
    """
    held = held_by(registry.home, tasks)
    refuse_to_lose(held, yes=yes)
    count = operations.delete(registry, [task.id for task in tasks])
    return Deleted(count, _discard_each(held))


def refuse_to_lose(held: Iterable[Held], *, yes: bool) -> None:
    """Raise HoldsWork where one of the worktrees holds something, and nobody has said yes to that."""
    if yes:
        return
    if words := [one.words for one in held if not one.empty]:
        more = f" and {len(words) - 3} more" if len(words) > 3 else ""
        raise HoldsWork("; ".join(words[:3]) + more)


def undo(registry: Registry) -> Undone:
    """Take back the newest deletion or discard. Raises OperationError where there is none, and GitError."""
    thrown = _newest_note(registry.home)
    deletions = [item.name for item in trash.deletions(registry.home) if item.name[:1].isdigit()]
    if thrown is not None and thrown.name > max(deletions, default=""):
        return _undo_discard(registry, thrown)
    tasks = operations.undo(registry)
    return Undone(tuple(tasks), problem=_bring_back_each(registry, tasks))


def _discard_each(held: Iterable[Held]) -> str:
    """Discard the worktrees of tasks that are in the trash by now; what stays is told in words."""
    problem = ""
    for one in held:
        try:
            discard(one.workspace, yes=True, always=True)
            _forget_old(one.workspace)
        except (GitError, HoldsWork, OSError) as error:
            problem = problem or f"the worktree of #{one.task.number} stays: {error}"
    return problem


def _bring_back_each(registry: Registry, tasks: Iterable[Task]) -> str:
    """Bring back the worktrees of tasks that are there again."""
    thrown = {note["ref"] for note in map(_read, _notes(registry.home)) if note}
    problem = ""
    for task in tasks:
        place = workspace_of(registry.home, task.id)
        if place is None or place.folder.is_dir() or not place.home.is_dir():
            continue
        try:
            repository = look(place.home)
            kept = _kept(repository, place, thrown) if repository else None
            if repository is not None and kept is not None:
                _restore(registry, task, repository, kept.ref)
        except (GitError, OSError) as error:
            problem = problem or f"the worktree of #{task.number} is not back: {error}"
    return problem


def _kept(repository: Repository, place: Workspace, thrown: Iterable[str]) -> Discarded | None:
    """What was kept of a worktree when its task was deleted; not what a person had discarded before."""
    found = [one for one in discarded(repository) if one.workspace.folder == place.folder]
    fitting = [one for one in found if one.ref not in thrown and one.workspace.number == place.number]
    return fitting[-1] if fitting else None


def _restore(registry: Registry, task: Task, repository: Repository, ref: str) -> None:
    wish = task.request.workspace
    links, copies, _ = named_by_project(repository.folder)
    links, copies = (*links, *(wish.links if wish else ())), (*copies, *(wish.copies if wish else ()))
    provision = Provision(tuple(dict.fromkeys(links)), tuple(dict.fromkeys(copies)))
    back = bring_back(repository, ref, provision)
    TaskFiles(registry.home, task.id, 1).save_workspace(back)


def _undo_discard(registry: Registry, thrown: Path) -> Undone:
    note = _read(thrown)
    repository = look(Path(note["home"])) if note else None
    if note is None or repository is None:
        thrown.unlink(missing_ok=True)
        raise OperationError("what was discarded last cannot be brought back: its repository is gone")
    task = registry.load(note["task"])
    _restore(registry, task, repository, note["ref"])
    thrown.unlink(missing_ok=True)
    return Undone(worktree=task)


# What a person has discarded, in the order of time, so that undo knows what was last.


def _folder(home: Home) -> Path:
    return home.root / "discarded"


def _note(home: Home, task: Task, kept: Discarded) -> None:
    _folder(home).mkdir(mode=0o700, exist_ok=True)
    stamp = datetime.now(UTC).strftime(_STAMP)
    record = {"task": task.id, "ref": kept.ref, "home": str(kept.workspace.home)}
    write_atomic(_folder(home) / stamp, json.dumps(record).encode())


def _notes(home: Home) -> list[Path]:
    """The notes, oldest first; those past their time, and of tasks that are gone, are taken away."""
    try:
        found = sorted(path for path in _folder(home).iterdir() if path.name[:1].isdigit())
    except OSError:
        return []
    limit = datetime.fromtimestamp(time.time() - KEPT_S, UTC).strftime(_STAMP)
    for path in found:
        if path.name < limit:
            path.unlink(missing_ok=True)
    return [path for path in found if path.name >= limit]


def _newest_note(home: Home) -> Path | None:
    """The newest discard whose task is there."""
    for path in reversed(_notes(home)):
        note = _read(path)
        if note is not None and home.task(note["task"]).is_dir():
            return path
    return None


def _read(path: Path) -> dict[str, str] | None:
    with contextlib.suppress(OSError, ValueError):
        record = json.loads(read_regular(path, _LIMIT))
        if isinstance(record, dict) and {"task", "ref", "home"} <= record.keys():
            return {key: str(value) for key, value in record.items()}
    return None


def _forget_old(place: Workspace) -> None:
    """Give up what was thrown away long ago in the same repository."""
    with contextlib.suppress(GitError, OSError):
        repository = look(place.home)
        if repository is None:
            return
        form = "--format=%(committerdate:unix) %(refname)"
        listed = repository.git.read("for-each-ref", form, "refs/delegate/discarded/").decode()
        for line in listed.splitlines():
            when, _, ref = line.partition(" ")
            if when.isdigit() and time.time() - int(when) > KEPT_S:
                forget(repository, ref)
