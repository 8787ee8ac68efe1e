"""Taking what a task did, or leaving it: whether that can be done, and what a task still holds."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.model.task import Task
from app.registry.files import RegistryBusy
from app.registry.paths import Home
from app.registry.store import DamagedRecord, Registry, UnknownTask
from app.registry.transaction import NewerSchema, transaction
from app.workspace.applying import merge, remember
from app.workspace.discarding import Holdings, holdings
from app.workspace.git import GitError
from app.workspace.merging import MergePlan, Mode, is_in, merged_into
from app.workspace.merging import plan as plan_merge
from app.workspace.place import Workspace, is_whole
from app.workspace.taskfiles import workspace_of
from app.workspace.working import taken_of

_LONGEST_TITLE = 72
_NOTHING = Holdings()
_UNSAVED = (OSError, RegistryBusy, NewerSchema, UnknownTask, DamagedRecord)


class CannotTake(Exception):  # noqa: N818 - a state of affairs, not a fault
    """There is nothing to take or to leave of this task; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Held:
    """A task whose worktree stands, and what would be lost with it; ``problem``: why that is not known."""

    task: Task
    workspace: Workspace
    holdings: Holdings = _NOTHING
    problem: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing would be lost, for certain."""
        return self.holdings.empty and not self.problem

    @property
    def words(self) -> str:
        """What a question says of it: ``#7 holds 2 commits, not merged``."""
        if self.problem:
            return f"#{self.task.number}: what it holds cannot be told ({self.problem})"
        return f"#{self.task.number} {self.holdings.words}"


def place_of(home: Home, task: Task, verb: str) -> Workspace:
    """The worktree of a task whose work is there to be taken. Raises CannotTake.

    ``verb`` is what was wanted, for the message: ``merge``.
    """
    if not task.status.ended:
        raise CannotTake(f"#{task.number} is {task.status.word}: {verb} it once it has ended, or stop it")
    place = workspace_of(home, task.id)
    if place is not None:
        return place
    wish = task.request.workspace
    if wish is not None and wish.worktree:
        raise CannotTake(f"#{task.number} has no worktree: it ended before one was made")
    raise CannotTake(
        f"#{task.number} worked in place: there is nothing to {verb}, what it did is in the checkout"
    )


def merge_plan(home: Home, task: Task, mode: Mode = Mode.AUTO) -> MergePlan:
    """What taking a task's work would come to; nothing is touched. Raises CannotTake and GitError."""
    return plan_merge(place_of(home, task, "merge"), mode, message_for(task))


def take(registry: Registry, task: Task, plan: MergePlan) -> None:
    """Carry out a plan that is ready, and write down with the task where its work is now.

    Raises CannotMerge with nothing changed, and GitError.
    """
    merge(plan)
    if not plan.left_out:
        note_taken(registry, task, plan.home.branch)


def note_plan(registry: Registry, task: Task, plan: MergePlan) -> None:
    """Write down what a plan has found out: that all was taken, or that there is something to take again."""
    if plan.taken:
        with contextlib.suppress(GitError):
            if taken_of(plan.workspace) is None:
                remember(plan.workspace, plan.theirs, plan.onto)
        note_taken(registry, task, plan.home.branch)
    elif plan.changed or plan.conflicts:
        note_taken(registry, task, None)


def note_if_merged(registry: Registry, task: Task) -> None:
    """Find out whether a person has merged a task's work by hand, or undone its merge, and write that down.

    Of a worktree that is gone nothing more can be told.
    """
    place = workspace_of(registry.home, task.id)
    if (
        place is None
        or not task.status.ended
        or not place.home.is_dir()
        or (task.taken and not is_whole(place))
    ):
        return
    with contextlib.suppress(GitError, OSError):
        if task.taken and is_in(place, task.taken):
            return
        branch = merged_into(place)
        if branch or task.taken:
            note_taken(registry, task, branch)


def note_taken(registry: Registry, task: Task, branch: str | None) -> None:
    """Write down for each attempt that the task had whether its work is in a branch.

    Of one that began since nothing is said; a record that cannot be written stays.
    """
    seen = {attempt.number for attempt in task.state.attempts}
    with contextlib.suppress(*_UNSAVED), transaction(registry) as change:
        now = registry.load(task.id)
        attempts = tuple(
            replace(attempt, taken=branch) if attempt.number in seen else attempt
            for attempt in now.state.attempts
        )
        if now.status.ended and attempts != now.state.attempts:
            change.write_state(now, replace(now.state, attempts=attempts))


def message_for(task: Task) -> str:
    """The message of a commit that is made of a task's work: what was asked for."""
    lines = [line.strip() for line in task.text.splitlines() if line.strip()]
    title = re.sub(r"[\x00-\x1f\x7f]", " ", lines[0] if lines else task.name)
    short = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"
    return f"{short}\n\nWork of #{task.number}, {task.name}\n"


def held_by(home: Home, tasks: Iterable[Task]) -> tuple[Held, ...]:
    """Those of the tasks that have a worktree or its branch, each with what it holds."""
    found = []
    for task in tasks:
        place = workspace_of(home, task.id)
        if place is not None and (place.folder.is_dir() or place.git_dir.is_dir() or _branch_stands(place)):
            try:
                found.append(Held(task, place, holdings(place)))
            except (GitError, OSError) as error:
                found.append(Held(task, place, problem=str(error)))
    return tuple(found)


def _branch_stands(place: Workspace) -> bool:
    """Whether the branch is there still although the worktree is not, told without git where that is gone."""
    from app.workspace.git import Git

    return place.home.is_dir() and Git(place.home).ok("rev-parse", "--verify", "--quiet", place.ref)
