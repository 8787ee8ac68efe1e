"""`delegate stop`, `retry`, `delete`, `undo` and `clean`: what happens to tasks at their end and after."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.cli.arguments import Arguments
from app.cli.commands.wait import ending_line
from app.cli.confirm import confirm
from app.cli.errors import FAILURE, CommandError, UsageError
from app.cli.output import clean, say, warn
from app.cli.session import Session, named_tasks
from app.model.status import Status
from app.model.task import COMMAND, WORKER, Task
from app.supervisor import operations

if TYPE_CHECKING:
    from app.model.run import AgentRun

_NAMED = 8
"""How many tasks a question names; it says how many more there are."""

_PATIENCE_S = 30.0
"""How long `stop` waits beyond the grace time for the proof that no process is left."""


def stop(session: Session, arguments: Arguments) -> int:
    """Stop tasks, and return once no process of theirs is left."""
    if arguments.has("all"):
        return _stop_all(session, arguments)
    asked, code = [], 0
    for task in named_tasks(session, arguments.words):
        try:
            operations.stop(session.registry, task.id, kill=arguments.has("kill"))
            asked.append(task.id)
        except operations.OperationError as error:
            # The others are to be stopped all the same.
            warn(str(error))
            code = FAILURE
    return _await_stop(session, asked) or code


def _stop_all(session: Session, arguments: Arguments) -> int:
    """Stop all that waits or runs, after a question."""
    if arguments.words:
        raise UsageError("stop takes tasks or --all; not both")
    tasks = session.open_tasks()
    if not tasks:
        say("Nothing waits or runs.")
        return 0
    if not arguments.has("yes"):
        what = "all tasks" if len(tasks) > 1 else "the only task"
        named = ", ".join(f"#{task.number} {clean(task.name)}" for task in tasks[:_NAMED])
        more = f" and {len(tasks) - _NAMED} more" if len(tasks) > _NAMED else ""
        confirm(
            f"stop {what}: {named}{more}",
            "nothing was stopped",
            f"this stops {named}{more}. With no terminal to confirm it, add --yes",
        )
    asked = operations.stop_all(session.registry, kill=arguments.has("kill"))
    return _await_stop(session, [task.id for task in asked])


def retry(session: Session, arguments: Arguments) -> int:
    """Run tasks again, each as a new attempt."""
    for task in named_tasks(session, arguments.words):
        run = _approved_run(session, task)
        again = operations.retry(session.registry, task.id, os.environ, session.config, run=run)
        say(f"#{again.number} {clean(again.name)} · {again.status.word} · attempt {_attempt(again)}")
    return 0


def _approved_run(session: Session, task: Task) -> AgentRun | None:
    """How the agent is run from now on, after a question where it is not approved; None for as it was."""
    if task.request.agent in (COMMAND, WORKER) or task.status.live:
        return None  # these need no approval, or are refused anyway
    from app.cli.approving import run_again

    return run_again(session, task)


def delete(session: Session, arguments: Arguments) -> int:
    """Move ended tasks to the trash; asks first where their worktrees hold work."""
    _delete(session, named_tasks(session, arguments.words), arguments)
    return 0


def undo(session: Session, arguments: Arguments) -> int:
    """Bring back what was deleted or discarded last."""
    arguments.refuse_words("undo")
    from app.workspace import leaving
    from app.workspace.git import GitError

    try:
        undone = leaving.undo(session.registry)
    except GitError as error:
        raise CommandError(clean(str(error))) from None
    say(*(f"#{task.number} {clean(task.name)} is back" for task in undone.tasks))
    if undone.worktree is not None:
        say(f"the worktree of #{undone.worktree.number} {clean(undone.worktree.name)} is back")
    if undone.problem:
        warn(clean(undone.problem))
    return 0


def clean_up(session: Session, arguments: Arguments) -> int:
    """Move all ended tasks to the trash, or those of the statuses named."""
    wanted = tuple(_status(word) for word in arguments.words)
    _delete(session, operations.cleanable(session.registry, wanted or None), arguments)
    return 0


def _delete(session: Session, tasks: Sequence[Task], arguments: Arguments) -> None:
    """Delete tasks and, after a question where they hold work, their worktrees."""
    if not any(task.request.workspace for task in tasks):
        say(_deleted(operations.delete(session.registry, [task.id for task in tasks]) if tasks else 0))
        return
    from app.workspace import leaving
    from app.workspace.discarding import HoldsWork

    try:
        done = leaving.delete(session.registry, tasks, yes=arguments.has("yes"))
    except HoldsWork as held:
        told = clean(str(held))
        confirm(f"{told}: delete it all", "nothing was deleted", f"{told}. To delete it, add --yes")
        done = leaving.delete(session.registry, tasks, yes=True)
    say(_deleted(done.count))
    if done.problem:
        warn(clean(done.problem))


def _await_stop(session: Session, task_ids: Sequence[str]) -> int:
    patience = session.config.grace_s + _PATIENCE_S
    try:
        ended = operations.await_end(session.registry, task_ids, patience, saved=False)
    except operations.WaitTimeout:
        raise CommandError("not everything has ended yet; delegate status tells what is left") from None
    say(*map(ending_line, ended))
    left = [pid for task in ended if task.attempt for pid in task.attempt.survivors]
    if left:
        warn(f"these processes could not be ended: {', '.join(map(str, left))}")
    return FAILURE if left else 0


def _attempt(task: Task) -> int:
    return len(task.state.attempts) + (task.status is Status.QUEUED)


def _deleted(count: int) -> str:
    if not count:
        return "There was nothing to delete."
    return f"{count} {'task' if count == 1 else 'tasks'} deleted; delegate undo brings them back."


def _status(word: str) -> Status:
    ended = [status for status in Status if status.ended]
    for status in ended:
        if word.lower().replace("-", "_") in (status.value, status.value.replace("_", "")):
            return status
    raise UsageError(f"{word!r} is not an end; choose {', '.join(status.value for status in ended)}")
