"""The agents there are: the embedded worker, and those of the config file."""

from __future__ import annotations

from pathlib import Path

from app.model.agent import TASK_PLACEHOLDER, AgentDefinition, Origin
from app.model.task import WORKER
from app.registry.config import Config

EMBEDDED = AgentDefinition(
    name=WORKER,
    command=("{python}", "-I", "-m", "app.agents.worker", TASK_PLACEHOLDER),
    source="built in",
    description="runs tests, fixes lint errors, builds, audits, watches … with the project's own tools",
    trusted_with_everything=False,
    origin=Origin.BUILT_IN,
)
"""The agent that is always there: needs no account, no network, no model."""


class UnknownAgent(Exception):  # noqa: N818 - names what is unknown
    """There is no agent of this name; the message is one line that lists those there are."""


def all_agents(config: Config, folder: Path | None = None) -> tuple[AgentDefinition, ...]:
    """Every agent that can be named, the embedded one first, then the others in the order in which they win.

    ``folder`` is where the work is to be done: definitions of its project count there. Without one, only those
    of the user do.
    """
    return (EMBEDDED, *config.agents)


def find_agent(name: str, config: Config, folder: Path | None = None) -> AgentDefinition:
    """The agent of a name, in a folder. Raises UnknownAgent; one that is not found never becomes another."""
    for agent in all_agents(config, folder):
        if agent.name == name:
            return agent
    names = ", ".join(agent.name for agent in all_agents(config, folder))
    raise UnknownAgent(
        f"there is no agent {name}; there are: {names} (add one as [agents.{name}] in config.toml)"
    )
