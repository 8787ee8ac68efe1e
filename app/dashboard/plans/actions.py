"""Carrying out plans: each call writes to the registry and may wait for a disk, so it runs in a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from app.agents.delegation import edited_command, prepare, resolve_folder
from app.dashboard.plans.approving import NONE, Approved, in_words, run_again, unless_refused
from app.dashboard.plans.done import ANY
from app.dashboard.plans.done import Done as Done
from app.dashboard.plans.plan import Plan, task_title
from app.dashboard.plans.talking import answer_as_planned, follow_up
from app.dashboard.session import Session
from app.model.options import read_level
from app.model.request import Draft, parse_request
from app.model.sentences import Kind
from app.model.status import Status
from app.model.task import COMMAND, Task
from app.registry.config import Config, save_setting
from app.supervisor import operations
from app.supervisor.operations import NewTask, OperationError

_OPEN = frozenset(status for status in Status if not status.ended)


def carry_out(plan: Plan, session: Session, taken: Iterable[str] = (), *, approved: Approved = NONE) -> Done:
    """Do what a plan says.

    ``taken`` are the names of open tasks, ``approved`` the agents that were just said yes to. Raises
    OperationError with one line for the user, and ApprovalWanted with nothing done yet.
    """
    match plan.kind:
        case Kind.TASK if plan.draft is not None:
            return _submit(plan.draft, session, set(taken), approved)
        case Kind.ANSWER:
            return answer_as_planned(plan, session)
        case Kind.CONTINUE:
            return follow_up(plan.tasks[0], plan.words, session, plan.attempt, approved=approved)
        case Kind.STOP:
            return _stop(plan, session)
        case Kind.RETRY:
            return _retry(plan, session, approved)
        case Kind.DELETE | Kind.CLEAN:
            return _delete(plan, session)
        case Kind.UNDO:
            return _undo(session)
        case Kind.PAUSE:
            operations.pause(session.registry)
            return Done("queue paused: nothing more starts until you resume; running tasks go on")
        case Kind.RESUME:
            return _resume(plan.words.removeprefix("@") or None, session)
        case Kind.FREE:
            return _free(plan, session)
        case Kind.PRIORITY:
            return _move(plan, session)
        case Kind.LIMIT:
            return _limit(plan, session)
    raise OperationError(f"{plan.kind.value} is nothing that can be done to tasks")


def _resume(agent: str | None, session: Session) -> Done:
    freed = [hold.agent for hold in operations.resume(session.registry, session.config, agent)]
    return Done(" · ".join([*([] if agent else ["queue resumed"]), *(f"{name} goes on" for name in freed)]))


def _submit(draft: Draft, session: Session, taken: set[str], approved: Approved) -> Done:
    base, home = session.folder, session.registry.home
    with in_words(base, draft.text):
        folder = resolve_folder(draft.folder, base)

    def prepared(yes: str | None) -> NewTask:
        return prepare(draft, base, session.config, taken, approved=yes, home=home)

    new = unless_refused(prepared, folder, approved, draft.text)
    task = operations.submit(session.registry, new, session.environment, session.config)
    line = f"{task_title(task)} waits: {task.queue_reason}" if task.queue_reason else ""
    return Done(line, frozenset({Status.QUEUED}), (task,), (task.id,), task.id)


def _stop(plan: Plan, session: Session) -> Done:
    told, problem = _each(
        plan.tasks, lambda task: operations.stop(session.registry, task.id, kill=plan.at_once)
    )
    ending = [task for task in told if not task.status.ended]
    line = f"stopping {_named(ending)}" if ending else f"stopped {_named(told)}"
    return Done(line + problem, _OPEN if ending else ANY, ids=tuple(task.id for task in told))


def stop_all_and_leave(session: Session) -> Done:
    """Ask for the end of every task, then end the dashboard. Raises OperationError; then it stays."""
    operations.stop_all(session.registry)
    return Done(leave=True)


def _free(plan: Plan, session: Session) -> Done:
    freed = [operations.free(session.registry, task.id, session.config) for task in plan.tasks]
    ids = tuple(task.id for task in freed)
    waits = next((task.queue_reason for task in freed if task.queue_reason), None)
    what = _named(freed)
    return Done(f"{what} waits yet: {waits}" if waits else f"starting {what}", ids=ids, select=ids[0])


def _move(plan: Plan, session: Session) -> Done:
    """Change priorities; a step counts from what the record says, which may be ahead of the screen."""
    for task in plan.tasks:
        level = read_level(plan.words, session.registry.load(task.id).priority)
        operations.set_priority(session.registry, task.id, level)
    ids = tuple(task.id for task in plan.tasks)
    return Done(f"{_named(plan.tasks)}: {level.word} priority", ids=ids, select=ids[0])


def _limit(plan: Plan, session: Session) -> Done:
    try:
        save_setting("limit", int(plan.words))
    except OSError as error:
        raise OperationError(f"the limit is not saved: {error.strerror}") from error
    config = session.config
    if config.limit != int(plan.words):
        raise OperationError(config.problems[0] if config.problems else "the limit is not saved")
    operations.tidy(session.registry, config)
    return Done(limit_words(config))


def limit_words(config: Config) -> str:
    """How many tasks run at once, in a line."""
    return f"at most {config.limit} {'task' if config.limit == 1 else 'tasks'} at once"


def _retry(plan: Plan, session: Session, approved: Approved) -> Done:
    # All that needs a yes is asked for before the first of them starts.
    runs = {task.id: run_again(task, session, approved) for task in plan.tasks}

    def start(task: Task) -> Task:
        return operations.retry(
            session.registry, task.id, session.environment, session.config, run=runs[task.id]
        )

    told, problem = _each(plan.tasks, start)
    return _again(told, problem)


def _again(tasks: Sequence[Task], more: str) -> Done:
    """What is said of retries; true whatever becomes of them."""
    waits = [task for task in tasks if task.queue_reason]
    verb = "put back into the queue:" if waits else "started again:"
    ids = tuple(task.id for task in tasks)
    return Done(f"{verb} {_named(tasks)}{more}", ids=ids, select=ids[0])


def _each(tasks: Sequence[Task], operation: Callable[[Task], Task]) -> tuple[list[Task], str]:
    """Do it to each of them, whatever becomes of the others: the tasks it was done to, and a first problem.

    Raises OperationError where it could be done to none.
    """
    told: list[Task] = []
    problems: list[OperationError] = []
    for task in tasks:
        try:
            told.append(operation(task))
        except OperationError as error:
            problems.append(error)
    if not told:
        raise problems[0]
    return told, f" · {problems[0]}" if problems else ""


def edit_and_retry(task: Task, text: str, session: Session, *, approved: Approved = NONE) -> Done:
    """Run a task again with another text. Raises OperationError with one line for the user, and
    ApprovalWanted."""
    draft = parse_request(text)
    if draft.problems:
        raise OperationError(draft.problems[0])
    agent = COMMAND if draft.shell is not None else draft.agent or task.request.agent
    if agent != task.request.agent:
        raise OperationError(f"a retry stays with {task.request.agent}; for another agent write a new task")
    if not replace(draft, agent=None, shell=None).bare:
        raise OperationError("a retry keeps the options of its task; for others write a new task")
    home = session.registry.home
    run = None if task.run is None else run_again(task, session, approved, draft.text)

    def edited(yes: str | None) -> tuple[str, tuple[str, ...]]:
        return edited_command(task, draft, session.config, approved=yes, home=home)

    said, command = unless_refused(edited, Path(task.request.folder), approved, draft.text)
    again = operations.retry(
        session.registry,
        task.id,
        session.environment,
        session.config,
        text=said,
        command=command,
        run=run,
    )
    return _again([again], "")


def _delete(plan: Plan, session: Session) -> Done:
    ids = tuple(task.id for task in plan.tasks)
    count = operations.delete(session.registry, ids)
    what = _named(plan.tasks) if count == len(ids) else f"{count} tasks"
    return Done(f"deleted {what} · U brings {'it' if count == 1 else 'them'} back", ids=ids)


def _undo(session: Session) -> Done:
    """Bring back what was deleted or discarded last."""
    from app.workspace import leaving
    from app.workspace.git import GitError

    try:
        undone = leaving.undo(session.registry)
    except GitError as error:
        raise OperationError(str(error)) from None
    if undone.worktree is not None:
        task = undone.worktree
        return Done(f"the worktree of {task_title(task)} is back", ids=(task.id,), select=task.id)
    tasks = undone.tasks
    ids = tuple(task.id for task in tasks)
    more = f" · {undone.problem}" if undone.problem else ""
    line = f"{_named(tasks)} {'is' if len(tasks) == 1 else 'are'} back{more}"
    return Done(line, new=tuple(tasks), ids=ids, select=ids[0])


def _named(tasks: Sequence[Task]) -> str:
    return task_title(tasks[0]) if len(tasks) == 1 else f"{len(tasks)} tasks"
