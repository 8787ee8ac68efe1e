"""Asks a person whether an agent may work, after showing what it may do; nothing starts after a no."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.agents.approval import Question, grant
from app.cli.confirm import choose
from app.cli.errors import CommandError, UsageError
from app.cli.output import clean
from app.registry.approvals import Scope

if TYPE_CHECKING:
    from app.cli.session import Session
    from app.model.run import AgentRun
    from app.model.task import Task

ONCE = dict.fromkeys(("y", "yes", "o", "once"), Scope.ONCE)
PROJECT = dict.fromkeys(("p", "project"), Scope.PROJECT)
ALWAYS = dict.fromkeys(("a", "always"), Scope.ALWAYS)


def ask(session: Session, question: Question, folder: Path, *, yes: bool = False, trust: bool = False) -> str:
    """The fingerprint of what the person says yes to.

    ``yes`` means that nothing is asked, so that only what is approved already starts, ``trust`` that the
    answer is yes. Raises CommandError after a no, UsageError where nobody can be asked.
    """
    definition = question.definition
    if trust:
        return definition.fingerprint
    name = clean(definition.name)
    state = "has changed since you approved it" if question.changed else "is not approved yet"
    instead = f"{name} {state}: delegate agents {name} shows it, delegate approve {name} approves it"
    if yes:
        raise UsageError(f"{instead}; or add --trust")
    asked = f"Let {name} work? y once, p in this project, a always [y/p/a/N]"
    scope = choose(question.lines, asked, ONCE | PROJECT | ALWAYS, instead)
    if scope is None:
        raise CommandError("nothing was started")
    grant(session.registry, definition, scope, folder)
    return definition.fingerprint


def run_again(session: Session, task: Task) -> AgentRun | None:
    """How a task's agent is to run from now on, after a question if it is not approved, or has changed.

    Raises CommandError after a no, UsageError where nobody can be asked.
    """
    from app.agents.delegation import NeedsApproval, run_for_retry

    home = session.registry.home
    try:
        return run_for_retry(task, session.config, home=home)
    except NeedsApproval as need:
        yes = ask(session, need.question, Path(task.request.folder))
        return run_for_retry(task, session.config, approved=yes, home=home)
