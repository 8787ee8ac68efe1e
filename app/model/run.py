"""How an agent is run for a task: what was shown and approved, kept with it so that nothing else runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SESSION_PLACEHOLDER = "{session}"
"""In a word of a command, stands for the id of the conversation."""


class Channel(StrEnum):
    """How an agent is spoken to.

    ``acp``: the Agent Client Protocol over its standard input and output. ``exec``: one command for one
    task, whose output is a stream of events. ``plain``: one command, whose output is what it is.
    """

    ACP = "acp"
    EXEC = "exec"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class AgentRun:
    """The terms under which an agent works on a task, as they were approved: a part of ``task.toml``.

    ``command`` is the client's argument list, with ``{task}`` and ``{session}`` where text and conversation
    go; ``resume`` the one that goes on in an earlier conversation, empty where the client cannot. ``events``
    names the shape of the stream that an ``exec`` client writes. ``definition`` is the file that defines the
    agent, None where there is none, and ``fingerprint`` what was approved: nothing runs when it no longer
    fits. ``trusted`` says that it may use every tool unasked. ``mode`` and ``model`` are set through the
    protocol. ``allow`` and ``deny`` are the rules by which permissions are answered without a person; a
    question that nobody answers within ``answer_s`` seconds is declined. After ``retries`` attempts of the
    client in a row to reach its model it is ended. ``sandbox`` is ``none`` or ``workspace``, ``network``
    whether it has one in there. ``environment`` is added to that of the task.
    """

    channel: Channel
    command: tuple[str, ...]
    client: str = ""
    resume: tuple[str, ...] = ()
    events: str = ""
    definition: str | None = None
    fingerprint: str = ""
    trusted: bool = False
    mode: str | None = None
    model: str | None = None
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    answer_s: float = 600.0
    retries: int = 5
    sandbox: str = "none"
    network: bool = True
    environment: tuple[tuple[str, str], ...] = ()
