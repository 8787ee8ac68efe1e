"""Command lines with placeholders, filled in."""

from __future__ import annotations

import re

from app.model.agent import TASK_PLACEHOLDER, AgentDefinition
from app.model.run import SESSION_PLACEHOLDER

_LIKE_A_COMMAND = re.compile(r"-|[\w-]+\Z")


def fill(command: tuple[str, ...], text: str, session: str = "") -> tuple[str, ...]:
    """A client's command line for a text and a conversation.

    A text that stands by itself and begins with a dash, or is one word only, gets a blank before it: it is
    what the agent is told, and no option or command of its client (``codex exec review``). Placeholders in
    the text itself stay as they are.
    """
    return tuple(_filled(word, text, session) for word in command)


def command_line(agent: AgentDefinition, text: str) -> tuple[str, ...]:
    """The argument list of an agent that nobody speaks with, for a text."""
    return fill(agent.command, text) if agent.client else agent.command_for(text)


def _filled(word: str, text: str, session: str) -> str:
    if word == TASK_PLACEHOLDER:
        return f" {text}" if _LIKE_A_COMMAND.match(text) else text
    pieces = word.replace(SESSION_PLACEHOLDER, session).split(TASK_PLACEHOLDER)
    return text.join(pieces)
