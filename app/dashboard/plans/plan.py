"""What Enter will do: a reading with its words resolved to tasks, shown before it is carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.dashboard.table.filtering import GROUPS
from app.model.answers import asking, asking_about, offered, read_choice
from app.model.ask import Ask, ChoiceKind
from app.model.lineage import task_of
from app.model.reference import find
from app.model.request import Draft, parse_request
from app.model.sentences import Kind, Reading
from app.model.status import Status
from app.model.task import Task
from app.supervisor.answering import why_deaf, why_silent

TAKING = frozenset({Kind.MERGE, Kind.PUSH, Kind.DISCARD})
"""Kinds that take the work in a task's worktree, or leave it."""

NEEDS_TASK = frozenset(
    {Kind.LOGS, Kind.WAIT, Kind.RESULT, Kind.STOP, Kind.RETRY, Kind.DELETE, Kind.FREE, Kind.PRIORITY}
    | {Kind.CONTINUE, Kind.ANSWER, *TAKING, Kind.CHANGES}
)
"""Kinds that are about certain tasks; without a name they mean the task under the cursor."""

_WAYS = ("--squash", "--cherry-pick", "--no-ff")
_MOST_NAMED = 4
_LONGEST_TITLE = 36


@dataclass(frozen=True, slots=True)
class Known:
    """What a reading is resolved against.

    ``tasks`` are all loaded ones, ``selected`` the one under the cursor, ``themes`` the names there are.
    ``on_quit`` is what leaving does to tasks: ``keep``, ``stop`` or ``ask``.
    """

    tasks: Sequence[Task] = ()
    selected: Task | None = None
    themes: Sequence[str] = ()
    on_quit: str = "keep"


@dataclass(frozen=True, slots=True)
class Plan:
    """What Enter will do. With a ``problem`` it does nothing but say so.

    ``tasks`` are those it concerns; ``draft`` is a new task; ``words`` are a filter's, a theme's name, the
    level of a priority, a limit, what leaving does to tasks, the way of a
    merge, or what an agent is told. ``ask`` is a question
    and ``choice`` its answer, ``attempt`` the one whose conversation is to go on.
    ``all_tasks`` says that no certain task was meant, ``at_once`` that a stop leaves no time to tidy up.
    """

    kind: Kind
    original: str
    tasks: tuple[Task, ...] = ()
    draft: Draft | None = None
    words: str = ""
    all_tasks: bool = False
    at_once: bool = False
    problem: str | None = None
    ask: Ask | None = None
    choice: ChoiceKind | None = None
    attempt: int | None = None


def plan_for(kind: Kind, task: Task | None, *, at_once: bool = False, words: str = "") -> Plan:
    """What a key does to the task under the cursor; ``at_once`` is a stop without asking politely first."""
    if task is None:
        return Plan(kind, "", problem=f"there is no task to {kind.value}")
    return _fitting(Plan(kind, "", (task,), at_once=at_once, words=words))


def renewed(plan: Plan, tasks: Mapping[str, Task]) -> Plan:
    """A plan about certain tasks as it is now that they may have changed: for those it still fits.

    ``tasks`` are those there are, by id. Where it fits none, the problem says why.
    """
    if not plan.tasks or plan.kind not in NEEDS_TASK | {Kind.CLEAN}:
        return plan
    there = tuple(tasks[task.id] for task in plan.tasks if task.id in tasks)
    if not there:
        return replace(plan, problem=f"#{plan.tasks[0].number} is not there any more")
    fitting = tuple(task for task in there if _fault(plan.kind, task) is None)
    return _fitting(replace(plan, tasks=fitting or there, problem=None))


