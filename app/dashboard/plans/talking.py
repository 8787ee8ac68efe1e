"""Carrying out what is said to agents: answers to their questions, messages, continuations."""

from __future__ import annotations

from app.dashboard.plans.approving import NONE, Approved, run_again
from app.dashboard.plans.done import Done
from app.dashboard.plans.plan import Plan, task_title
from app.dashboard.session import Session
from app.model.answers import DID, WORDS, subject_of
from app.model.ask import Ask, ChoiceKind
from app.model.status import Status
from app.model.task import Task
from app.supervisor import answering
from app.supervisor.operations import OperationError

BY = "you, in the dashboard"
"""Who has answered, for the log."""


def answer_question(task: Task, ask: Ask, kind: ChoiceKind, session: Session) -> Done:
    """Answer a question of a task's agent. Raises OperationError with one line for the user."""
    answering.answer(session.registry, task.id, ask.number, kind, BY, attempt=ask.attempt)
    return Done(f"#{task.number} {DID[kind]}: {subject_of(ask)}", ids=(task.id,))


def answer_as_planned(plan: Plan, session: Session) -> Done:
    """Give the answer that was typed. Raises OperationError."""
    task = plan.tasks[0]
    if plan.ask is None or plan.choice is None:
        raise OperationError(f"#{task.number} is not answered: write {', '.join(WORDS.values())}")
    return answer_question(task, plan.ask, plan.choice, session)


def follow_up(
    task: Task, text: str, session: Session, attempt: int | None = None, *, approved: Approved = NONE
) -> Done:
    """Tell a running agent something, or go on with the conversation of an ended task, as it stands now.

    Raises OperationError with one line for the user, and ApprovalWanted.
    """
    if session.registry.load(task.id).status.live:
        answering.tell(session.registry, task.id, text)
        told = f"told {task_title(task)} at the end of its turn"
        return Done(told, frozenset(status for status in Status if status.live), ids=(task.id,))
    again = answering.continue_task(
        session.registry,
        task.id,
        text,
        session.environment,
        session.config,
        attempt=attempt,
        run=run_again(task, session, approved, text),
    )
    where = f"waits: {again.queue_reason}" if again.queue_reason else "goes on in the same conversation"
    return Done(f"{task_title(task)} {where}", ids=(task.id,), select=task.id)
