"""`delegate approve`: a yes to an agent before it is needed, or taking it back."""

from __future__ import annotations

from pathlib import Path

from app.agents.approval import grant, revoke
from app.agents.definitions import UnknownAgent, find_agent
from app.agents.describing import describe
from app.cli.approving import ONCE
from app.cli.arguments import Arguments
from app.cli.commands.add import current_folder
from app.cli.confirm import choose
from app.cli.errors import CommandError, UsageError
from app.cli.output import clean, say
from app.cli.session import Session
from app.model.agent import AgentDefinition, Origin
from app.registry.approvals import Scope
from app.registry.files import RegistryBusy
from app.registry.transaction import NewerSchema
from app.registry.values import BadRecord


def approve(session: Session, arguments: Arguments) -> int:
    """Show what an agent may do and write down a yes, or take every yes to it back."""
    if len(arguments.words) != 1:
        raise UsageError("say which agent: delegate approve NAME; delegate agents lists them")
    name = arguments.words[0].removeprefix("@")
    try:
        if arguments.has("revoke"):
            return _revoke(session, name)
        return _approve(session, name, arguments)
    except (NewerSchema, RegistryBusy, BadRecord) as error:
        raise CommandError(str(error)) from None


def _revoke(session: Session, name: str) -> int:
    count, waiting = revoke(session.registry, name)
    words = "must be approved again" if count or waiting else "had no approval"
    held = f": {waiting} {'task waits' if waiting == 1 else 'tasks wait'} for that" if waiting else ""
    say(f"{clean(name)} {words}{held}")
    return 0


def _approve(session: Session, name: str, arguments: Arguments) -> int:
    if arguments.has("project") and arguments.has("always"):
        raise UsageError("give --project or --always; not both")
    folder = folder_of(arguments)
    agent = _definition(session, name, folder)
    scope = Scope.ALWAYS if arguments.has("always") else Scope.PROJECT
    where = "everywhere" if scope is Scope.ALWAYS else "in this project"
    if not arguments.has("trust"):
        instead = f"no terminal to ask on: delegate approve {clean(name)} --trust approves it unasked"
        if choose(describe(agent), f"Let {clean(name)} work {where}? [y/N]", ONCE, instead) is None:
            raise CommandError("nothing was approved")
    grant(session.registry, agent, scope, folder)
    say(f"{clean(name)} is approved {where}, until its definition changes")
    return 0


def _definition(session: Session, name: str, folder: Path) -> AgentDefinition:
    try:
        agent = find_agent(name, session.config, folder)
    except UnknownAgent as error:
        raise CommandError(str(error)) from None
    if agent.origin is Origin.BUILT_IN:
        raise CommandError(f"{name} needs no approval")
    if agent.missing:
        raise CommandError(f"{name} cannot be started: {agent.missing}")
    return agent


def folder_of(arguments: Arguments) -> Path:
    """The folder of ``--in``, by default the current one. Raises UsageError and CommandError."""
    given = arguments.value("in")
    if given is None:
        return current_folder()
    if not Path(given).is_dir():
        raise UsageError(f"--in: {given} is not a folder")
    return Path(given).resolve()
