"""`delegate merge`, `push` and `discard`: taking what a task did, or leaving it."""

from __future__ import annotations

import functools
from collections.abc import Callable

from app.cli.arguments import Arguments
from app.cli.confirm import confirm
from app.cli.errors import CommandError, UsageError
from app.cli.output import clean, say
from app.cli.session import Session, named_tasks
from app.model.changes import counted
from app.model.task import Task
from app.supervisor.refusing import OperationError
from app.workspace import applying, exporting
from app.workspace.applying import CannotMerge
from app.workspace.discarding import HoldsWork
from app.workspace.git import GitError
from app.workspace.leaving import throw_away
from app.workspace.merging import MergePlan, Mode, few
from app.workspace.taking import CannotTake, held_by, merge_plan, note_plan, place_of, take

Run = Callable[[Session, Arguments], int]

_MODES = {"squash": Mode.SQUASH, "cherry-pick": Mode.PICK, "no-ff": Mode.MERGE}
_FAULTS = (GitError, CannotTake, CannotMerge, HoldsWork, OperationError)


def git_in_one_line(command: Run) -> Run:
    """A command whose failures in git end in one line for the person."""

    @functools.wraps(command)
    def run(session: Session, arguments: Arguments) -> int:
        try:
            return command(session, arguments)
        except _FAULTS as error:
            raise CommandError(clean(str(error))) from None

    return run


@git_in_one_line
def merge(session: Session, arguments: Arguments) -> int:
    """Show what a merge would do, and do it after a yes."""
    task = _one(session, arguments, "merge")
    modes = [mode for name, mode in _MODES.items() if arguments.has(name)]
    if len(modes) > 1:
        raise UsageError("give one of --squash, --cherry-pick and --no-ff")
    applying.mend_at(place_of(session.registry.home, task, "merge").home)
    plan = merge_plan(session.registry.home, task, modes[0] if modes else Mode.AUTO)
    note_plan(session.registry, task, plan)
    if not plan.ready:
        raise CommandError(f"#{task.number}: {clean(plan.words)}")
    say(*plan_lines(plan))
    if not arguments.has("yes"):
        confirm(
            f"merge #{task.number}",
            "nothing was merged",
            "this changes your branch. With no terminal to confirm it, add --yes",
        )
    take(session.registry, task, plan)
    say(f"#{task.number} is in {clean(plan.home.branch or '')}: {counted(len(plan.changed), 'file')}")
    return 0


def plan_lines(plan: MergePlan) -> list[str]:
    """What a merge would do, in lines for a person."""
    return [
        f"{clean(plan.words)} in {clean(str(plan.home.folder))}",
        f"  {clean(few(plan.changed))}",
    ]


@git_in_one_line
def push(session: Session, arguments: Arguments) -> int:
    """Push the branch of a task."""
    task = _one(session, arguments, "push")
    say(clean(exporting.push(place_of(session.registry.home, task, "push"))))
    return 0


@git_in_one_line
def discard(session: Session, arguments: Arguments) -> int:
    """Throw worktrees and branches away, after a question where they hold work."""
    tasks = named_tasks(session, arguments.words)
    for task in tasks:
        place_of(session.registry.home, task, "discard")
    holding = [one for one in held_by(session.registry.home, tasks) if not one.empty]
    if holding and not arguments.has("yes"):
        told = clean("; ".join(one.words for one in holding))
        confirm(f"{told}: discard", "nothing was discarded", f"{told}. To discard it, add --yes")
    for task in tasks:
        throw_away(session.registry, task, yes=True)
        say(f"discarded the worktree and the branch of #{task.number}; delegate undo brings them back")
    return 0


def _one(session: Session, arguments: Arguments, verb: str) -> Task:
    tasks = named_tasks(session, arguments.words)
    if len(tasks) > 1:
        raise UsageError(f"{verb} takes one task at a time")
    return tasks[0]