def make_plan(reading: Reading, known: Known) -> Plan:
    """Resolve a reading. Never raises; what is not certain becomes a problem that says what to write."""
    plan = Plan(reading.kind, reading.original, draft=reading.draft, at_once="--kill" in reading.flags)
    if reading.kind is Kind.TASK:
        return _new_task(plan)
    if reading.kind in (Kind.FILTER, Kind.RESUME, Kind.AGENTS, Kind.APPROVE):
        return replace(plan, words=" ".join(reading.targets))
    if reading.kind is Kind.THEME:
        return _theme(replace(plan, words=" ".join(reading.targets)), known)
    if reading.kind is Kind.CLEAN:
        return _clean(plan, reading, known)
    if reading.kind is Kind.QUIT:
        return replace(plan, words=known.on_quit)
    if reading.kind in (Kind.LIMIT, Kind.PRIORITY, Kind.CONTINUE):
        plan = replace(plan, words=reading.value or "")
    if reading.kind is Kind.MERGE:
        ways = [flag.removeprefix("--") for flag in reading.flags if flag in _WAYS]
        plan = replace(plan, words=reading.value or "".join(ways[:1]))
    if reading.kind is Kind.ANSWER:
        return _answer(plan, reading, known)
    if reading.kind is Kind.CONTINUE:
        plan = replace(plan, attempt=_attempt_in(reading.target))
    if reading.kind is Kind.STATUS or reading.kind in NEEDS_TASK:
        return _about_tasks(plan, reading, known)
    return plan


def _new_task(plan: Plan) -> Plan:
    draft = plan.draft or parse_request(plan.original)
    return replace(plan, draft=draft, problem=draft.problems[0] if draft.problems else None)


def _theme(plan: Plan, known: Known) -> Plan:
    if not plan.words:
        return replace(plan, problem=f"which theme: {', '.join(known.themes)}?")
    if plan.words not in known.themes:
        return replace(plan, problem=f"no theme {plan.words}: there are {', '.join(known.themes)}")
    return plan


def _about_tasks(plan: Plan, reading: Reading, known: Known) -> Plan:
    if reading.scope is not None:
        return _fitting(_scoped(plan, reading.scope, known), certain=False)
    if not reading.targets:
        return _without_target(plan, known)
    tasks: list[Task] = []
    for target in reading.targets:
        found = _meant(target, plan.kind, known)
        if not found and reading.needs_match:
            return _new_task(replace(plan, kind=Kind.TASK))
        if len(found) != 1:
            return replace(plan, problem=_not_one(target, found))
        tasks += (task for task in found if task not in tasks)
    return _fitting(replace(plan, tasks=tuple(tasks)))


def _answer(plan: Plan, reading: Reading, known: Known) -> Plan:
    """The question that is meant, and the answer to it if one was given."""
    plan = replace(plan, choice=read_choice(reading.value) if reading.value else None)
    target = reading.target
    if target is None or target == "it":
        chosen = known.selected if known.selected is not None and known.selected.asks else None
        found = (chosen,) if chosen else tuple(asking(known.tasks))
    elif reading.needs_match:
        found = tuple(asking_about(target, known.tasks))
    else:
        found = _meant(target, Kind.ANSWER, known)
    if not found and reading.needs_match:
        return _new_task(replace(plan, kind=Kind.TASK))
    if not found:
        return replace(plan, problem="nothing asks you" if target is None else _not_one(target, found))
    if len(found) > 1 and plan.choice is not None:
        return replace(plan, problem=_not_one(target or "it", found))
    return _about_question(replace(plan, tasks=found[:1]))


def _about_question(plan: Plan) -> Plan:
    """The plan with the question of its task that has waited longest, as far as that takes this answer."""
    task = plan.tasks[0]
    if not task.asks or task.status is not Status.ASKING:
        return replace(plan, problem=f"#{task.number} asks nothing: {task.status.word}")
    ask = task.asks[0]
    refused = plan.choice is not None and ask.choice(plan.choice) is None
    problem = f"#{task.number} cannot be answered so: it offers {offered(ask)}" if refused else None
    return replace(plan, ask=ask, problem=problem)


def _attempt_in(target: str | None) -> int | None:
    """The number behind the dot of ``#7.1``."""
    number = (target or "").partition(".")[2]
    return int(number) if number.isdecimal() else None


def _meant(target: str, kind: Kind, known: Known) -> tuple[Task, ...]:
    """The tasks that words mean; ``it`` is the one under the cursor, if that is one to do this to."""
    if target == "it" and known.selected is not None and kind.suits(known.selected):
        return (known.selected,)
    return find(target, known.tasks, kind.suits).tasks


def _without_target(plan: Plan, known: Known) -> Plan:
    if plan.kind is Kind.STATUS:
        return replace(plan, all_tasks=True)
    if known.selected is None:
        return replace(plan, problem=f"{plan.kind.value} which task? name one: #7, or words of it")
    return _fitting(replace(plan, tasks=(known.selected,)))


