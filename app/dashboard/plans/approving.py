"""What must be approved before a plan can be carried out, and writing down how far a yes reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app.agents.delegation import CannotDelegate, NeedsApproval, run_for_retry
from app.dashboard.session import Session
from app.model.task import Task
from app.supervisor.operations import OperationError
from app.supervisor.refusing import in_one_line

if TYPE_CHECKING:
    from app.agents.approval import Question
    from app.model.run import AgentRun
    from app.registry.approvals import Scope

Result = TypeVar("Result")

Approved = frozenset[str]
"""Fingerprints of the definitions that a person has just said yes to."""

NONE: Approved = frozenset()


class ApprovalWanted(Exception):  # noqa: N818 - a state of affairs, not a fault
    """Nothing was done yet: a person must first see the agent of ``question`` that is to work in a folder.

    ``text`` is what it is wanted for, empty where it is approved ahead of need.
    """

    def __init__(self, question: Question, folder: Path, text: str = "") -> None:
        super().__init__(f"{question.definition.name} needs your yes")
        self.question = question
        self.folder = folder
        self.text = text


@contextmanager
def in_words(folder: Path, text: str) -> Iterator[None]:
    """Turn what keeps a request from becoming a task into the line that people read, or into a question."""
    try:
        yield
    except NeedsApproval as need:
        raise ApprovalWanted(need.question, folder, text) from None
    except CannotDelegate as error:
        raise OperationError(str(error)) from error


def unless_refused(
    prepare: Callable[[str | None], Result], folder: Path, approved: Approved, text: str
) -> Result:
    """What ``prepare`` comes to, given the fingerprint that it may need a yes to, if that was approved.

    ``text`` is what the agent is wanted for.

    Raises ApprovalWanted where it was not, OperationError where it cannot be done.
    """
    with in_words(folder, text):
        try:
            return prepare(None)
        except NeedsApproval as need:
            fingerprint = need.definition.fingerprint
            if fingerprint not in approved:
                raise
        return prepare(fingerprint)


def run_again(task: Task, session: Session, approved: Approved, text: str = "") -> AgentRun | None:
    """How the agent of a task is to run from now on; None where nothing has changed.

    ``text`` is what it is told this time, by default the task's.

    Raises ApprovalWanted where it is not approved, or has changed, OperationError where there is none.
    """

    def prepare(yes: str | None) -> AgentRun | None:
        return run_for_retry(task, session.config, approved=yes, home=session.registry.home)

    return unless_refused(prepare, Path(task.request.folder), approved, text or task.text)


def wanted_ahead(name: str, session: Session) -> ApprovalWanted:
    """What to show of an agent that is to be approved before any task needs it. Raises OperationError."""
    from app.agents.approval import Question
    from app.agents.definitions import UnknownAgent, find_agent
    from app.agents.describing import describe
    from app.model.agent import Origin

    name = name.removeprefix("@")
    try:
        agent = find_agent(name, session.config, session.folder)
    except UnknownAgent as error:
        raise OperationError(str(error)) from error
    if agent.origin is Origin.BUILT_IN:
        raise OperationError(f"{name} needs no approval")
    if agent.missing:
        raise OperationError(f"{name} cannot be started: {agent.missing}")
    return ApprovalWanted(Question(agent, describe(agent)), session.folder)


def grant(wanted: ApprovalWanted, scope: Scope, session: Session) -> Approved:
    """Write down how far the yes reaches, and return what may run now. Raises OperationError."""
    from app.agents.approval import grant as write_down
    from app.registry.values import BadRecord

    definition = wanted.question.definition
    try:
        in_one_line(write_down)(session.registry, definition, scope, wanted.folder)
    except BadRecord as error:
        raise OperationError(f"the approval is not saved: {error}") from error
    return frozenset({definition.fingerprint})
