"""The agents there are: the embedded worker, and those of the config file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.model.agent import TASK_PLACEHOLDER, AgentDefinition, Origin
from app.model.task import WORKER
from app.registry.config import Config

if TYPE_CHECKING:
    from app.agents.catalog.catalog import Catalog

EMBEDDED = AgentDefinition(
    name=WORKER,
    command=("{python}", "-I", "-m", "app.agents.worker", TASK_PLACEHOLDER),
    source="built in",
    description="runs a project's tests and fixes lint errors with the project's own tools",
    trusted_with_everything=False,
    origin=Origin.BUILT_IN,
)
"""The agent that is always there: needs no account, no network, no model."""


class UnknownAgent(Exception):  # noqa: N818 - names what is unknown
    """There is no agent of this name; the message is one line that lists those there are."""


def all_agents(config: Config, folder: Path | None = None) -> tuple[AgentDefinition, ...]:
    """Every agent that can be named, the embedded one first, then the others in the order in which they win.

    ``folder`` is where the work is to be done: definitions of its project count there. Without one, only
    those of the user do.
    """
    return (EMBEDDED, *catalog(config, folder).agents)


def catalog(config: Config, folder: Path | None = None) -> Catalog:
    """Every agent but the embedded one, with what was wrong with definitions and which clients are absent."""
    from app.agents.catalog.catalog import catalog_of  # the worker's tasks need none of it

    return catalog_of(config, folder)


def find_agent(name: str, config: Config, folder: Path | None = None) -> AgentDefinition:
    """The agent of a name, in a folder. Raises UnknownAgent; one that is not found never becomes another."""
    if name == EMBEDDED.name:
        return EMBEDDED
    known = catalog(config, folder)
    for agent in known.agents:
        if agent.name == name:
            return agent
    raise UnknownAgent(_why_not(name, known))


def _why_not(name: str, known: Catalog) -> str:
    if name in known.broken:
        return f"the definition of {name} cannot be used: {known.broken[name]}"
    for preset in known.absent:
        if preset.name == name:
            return f"{preset.title} is not installed: {preset.install}"
    names = ", ".join(agent.name for agent in (EMBEDDED, *known.agents))
    return f"there is no agent {name}; there are: {names} (add one as [agents.{name}] in config.toml)"
