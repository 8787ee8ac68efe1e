"""What a task has changed, as far as it is known: while it runs, at its end, and when its place is gone."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from app.model.changes import ChangedFile, Changes, Kind
from app.model.status import Status
from app.model.task import COMMAND, WORKER, Attempt, Task
from app.registry.changed import read_changes
from app.registry.paths import Home
from app.workspace.compare import describe, files_between
from app.workspace.difftext import DiffText
from app.workspace.git import Git, GitError
from app.workspace.place import Workspace
from app.workspace.recording import end
from app.workspace.repository import look
from app.workspace.snapshot import stored
from app.workspace.taskfiles import TaskFiles
from app.workspace.working import changes_in


@dataclass(frozen=True, slots=True)
class Review:
    """What an attempt has changed. Without ``changes``, ``remark`` says why nothing is known.

    With them it says what a person should know of them, if anything. ``place`` is the worktree, None for a
    task without one; ``gone`` says that its folder is not there any more. ``top`` is the folder that the
    paths are relative to. ``git`` reads the diff between the two states.
    """

    changes: Changes | None = None
    remark: str = ""
    place: Workspace | None = None
    gone: bool = False
    top: Path | None = None
    git: Git | None = None

    @property
    def comparable(self) -> bool:
        """Whether there are two states whose difference can be read."""
        return self.git is not None and bool(self.changes and self.changes.start and self.changes.end)


def review(home: Home, task: Task, attempt: Attempt | None = None, store: Path | None = None) -> Review:
    """What an attempt, by default the newest, has changed so far or had changed at its end.

    Uncommitted work of a task that runs is written into ``store``, a folder that the caller removes. Raises
    GitError.
    """
    attempt = attempt or task.attempt
    if attempt is None:
        return Review(remark="It has not started yet.")
    files = TaskFiles(home, task.id, attempt.number)
    place = files.workspace()
    found = Review(place=place, gone=place is not None and not place.folder.is_dir())
    newest = attempt == task.attempt
    if newest and task.status.live:
        return _so_far(found, files, task, store)
    recorded = read_changes(home, task.id, attempt.number)
    if recorded is not None:
        remark = "Its worktree is gone; this is what it had changed at its end." if found.gone else ""
        return _readable(replace(found, changes=recorded, remark=remark), task, files.objects)
    if newest and _tracked(task) and task.status.ended:
        return _unrecorded(found, files, task, store)
    return _untracked(found, task, attempt)


def open_diff(found: Review, file: ChangedFile | None) -> DiffText:
    """The text of the difference, of one file or of all. It is to be closed. Raises GitError."""
    if found.git is None or found.changes is None or not found.comparable:
        raise GitError("there is nothing to compare it with")
    return DiffText(found.git, found.changes.start, found.changes.end, file)


def open_commit(found: Review, commit: str) -> DiffText:
    """The text of what a commit changed. It is to be closed. Raises GitError."""
    if found.git is None:
        raise GitError("there is no repository to read it from")
    return DiffText(found.git, _before(found.git, commit), commit)


def diff_of(found: Review, choice: int | None) -> DiffText:
    """The text of the difference of a file, or of a commit behind the last file, by its number; None: of all.

    It is to be closed. Raises GitError.
    """
    changes = found.changes
    if changes is None or not (changes.files or changes.commits):
        raise GitError("nothing changed")
    if choice is None:
        return open_diff(found, None)
    if choice >= len(changes.files):
        return open_commit(found, changes.commits[choice - len(changes.files)].id)
    if changes.files[choice].note:
        raise GitError(f"there are no lines to show: {changes.files[choice].note}")
    return open_diff(found, changes.files[choice])


def scratch_store(home: Home, task: Task) -> tempfile.TemporaryDirectory[str]:
    """A folder for the objects of one look at a task that runs, which sees those of its start as well."""
    folder = tempfile.TemporaryDirectory(prefix="delegate-look-")
    attempt = task.attempt.number if task.attempt else 1
    objects = TaskFiles(home, task.id, attempt).objects
    (Path(folder.name) / "info").mkdir()
    (Path(folder.name) / "info" / "alternates").write_text(f"{objects}\n")
    return folder


def _tracked(task: Task) -> bool:
    return task.request.workspace is not None and task.request.workspace.prepared


def _so_far(found: Review, files: TaskFiles, task: Task, store: Path | None) -> Review:
    """What a task has changed that runs."""
    if not _tracked(task):
        return replace(found, remark=_why_untracked(task))
    changes = _now(found, files, task, store)
    if changes is None:
        return replace(found, remark="Its place is being prepared.")
    return _readable(replace(found, changes=changes), task, store or files.objects)


def _unrecorded(found: Review, files: TaskFiles, task: Task, store: Path | None) -> Review:
    """What is there of a task whose end nobody saw: its runner was killed, or never began."""
    if found.gone:
        return replace(found, remark="Its worktree is gone, and nobody wrote down what it had changed.")
    changes = _now(found, files, task, store)
    if changes is None:
        return replace(found, remark="Nothing is known: it ended before its place was made.")
    whose = "" if found.place else ", by it or by others"
    remark = f"Nobody saw its end: this is what has changed until now{whose}."
    return _readable(replace(found, changes=changes, remark=remark), task, store or files.objects)


def _now(found: Review, files: TaskFiles, task: Task, store: Path | None) -> Changes | None:
    """The changes up to this moment; None where the task's place has not been made."""
    if found.place is not None:
        return changes_in(found.place, store or files.objects)
    if task.request.workspace is not None and task.request.workspace.worktree and not files.start.exists():
        return None
    return end(Path(task.request.folder), files.start, store or files.objects)


