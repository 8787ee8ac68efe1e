"""Where a task works, what proves it, and what it changed: as lines for people and values for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.model.changes import Changes
from app.model.task import Task
from app.registry.changed import read_changes
from app.registry.paths import Home
from app.supervisor.steps import PLACE
from app.workspace import notes
from app.workspace.notes import Note
from app.workspace.place import Workspace
from app.workspace.taskfiles import workspace_of

_SHOWN_ID = 10
_RESULTS = {"passed": "it passed", "failed": "it failed"}


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What is written down of a task's place: its worktree, if it has one, and its changes, once it ended.

    ``in_place`` says that it works in place, though it may have wished for a worktree; ``thrown`` is the note
    of its worktree that was discarded, until it is back.
    """

    worktree: Workspace | None = None
    in_place: bool = False
    changes: Changes | None = None
    thrown: Note | None = None


def facts_of(home: Home, task: Task, *, noted: bool = True) -> PlaceFacts:
    """What is written down; nothing is looked at and no git is run.

    Unless ``noted``, what was discarded is left out: who asks of thousands of tasks cannot read all notes for
    each.
    """
    if task.request.workspace is None or task.attempt is None:
        return PlaceFacts()
    ended = task.status.ended
    worktree = workspace_of(home, task.id)
    return PlaceFacts(
        worktree,
        worktree is None and home.task_file(task.id, PLACE).exists(),
        read_changes(home, task.id, task.attempt.number) if ended else None,
        notes.of_task(home, task.id) if ended and noted else None,
    )


def place_lines(task: Task, facts: PlaceFacts) -> Iterator[tuple[str, str]]:
    """Labels and values, not yet safe for a terminal."""
    wish, place = task.request.workspace, facts.worktree
    if place is not None:
        gone = _gone(facts.thrown, stands=place.folder.is_dir())
        yield "workspace", f"{place.folder}{gone}"
        yield "branch", f"{place.branch} from {place.base[:_SHOWN_ID]}"
        if task.taken:
            yield "merged", f"into {task.taken}"
    elif wish is not None:
        yield "workspace", _without_worktree(wish.worktree, facts.in_place)
    if task.request.check:
        result = _RESULTS.get((task.attempt.check if task.attempt else None) or "", "")
        yield "check", " · ".join(part for part in (task.request.check, result) if part)
    if facts.changes is not None:
        yield "changes", facts.changes.words


def _without_worktree(wished: bool, in_place: bool) -> str:
    """What to say of the place of a task that has no worktree, or none yet."""
    if not wished:
        return "in place"
    return "in place: there was no commit to start a worktree from" if in_place else "a worktree of its own"


def _gone(thrown: Note | None, *, stands: bool) -> str:
    """What to say of a worktree that is not there, or not whole."""
    if thrown is not None and thrown.undoing:
        return " (not back yet: U, or delegate undo, brings back what is missing)"
    if stands:
        return ""
    return " (discarded: U, or delegate undo, brings it back)" if thrown is not None else " (gone)"


def place_values(task: Task, facts: PlaceFacts) -> dict[str, object]:
    """Plain values for JSON; a key without a value is None."""
    wish, place, changes = task.request.workspace, facts.worktree, facts.changes
    return {
        "worktree": wish.worktree if wish is not None else None,
        "workspace": str(place.folder) if place is not None else None,
        "branch": place.branch if place is not None else None,
        "base": place.base if place is not None else None,
        "merged_into": task.taken,
        "check_command": task.request.check,
        "changes": None
        if changes is None
        else {
            "files": len(changes.files),
            "added": changes.added,
            "removed": changes.removed,
            "commits": len(changes.commits),
        },
    }
