"""The line under the input: what Enter will do, or why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.agents.delegation import CannotDelegate
from app.dashboard.drawing.tone import Line, Tone
from app.dashboard.plans.plan import Plan, task_title
from app.model.answers import question_of, subject_of
from app.model.ask import ChoiceKind
from app.model.request import NOTHING_TO_DO, Draft, parse_request
from app.model.sentences import Kind
from app.model.task import Task

ENTER = "⏎"

Describe = Callable[[Draft], Line]
"""Says when a new task starts, by whom and with which limits; raises CannotDelegate in words if it cannot."""


def preview(plan: Plan, describe: Describe) -> Line:
    """One line for the plan. What is no plain task names itself, so that it can be disagreed with."""
    if plan.problem == NOTHING_TO_DO:
        return plan.problem, Tone.PLAN
    if plan.problem:
        return plan.problem, Tone.PROBLEM
    if plan.kind is Kind.TASK:
        return _new_task(plan, describe)
    return f"{ENTER} {_words(plan)}", Tone.CAUTION if plan.kind.destructive else Tone.PLAN


def _new_task(plan: Plan, describe: Describe) -> Line:
    if plan.draft is None:
        return "", Tone.PLAN
    try:
        facts, tone = describe(plan.draft)
    except CannotDelegate as error:
        return str(error), Tone.PROBLEM
    reworded = plan.draft.shell is None and plan.draft.text != parse_request(plan.original).text
    return f"{ENTER} {f'“{_short(plan.draft.text)}” · ' if reworded else ''}{facts}", tone


def _short(text: str, most: int = 40) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _words(plan: Plan) -> str:
    if plan.kind is Kind.ANSWER and plan.ask is not None:
        what = _CHOICES[plan.choice] if plan.choice else "answer"
        about = subject_of(plan.ask) if plan.choice else question_of(plan.ask)
        return f"{what} #{plan.tasks[0].number}: {_short(about, 80)}"
    if plan.kind is Kind.CONTINUE and plan.tasks:
        return _continued(plan)
    if plan.kind in _ABOUT_TASKS and plan.tasks:
        return _ABOUT_TASKS[plan.kind].format(_named(plan.tasks)) + _then(plan.kind)
    if plan.kind is Kind.STATUS:
        return f"show the {plan.words or 'open'} tasks" if plan.words else "show how all tasks stand"
    if plan.kind is Kind.FILTER:
        return f"show only tasks with “{plan.words}”" if plan.words else "show all tasks again"
    if plan.kind is Kind.PRIORITY:
        return f"{_LEVELS.get(plan.words, f'give {plan.words} priority to')} {_named(plan.tasks)}"
    if plan.kind is Kind.LIMIT:
        return f"run at most {plan.words} at once from now on" if plan.words else "show how many run at once"
    if plan.kind is Kind.QUIT:
        return LEAVING[plan.words or "keep"]
    if plan.kind is Kind.AGENTS and plan.words:
        return f"show everything about {plan.words}"
    if plan.kind is Kind.APPROVE:
        return f"show what {plan.words} may do, and approve it"
    if plan.kind is Kind.THEME:
        return f"change the colours to {plan.words}"
    return _PLAIN.get(plan.kind, plan.kind.value)


def _continued(plan: Plan) -> str:
    """What becomes of words for an agent: a running one hears them later."""
    task = plan.tasks[0]
    told = f" · “{_short(plan.words)}”" if plan.words else ""
    if task.status.live:
        return f"tell {task_title(task)} at the end of its turn{told}"
    number = len(task.state.attempts) + 1
    return f"go on with {task_title(task)} in the same conversation, as attempt {number}{told}"


_CHOICES = {
    ChoiceKind.ALLOW_ONCE: "allow once",
    ChoiceKind.ALLOW_ALWAYS: "allow from now on",
    ChoiceKind.REJECT_ONCE: "decline",
    ChoiceKind.REJECT_ALWAYS: "decline from now on",
}


def _then(kind: Kind) -> str:
    return {
        Kind.STOP: " · asks once more",
        Kind.DELETE: " · asks once more, U undoes",
        Kind.DISCARD: " · asks once more, U undoes",
    }.get(kind, " · asks once more, U undoes" if kind is Kind.CLEAN else "")


def _named(tasks: Sequence[Task]) -> str:
    if len(tasks) == 1:
        return task_title(tasks[0])
    numbers = ", ".join(f"#{number}" for number in sorted(task.number for task in tasks)[:6])
    return f"{len(tasks)} tasks: {numbers}{' …' if len(tasks) > 6 else ''}"


def question(plan: Plan) -> str:
    """What is asked before the plan is carried out: it stops or deletes."""
    words = _ABOUT_TASKS[plan.kind].format(_named(plan.tasks))
    return f"{words}? y or {ENTER} does it, any other key does not"


def leaving_question(policy: str, tasks: Sequence[Task]) -> tuple[str, frozenset[str]]:
    """What is asked before the dashboard ends while tasks wait or run, and the keys that stop them."""
    named = _named(tasks)
    if policy == "stop":
        return f"q again or y stops {named} and leaves; any other key stays", frozenset({"q", "y", "enter"})
    it = "it" if len(tasks) == 1 else "them"
    return f"{named}: y stops {it} and leaves, n leaves {it} running, esc stays", frozenset({"y"})


_ABOUT_TASKS = {
    Kind.STATUS: "show how {} stands",
    Kind.LOGS: "show the log of {}",
    Kind.WAIT: "tell you when {} ends",
    Kind.RESULT: "show the result of {}",
    Kind.CHANGES: "show what {} changed",
    Kind.MERGE: "show what taking the work of {} would do",
    Kind.PUSH: "push the branch of {}",
    Kind.DISCARD: "discard the worktree and the branch of {}",
    Kind.STOP: "stop {}",
    Kind.RETRY: "run {} again",
    Kind.DELETE: "delete {}",
    Kind.CLEAN: "clean up {}",
    Kind.FREE: "start {} without what it waits for",
}
_PLAIN = {
    Kind.UNDO: "bring back what was deleted or discarded last",
    Kind.PAUSE: "pause the queue: nothing more starts",
    Kind.RESUME: "resume the queue",
    Kind.AGENTS: "list the agents",
    Kind.HELP: "show the keys and commands",
}
_LEVELS = {"up": "raise the priority of", "down": "lower the priority of"}
LEAVING = {
    "keep": "leave; running tasks go on",
    "stop": "leave and stop all tasks",
    "ask": "leave; asks what becomes of running tasks",
}
"""What leaving does, by the setting ``on_quit``."""
