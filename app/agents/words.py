"""Command lines with placeholders, filled in."""

from __future__ import annotations

from app.model.agent import TASK_PLACEHOLDER
from app.model.run import SESSION_PLACEHOLDER


def fill(command: tuple[str, ...], text: str, session: str = "") -> tuple[str, ...]:
    """A client's command line for a text and a conversation.

    A text that is a word of its own and begins with a dash gets a blank before it: it is what the agent is
    told, and no option of its client. Placeholders in the text itself stay as they are.
    """
    return tuple(_filled(word, text, session) for word in command)


def _filled(word: str, text: str, session: str) -> str:
    if word == TASK_PLACEHOLDER:
        return f" {text}" if text.startswith("-") else text
    pieces = word.replace(SESSION_PLACEHOLDER, session).split(TASK_PLACEHOLDER)
    return text.join(pieces)
