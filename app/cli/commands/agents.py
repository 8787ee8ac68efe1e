"""`delegate agents`: who can do the work."""

from __future__ import annotations

from app.agents.definitions import all_agents
from app.cli.arguments import Arguments
from app.cli.output import clean, say, table
from app.cli.session import Session


def agents(session: Session, arguments: Arguments) -> int:
    """List the agents with what they are or the command they run, the default one marked."""
    arguments.refuse_words("agents")
    rows = []
    for agent in all_agents(session.config):
        what = agent.description or " ".join(agent.command)
        default = " (default)" if agent.name == session.config.agent else ""
        rows.append((clean(agent.name), clean(what + default)))
    say(*table(rows))
    return 0
