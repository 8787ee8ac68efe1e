"""The agents there are, as the dashboard asks for them: often, and for the same ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from app.agents.definitions import EMBEDDED, UnknownAgent, all_agents, find_agent
from app.model.agent import AgentDefinition
from app.registry.config import Config
from app.registry.paths import Home

FRESH_S = 1.0
"""How long an answer is given again without a look at the files: while somebody types, not longer."""


class KnownAgents:
    """Finds agents, remembering for a moment what it found. ``home`` holds the approvals."""

    def __init__(self, home: Home, clock: Callable[[], float] = time.monotonic) -> None:
        self._home = home
        self._clock = clock
        self._last: tuple[float, str, Config, Path, AgentDefinition | UnknownAgent] | None = None
        self.names: tuple[str, ...] = (EMBEDDED.name,)

    def find(self, name: str, config: Config, folder: Path) -> AgentDefinition:
        """The agent of a name in a folder. Raises UnknownAgent."""
        last, now = self._last, self._clock()
        if last is None or last[1:4] != (name, config, folder) or now - last[0] > FRESH_S:
            last = self._last = (now, name, config, folder, _looked_up(name, config, folder))
        if isinstance(last[4], UnknownAgent):
            raise last[4]
        return last[4]

    def needs_yes(self, agent: AgentDefinition, folder: Path) -> str:
        """Why a person must say yes before an agent works in a folder; empty where nobody needs to."""
        from app.agents.approval import needed  # nobody needs it before the first agent is named

        question = needed(agent, folder, self._home)
        if question is None:
            return ""
        return "has changed, needs your yes" if question.changed else "needs your yes"

    def refresh(self, config: Config, folder: Path) -> None:
        """Read anew which agents there are; takes some milliseconds, so it is for a thread."""
        self.names = tuple(agent.name for agent in all_agents(config, folder))


def _looked_up(name: str, config: Config, folder: Path) -> AgentDefinition | UnknownAgent:
    try:
        return find_agent(name, config, folder)
    except UnknownAgent as error:
        return error
