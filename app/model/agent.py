"""An agent as it is defined: who does the work, and with which command."""

from __future__ import annotations

from dataclasses import dataclass

TASK_PLACEHOLDER = "{task}"
"""Stands for the task's text wherever it occurs in a word of an agent's command."""


@dataclass(frozen=True, slots=True)
class AgentDefinition:
    """An agent's name, its command with ``{task}`` where the text goes, and where it was defined.

    ``description`` is one line for people. ``trusted_with_everything`` is True where nothing restrains the
    agent but its own manners, so that it is said before it runs. ``keep_leftovers`` is for one that starts
    servers on purpose: what outlives it is left running.
    """

    name: str
    command: tuple[str, ...]
    source: str
    description: str = ""
    trusted_with_everything: bool = True
    keep_leftovers: bool = False

    def command_for(self, text: str) -> tuple[str, ...]:
        """Put the task's text into the command."""
        return tuple(word.replace(TASK_PLACEHOLDER, text) for word in self.command)
