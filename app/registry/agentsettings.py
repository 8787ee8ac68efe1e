"""How ``[agents.NAME]`` of ``config.toml`` is read: the user's own command, or terms for a known client."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.model.agent import EVERY_TOOL, AgentDefinition, Terms
from app.model.duration import parse_duration
from app.model.run import Channel
from app.model.task import COMMAND, WORKER

KEYS = (
    *("command", "client", "description", "leftovers", "channel", "mode", "model", "unattended"),
    *("arguments", "resume", "events", "environment", "allow", "deny", "answer", "retries"),
    *("sandbox", "network", "trust"),
)
"""What may stand in the table of an agent."""

LONGEST_ANSWER_S = 86400.0
MOST_RETRIES = 1000

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def agent_of(name: str, record: dict[str, Any], path: Path) -> AgentDefinition:
    """The definition in a table that has no fault."""
    command = tuple(record.get("command", ()))
    return AgentDefinition(
        name,
        command,
        str(path),
        str(record.get("description", "")),
        keep_leftovers=record.get("leftovers") == "keep",
        client=record.get("client", "" if command else name),
        tools=EVERY_TOOL,
        terms=_terms(record),
    )


def _terms(record: dict[str, Any]) -> Terms:
    answer = parse_duration(record["answer"]) if "answer" in record else None
    return Terms(
        channel=Channel(record["channel"]) if "channel" in record else None,
        mode=record.get("mode"),
        model=record.get("model"),
        unattended=record.get("unattended"),
        arguments=tuple(record.get("arguments", ())),
        resume=tuple(record.get("resume", ())),
        events=record.get("events", ""),
        environment=tuple(record.get("environment", {}).items()),
        allow=tuple(record.get("allow", ())),
        deny=tuple(record.get("deny", ())),
        answer_s=answer,
        retries=record.get("retries"),
        sandbox=record.get("sandbox"),
        network=record.get("network"),
        trust=record.get("trust", False),
    )


def fault_of(name: str, record: object) -> str | None:
    """What is wrong with a table, in a line that says what to write; None where nothing is."""
    if name in (WORKER, COMMAND):
        return "the name is taken by an agent of ours"
    if not name.replace("-", "").replace("_", "").isalnum() or not name[0].isalpha():
        return "use letters, digits, '-' and '_' in the name, and a letter first"
    if not isinstance(record, dict):
        return 'write command = ["program", "{task}"], or client = "claude"'
    for key, value in record.items():
        if key not in _CHECKS:
            return f"{key} is nothing that an agent has; there are {', '.join(KEYS)}"
        holds, advice = _CHECKS[key]
        if not holds(value):
            return advice
    if record.get("command") == []:
        return 'write command = ["program", "{task}"]'
    if "command" in record and "client" in record:
        return "give a command or the client that it is about; not both"
    if "command" in record and record.get("channel", "plain") == "exec" and not record.get("events"):
        return "a command on the exec channel needs events, the client whose output its own is like"
    return None


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and "\0" not in item for item in value)


def _word(value: object) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value


def _yes_or_no(value: object) -> bool:
    return isinstance(value, bool)


def _duration(value: object) -> bool:
    try:
        seconds = parse_duration(str(value))
    except ValueError:
        return False
    return seconds is not None and seconds <= LONGEST_ANSWER_S


def _environment(value: object) -> bool:
    return isinstance(value, dict) and all(
        _VARIABLE.fullmatch(name) and isinstance(item, str) and "\0" not in item
        for name, item in value.items()
    )


def _retries(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_RETRIES


def _one_of(*words: str) -> Callable[[object], bool]:
    return lambda value: value in words


_PROGRAM = 'write command = ["program", "{task}"]'
_CHECKS: dict[str, tuple[Callable[[object], bool], str]] = {
    "command": (_texts, _PROGRAM),
    "client": (_word, 'client is the name of a known client, such as "claude"'),
    "description": (lambda value: isinstance(value, str), "description is a line of text"),
    "leftovers": (_one_of("sweep", "keep"), 'leftovers is "sweep" or "keep"'),
    "channel": (_one_of(*Channel), 'channel is "acp", "exec" or "plain"'),
    "mode": (_word, "mode is one of the client's modes"),
    "model": (_word, "model is one of the client's models"),
    "unattended": (_yes_or_no, "unattended is true or false"),
    "arguments": (_texts, 'write arguments = ["--one", "two"]'),
    "resume": (_texts, 'write resume = ["program", "--resume", "{session}", "{task}"]'),
    "events": (_word, "events is the client whose output it is like"),
    "environment": (_environment, 'write environment = { NAME = "value" }'),
    "allow": (_texts, 'write allow = ["Tool", "Tool(pattern)"]'),
    "deny": (_texts, 'write deny = ["Tool", "Tool(pattern)"]'),
    "answer": (_duration, "answer is how long a question waits, up to 1d, such as 10m"),
    "retries": (_retries, f"retries is how often it may try to reach its model, 0 to {MOST_RETRIES}"),
    "sandbox": (_one_of("none", "workspace"), 'sandbox is "none" or "workspace"'),
    "network": (_yes_or_no, "network is true or false"),
    "trust": (_yes_or_no, "trust is true or false"),
}
