"""An agent as it is defined: who does the work, with which command, and what it may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from app.model.run import AgentRun, Channel

TASK_PLACEHOLDER = "{task}"
"""Stands for the task's text wherever it occurs in a word of an agent's command."""

EVERY_TOOL = ("*",)
"""The tools of a definition that names none where naming none means all."""


class Origin(StrEnum):
    """Where a definition comes from; the earlier ones win over the later ones."""

    BUILT_IN = "built in"
    PROJECT = "project"
    USER = "user"
    SETTINGS = "settings"
    PRESET = "preset"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the user's settings say of how an agent is run; None and empty where they say nothing.

    ``arguments`` are added to its command line, ``unattended`` False takes away the flags that let a client
    use every tool unasked. ``answer_s`` is in seconds. ``trust`` waives the question before the first run.
    """

    channel: Channel | None = None
    mode: str | None = None
    model: str | None = None
    unattended: bool | None = None
    arguments: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()
    events: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    answer_s: float | None = None
    retries: int | None = None
    sandbox: str | None = None
    network: bool | None = None
    trust: bool = False


@dataclass(frozen=True, slots=True)
class AgentDefinition:
    """An agent's name, its command with ``{task}`` where the text goes, and where it was defined.

    ``description`` is one line for people. ``trusted_with_everything`` is True where nothing restrains the
    agent but its own manners, so that it is said before it runs. ``keep_leftovers`` is for one that starts
    servers on purpose: what outlives it is left running.

    ``client`` is the program that does the work, by the name of its preset; empty for a command of the
    user's. ``run`` is how that program is spoken to, None where the command is all there is; its words hold
    ``{task}`` and ``{session}`` yet. ``tools`` are the client's own names of what it may use, ``allowed``
    those that run unasked, ``settings`` what restrains them, as ``tool.setting`` and its values. ``hooks``
    are occasions and the commands that run by themselves then, ``services`` names and command lines of tool
    servers. ``unknown`` keeps what is not understood. ``file`` is the defining file, ``missing`` one line on
    what to install where it cannot be started, ``shadows`` the sources of definitions with the same name that
    it hides. ``obeys`` are files of the project that can make the client run commands too: they are named,
    but no part of what is approved. ``fingerprint`` stands for all that an approval is about.
    """

    name: str
    command: tuple[str, ...]
    source: str
    description: str = ""
    trusted_with_everything: bool = True
    keep_leftovers: bool = False
    origin: Origin = Origin.SETTINGS
    channel: Channel = Channel.PLAIN
    client: str = ""
    run: AgentRun | None = None
    tools: tuple[str, ...] = EVERY_TOOL
    allowed: tuple[str, ...] = ()
    settings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    resources: tuple[str, ...] = ()
    hooks: tuple[tuple[str, str], ...] = ()
    services: tuple[tuple[str, str], ...] = ()
    model: str | None = None
    prompt: str = ""
    unknown: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    fingerprint: str = ""
    problems: tuple[str, ...] = ()
    file: str | None = None
    missing: str = ""
    shadows: tuple[str, ...] = ()
    obeys: tuple[str, ...] = ()
    terms: Terms = Terms()

    def command_for(self, text: str) -> tuple[str, ...]:
        """Put the task's text into the command."""
        return tuple(word.replace(TASK_PLACEHOLDER, text) for word in self.command)