def _untracked(found: Review, task: Task, attempt: Attempt) -> Review:
    """What is known of a task nobody watches: what it told itself, the worker's commit above all."""
    outcome = attempt.outcome
    top = Path(task.request.folder)
    repository = look(top) if outcome.commit else None
    if outcome.commit and repository is not None:
        git = repository.git
        if git.ok("cat-file", "-e", f"{outcome.commit}^{{commit}}"):
            start = _before(git, outcome.commit)
            files = files_between(git, start, outcome.commit)
            changes = Changes(files, describe(git, [outcome.commit]), start, outcome.commit)
            return replace(
                found, changes=changes, top=repository.top, git=git, remark="What it committed, as it told."
            )
    if outcome.files:
        told = tuple(ChangedFile(path, Kind.MODIFIED, note="as it told") for path in outcome.files)
        remark = "The files that it told to have changed; nothing was compared."
        return replace(found, changes=Changes(told), top=top, remark=remark)
    return replace(found, remark=_why_untracked(task))


def _before(git: Git, commit: str) -> str:
    """What a commit differs from: the one before it, or the tree without files."""
    parent = git.line("rev-parse", "--verify", "--quiet", f"{commit}^1")
    return parent or git.line("hash-object", "-t", "tree", "--stdin") or ""


def _why_untracked(task: Task) -> str:
    if task.request.agent == COMMAND:
        return "No changes are tracked: a plain command."
    if task.request.agent == WORKER:
        return "The worker told of no changes." if task.status.ended else "The worker tells at its end."
    if task.status is Status.QUEUED:
        return "It waits for its next attempt."
    return "No changes are tracked: nobody wrote down how it began."


def _readable(found: Review, task: Task, objects: Path) -> Review:
    """The review with the git that reads its two states, as far as there is a repository."""
    folder = Path(task.request.folder)
    if found.place is not None:
        folder = found.place.home if found.gone else found.place.folder
    repository = look(folder) if folder.is_dir() else None
    if repository is None:
        return replace(found, top=folder)
    with_objects = objects.is_dir()
    git = stored(repository, objects) if with_objects else repository.git
    return replace(found, top=repository.top, git=git)
