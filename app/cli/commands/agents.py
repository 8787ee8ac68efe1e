"""`delegate agents`: who can do the work, and everything about one of them."""

from __future__ import annotations

import json
from pathlib import Path

from app.agents.definitions import EMBEDDED, UnknownAgent, catalog, find_agent
from app.agents.describing import describe
from app.agents.listing import exported, row, state_of
from app.cli.arguments import Arguments
from app.cli.commands.approve import folder_of
from app.cli.errors import CommandError, UsageError
from app.cli.output import say, say_json, table, warn
from app.cli.session import Session


def agents(session: Session, arguments: Arguments) -> int:
    """List the agents, the default one marked, or show everything about one."""
    if len(arguments.words) > 1:
        raise UsageError("agents takes one name, or none for a list")
    folder = folder_of(arguments)
    if arguments.words:
        return _show(session, arguments.words[0].removeprefix("@"), folder, as_json=arguments.has("json"))
    known = catalog(session.config, folder)
    every = (EMBEDDED, *known.agents)
    home = session.registry.home
    if arguments.has("json"):
        listed = [exported(agent, folder, home) for agent in every]
        say_json({"agents": _plain(listed), "problems": list(known.problems)})
        return 0
    rows = []
    for agent in every:
        name, words = row(agent, folder, home)
        rows.append((name, words + (" (default)" if agent.name == session.config.agent else "")))
    say(*table(rows))
    if known.absent:
        say("", f"Known, but not installed: {', '.join(preset.name for preset in known.absent)}")
    for problem in known.problems:
        warn(problem)
    return 0


def _show(session: Session, name: str, folder: Path, *, as_json: bool) -> int:
    try:
        agent = find_agent(name, session.config, folder)
    except UnknownAgent as error:
        raise CommandError(str(error)) from None
    home = session.registry.home
    if as_json:
        say_json(_plain(exported(agent, folder, home)))
        return 0
    say(*describe(agent, whole=True))
    if state := state_of(agent, folder, home):
        say(f"state: {state}")
    return 0


def _plain(value: object) -> object:
    """A value as JSON can hold it: what a definition holds beyond that becomes text."""
    return json.loads(json.dumps(value, default=str))