def _scoped(plan: Plan, scope: str, known: Known) -> Plan:
    """The tasks of a scope; for acting on them only those that the act can fit."""
    if plan.kind is Kind.STATUS:
        return replace(plan, all_tasks=True, words="" if scope == "all" else scope.replace(",", " "))
    wanted = frozenset[Status]().union(*map(_statuses, scope.split(",")))
    found = tuple(
        task
        for task in known.tasks
        if task.status in wanted and plan.kind.suits(task) and _fault(plan.kind, task) is None
    )
    if not found:
        return replace(plan, problem=f"nothing to {plan.kind.value}: no such task is {_can_be(plan.kind)}")
    return replace(plan, tasks=found)


def _statuses(scope: str) -> frozenset[Status]:
    return frozenset(Status) if scope == "all" else GROUPS.get(scope, frozenset())


def _clean(plan: Plan, reading: Reading, known: Known) -> Plan:
    scope = reading.scope or "ended"
    wanted = frozenset[Status]().union(*map(_statuses, scope.split(","))) & GROUPS["ended"]
    found = tuple(task for task in known.tasks if task.status in wanted)
    problem = None if found else f"nothing to clean up: no {'finished' if scope == 'ended' else scope} task"
    return replace(plan, tasks=found, words="" if wanted == GROUPS["ended"] else scope, problem=problem)


def _fitting(plan: Plan, *, certain: bool = True) -> Plan:
    """Refuse where a named task is not in a state for it."""
    if plan.problem or not certain:
        return plan
    faults = (_fault(plan.kind, task) for task in plan.tasks)
    return replace(plan, problem=next((fault for fault in faults if fault), None))


def _fault(kind: Kind, task: Task) -> str | None:
    """Why this cannot be done to the task now, in words, or None."""
    status = task.status
    if kind is Kind.STOP and status.ended and status is not Status.LOST:
        return f"#{task.number} has ended already: {status.word}"
    if kind in (Kind.FREE, Kind.PRIORITY) and status is not Status.QUEUED:
        return f"#{task.number} does not wait: {status.word}"
    if kind is Kind.RETRY and not status.ended and not _waits_for_retry(task):
        return f"#{task.number} is {status.word}: stop it before running it again"
    if kind is Kind.DELETE and status.live:
        return f"#{task.number} is {status.word}: stop it before deleting it"
    if kind is Kind.CONTINUE:
        return why_deaf(task) if status.live else why_silent(task)
    if kind is Kind.ANSWER and status is not Status.ASKING:
        return f"#{task.number} asks nothing: {status.word}"
    if kind is Kind.CLEAN and not status.ended:
        return f"#{task.number} is {status.word} again: only finished tasks are cleaned up"
    if kind is Kind.WAIT and status.ended:
        return f"#{task.number} has ended already: {status.word}"
    return _why_not_taken(kind, task) if kind in TAKING else None


def _why_not_taken(kind: Kind, task: Task) -> str | None:
    """Why there is no work to take of a task, or to leave."""
    if not task.status.ended:
        return f"#{task.number} is {task.status.word}: {kind.value} it once it has ended"
    if task.request.workspace is None or not task.request.workspace.worktree:
        return f"#{task.number} has no worktree: there is nothing to {kind.value}"
    return None


def _waits_for_retry(task: Task) -> bool:
    """Whether it has failed and will be tried again by itself, or must be approved again: a person may do so
    right away."""
    again = task.state.not_before is not None and bool(task.state.attempts)
    return task.status is Status.QUEUED and (again or task.state.revoked)


def _can_be(kind: Kind) -> str:
    return {Kind.STOP: "queued or running", Kind.WAIT: "queued or running"}.get(kind, "finished")


def _not_one(target: str, tasks: Sequence[Task]) -> str:
    if not tasks:
        return f"no task fits “{target}”: name one by its number, such as #7"
    named = ", ".join(task_title(task) for task in tasks[:_MOST_NAMED])
    return f"which one: {named}{' …' if len(tasks) > _MOST_NAMED else ''}?"


def task_title(task: Task) -> str:
    """``#7`` and the first line of the task's text, cut where it gets long."""
    lines = task_of(task).split("\n")
    text = next((line.strip() for line in lines if line.strip()), task.name)
    return f"#{task.number} {text if len(text) <= _LONGEST_TITLE else text[: _LONGEST_TITLE - 1] + '…'}"
