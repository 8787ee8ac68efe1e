"""The argument list of a one-shot client, and the conversation it is for: chosen by us where it lets us."""

from __future__ import annotations

import sys
import uuid
from dataclasses import dataclass

from app.agents.words import fill
from app.model.run import SESSION_PLACEHOLDER, AgentRun
from app.supervisor.launch import PYTHON


class CannotContinue(Exception):  # noqa: N818 - a state of affairs, not a fault
    """The client cannot go on in the conversation; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Call:
    """What to start. ``session`` is the conversation's id, None where only the client will know it."""

    command: tuple[str, ...]
    session: str | None = None


def call_of(run: AgentRun, text: str, earlier: str | None = None) -> Call:
    """The call that gives a text to a client: in the ``earlier`` conversation if there is one, else in a new
    one. Raises CannotContinue."""
    if earlier is not None:
        if not run.resume:
            raise CannotContinue("this client cannot go on in an earlier conversation")
        if earlier.startswith("-") or not earlier.isprintable():
            raise CannotContinue("the id that its client gave the conversation is none for a command line")
        return Call(_program(fill(run.resume, text, earlier)), earlier)
    chosen = str(uuid.uuid4()) if any(SESSION_PLACEHOLDER in word for word in run.command) else None
    return Call(_program(fill(run.command, text, chosen or "")), chosen)


def _program(words: tuple[str, ...]) -> tuple[str, ...]:
    return (sys.executable, *words[1:]) if words[0] == PYTHON else words
