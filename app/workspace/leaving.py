"""Throwing worktrees away, alone or with their tasks, and bringing back what was thrown away last."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.model.task import Task
from app.registry import trash
from app.registry.project import named_by_project
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import OperationError
from app.supervisor.refusing import in_one_line
from app.workspace import notes
from app.workspace.discarding import Discarded, HoldsWork, discard, discarded, forget, recorded
from app.workspace.git import GitError
from app.workspace.locking import held
from app.workspace.notes import Note
from app.workspace.packing import sweep
from app.workspace.place import Workspace, is_whole
from app.workspace.providing import Provision
from app.workspace.repository import Repository, look
from app.workspace.restoring import bring_back
from app.workspace.taking import Held, held_by, place_of
from app.workspace.taskfiles import TaskFiles, read_workspace, workspace_of


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

    Raises HoldsWork without a ``yes`` where it holds something; CannotTake, OperationError, GitError and
    OSError.
    """
    task = _by_now(registry, task.id)
    place = place_of(registry.home, task, "discard")
    found = held_by(registry.home, [task])
    if not found:
        raise GitError(f"the worktree of #{task.number} is gone already")
    if not found[0].empty and not yes:
        raise HoldsWork(found[0].words)
    discard(place, yes=True, always=True, note=lambda kept: notes.add(registry.home, _noted(task.id, kept)))
    _forget_old(place)
    return found[0]


@in_one_line
def _by_now(registry: Registry, task_id: str) -> Task:
    """The task as it is: between a question and its yes, another one may have started it again."""
    return registry.load(task_id)


def delete(registry: Registry, tasks: Sequence[Task], *, yes: bool = False) -> Deleted:
    """Put tasks into the trash, and discard their worktrees so that undo brings both back.

    Raises HoldsWork without a ``yes`` where a worktree holds something, with nothing changed; OperationError.
    """
    found = held_by(registry.home, tasks)
    refuse_to_lose(found, yes=yes)
    count = operations.delete(registry, [task.id for task in tasks])
    return Deleted(count, _discard_each(found))


def refuse_to_lose(found: Iterable[Held], *, yes: bool) -> None:
    """Raise HoldsWork where one of the worktrees holds something, and nobody has said yes to that."""
    if yes:
        return
    if words := [one.words for one in found if not one.empty]:
        more = f" and {len(words) - 3} more" if len(words) > 3 else ""
        raise HoldsWork("; ".join(words[:3]) + more)


def undo(registry: Registry) -> Undone:
    """Take back the newest deletion or discard, or finish an undo that was cut short.

    One that was tried in vain is tried again once there is nothing else. Raises OperationError where there is
    nothing, and GitError where it cannot be done; then, and where it is killed, it can be repeated.
    """
    with held(registry.home.root / "discarded" / "lock", "another undo is under way"):
        return _undo(registry)


def _undo(registry: Registry) -> Undone:
    home = registry.home
    thrown, deletion = notes.newest(home), trash.newest(home)
    if (
        deletion is not None
        and deletion.name[:1].isdigit()
        and (thrown is None or thrown.name < deletion.name)
    ):
        thrown = None
    elif thrown is None and deletion is None:
        thrown = notes.newest(home, failed=True)
    if thrown is None:
        begun = _begin_each(registry)
        tasks = operations.undo(registry)
        return Undone(tuple(tasks), problem=_finish_each(registry, begun))
    undone = _undo_discard(registry, thrown)
    rest = _finish_each(registry, notes.unfinished(home))
    return replace(undone, problem=undone.problem or rest)


def _discard_each(found: Iterable[Held]) -> str:
    """Discard the worktrees of tasks that are in the trash by now; what stays is told in words."""
    problem = ""
    for one in found:
        try:
            discard(one.workspace, yes=True, always=True)
            _forget_old(one.workspace)
        except (GitError, HoldsWork, OSError) as error:
            problem = problem or f"the worktree of #{one.task.number} stays: {error}"
    return problem


def _begin_each(registry: Registry) -> list[Path]:
    """Write down which worktrees come back with the tasks that an undo is about to bring back.

    Whoever finds these notes after a kill brings the rest back.
    """
    home, folder = registry.home, trash.newest(registry.home)
    known = {note.ref for _, note in notes.each(home) if not note.undoing}
    begun = []
    for trashed in sorted(folder.iterdir()) if folder else ():
        with contextlib.suppress(GitError, OSError):
            kept = _kept(read_workspace(trashed), known)
            if kept is not None:
                begun.append(notes.add(home, _noted(trashed.name, kept, undoing=True)))
    return begun


def _finish_each(registry: Registry, begun: Iterable[Path]) -> str:
    """Bring back the worktrees of tasks that are there again; what could not be is told in words."""
    problem = ""
    for path in begun:
        try:
            problem = _undo_discard(registry, path).problem or problem
        except (GitError, OperationError, OSError) as error:
            problem = problem or f"a worktree is not back: {error}"
    return problem


def _kept(place: Workspace | None, thrown: Collection[str]) -> Discarded | None:
    """What was kept of a worktree when its task was deleted; not what a person had discarded before.

    None where it stands. Raises GitError.
    """
    repository = look(place.home) if place and not is_whole(place) and place.home.is_dir() else None
    if place is None or repository is None:
        return None
    found = [one for one in discarded(repository) if one.workspace.folder == place.folder]
    fitting = [one for one in found if one.ref not in thrown and one.workspace.number == place.number]
    return fitting[-1] if fitting else None


def _undo_discard(registry: Registry, thrown: Path) -> Undone:
    """Bring the worktree of a note back. The note goes once all else is done."""
    note = notes.read(thrown)
    repository = look(Path(note.home)) if note else None
    if note is None or repository is None:
        thrown.unlink(missing_ok=True)
        raise OperationError("what was discarded last cannot be brought back: its repository is gone")
    task = registry.load(note.task)
    notes.mark(thrown, failed=False)
    try:
        problem = _restore(registry, task, repository, note)
    except (GitError, OSError):
        notes.mark(thrown, failed=True)
        raise
    thrown.unlink(missing_ok=True)
    return Undone(worktree=task, problem=problem)


def _restore(registry: Registry, task: Task, repository: Repository, note: Note) -> str:
    """Bring a worktree back, or what an earlier undo has left to do; returns what is not back, in words."""
    if not repository.git.ok("rev-parse", "--verify", "--quiet", note.ref):
        place = workspace_of(registry.home, task.id)
        if note.undoing and place is not None and is_whole(place):
            return ""
        raise GitError(f"what was discarded of #{task.number} is kept no longer")
    wish = task.request.workspace
    links, copies, _ = named_by_project(repository.folder)
    links, copies = (*links, *(wish.links if wish else ())), (*copies, *(wish.copies if wish else ()))
    provision = Provision(tuple(dict.fromkeys(links)), tuple(dict.fromkeys(copies)))
    files = TaskFiles(registry.home, task.id, 1)
    before = recorded(repository.git, note.ref)[0].notes
    back = bring_back(repository, note.ref, provision, files.save_workspace)
    return "; ".join(one for one in back.notes if one not in before)


def _noted(task_id: str, kept: Discarded, *, undoing: bool = False) -> Note:
    return Note(task_id, kept.ref, str(kept.workspace.home), undoing)


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
            if when.isdigit() and time.time() - int(when) > notes.KEPT_S:
                forget(repository, ref)
        sweep(repository, time.time() - 2 * notes.KEPT_S)
