"""The stand-ins of one-shot clients: how each is run, and what stands behind the status of its task."""

from __future__ import annotations

import sys
from pathlib import Path

from app.model.run import AgentRun, Channel
from app.model.task import Task
from tests.agents.hosted import last

ONESHOT = str(Path(__file__).parents[1] / "standins" / "oneshot.py")
CLIENTS = ("claude", "codex", "copilot", "gemini", "kimi", "opencode", "qwen")
PLAIN = ("aider", "llm")

SESSIONS = {
    "claude": (["--session-id", "{session}"], ["--resume", "{session}"]),
    "copilot": (["--session-id={session}"], ["--resume={session}"]),
    "codex": (["exec", "--json"], ["exec", "--json", "resume", "{session}"]),
    "kimi": ([], ["--session", "{session}"]),
}
"""How a client is told of a new conversation and of an earlier one, as the real ones are."""


def client(name: str, **changes: object) -> AgentRun:
    """How the stand-in of a client is run."""
    new, earlier = SESSIONS.get(name, ([], []))
    base = [sys.executable, ONESHOT, name]
    given: dict[str, object] = {
        "channel": Channel.EXEC,
        "command": (*base, *new, "{task}"),
        "resume": (*base, *earlier, "{task}") if earlier else (),
        "client": name,
        "events": "" if name in PLAIN else name,
        **changes,
    }
    return AgentRun(**given)  # type: ignore[arg-type]


def words(task: Task) -> str | None:
    """What stands behind the status: the reason of a failure, or the qualifier."""
    return last(task).reason or last(task).qualifier
