"""What kiro-cli finds on the machine: agent definitions, and the conversations it keeps."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

DEFAULT_AGENT = "kiro_default"
ALIASES = {"read": "fs_read", "write": "fs_write", "shell": "execute_bash"}
"""Short names of tools, which definitions and options may use for the long ones."""

UNASKED = frozenset({"fs_read", "todo_list"})
"""Tools that run unasked whatever the definition says."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One definition: what the agent may use at all, and what it uses unasked."""

    name: str
    tools: tuple[str, ...] = ("*",)
    allowed: tuple[str, ...] = ()

    def has(self, tool: str) -> bool:
        """Whether the model is offered this tool."""
        return "@builtin" in self.tools or _named(tool, self.tools)

    def may(self, tool: str) -> bool:
        """Whether this tool runs without a question."""
        return tool in UNASKED or _named(tool, self.allowed)


def _named(tool: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(tool, ALIASES.get(pattern, pattern)) for pattern in patterns)


def home() -> Path:
    """The folder of kiro-cli's own files: KIRO_HOME, else ``~/.kiro``."""
    return Path(os.environ.get("KIRO_HOME") or Path.home() / ".kiro")


def agents(folder: Path) -> dict[str, Agent]:
    """The agents that exist now, by name: the built-in one, the user's, the folder's; the last wins."""
    found = {DEFAULT_AGENT: Agent(DEFAULT_AGENT)}
    for place in (home() / "agents", folder / ".kiro" / "agents"):
        for path in sorted(place.glob("*.json")):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                agent = _agent(path, json.loads(path.read_text()))
                found[agent.name] = agent
    return found


def _agent(path: Path, data: dict[str, Any]) -> Agent:
    name = str(data.get("name") or path.stem)
    return Agent(name, tuple(data.get("tools") or ()), tuple(data.get("allowedTools") or ()))


def conversation(session_id: str) -> Path:
    """The file in which a conversation is kept, one message a line."""
    return home() / "sessions" / "cli" / f"{session_id}.jsonl"


def last_conversation() -> str | None:
    """The id of the conversation that was kept last, if there is any."""
    kept = sorted(conversation("x").parent.glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    return kept[-1].stem if kept else None
