"""A definition as its file has it, whatever its format: plain data, and the checks that all formats share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.agents.catalog.reading import Broken
from app.model.agent import EVERY_TOOL
from app.model.task import COMMAND, WORKER

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """What a definition says, in the fields that `AgentDefinition` has, before anybody runs it.

    ``mode`` is the client's own word for how it asks. ``allow`` and ``deny`` are rules for its questions.
    ``runnable`` False is for a helper of another agent, which its client does not start by itself.
    """

    name: str
    description: str = ""
    tools: tuple[str, ...] = EVERY_TOOL
    allowed: tuple[str, ...] = ()
    settings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    resources: tuple[str, ...] = ()
    hooks: tuple[tuple[str, str], ...] = ()
    services: tuple[tuple[str, str], ...] = ()
    model: str | None = None
    mode: str | None = None
    prompt: str = ""
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    runnable: bool = True
    unknown: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


def checked_name(name: object) -> str:
    """The name, if it can be one: it ends up in command lines and on screens. Raises Broken."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Broken("its name must be letters, digits, '-', '_' and '.', at most 64 of them, a letter first")
    if name in (WORKER, COMMAND):
        raise Broken(f"the name {name} is taken by an agent of ours")
    return name


def text(record: Mapping[str, object], key: str) -> str:
    """The text under a key, empty where there is none. Raises Broken."""
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Broken(f"{key} must be text")
    return value


def one_line(words: str) -> str:
    """A description as one line."""
    return " ".join(words.split())


def texts(record: Mapping[str, object], key: str) -> tuple[str, ...]:
    """The list of texts under a key; a text with commas is such a list too. Raises Broken."""
    value = record.get(key)
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(item.strip() for item in value.split(",") if item.strip())
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Broken(f"{key} must be a list of texts")
    return tuple(value)


def table(record: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The table under a key, empty where there is none. Raises Broken."""
    value = record.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise Broken(f"{key} must be a table of names and values")
    return value


def hooks_of(record: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Occasions, and the commands that run by themselves then: flat as Kiro has them, nested as Claude."""
    return tuple(
        (occasion, command)
        for occasion, value in table(record, "hooks").items()
        for command in _commands(value)
    )


def _commands(value: object) -> list[str]:
    """Every command in the value of a hook; what has another shape is shown as it is rather than left out."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [command for item in value for command in _commands(item)]
    if isinstance(value, dict):
        matcher = f" (on {value['matcher']})" if value.get("matcher") else ""
        if isinstance(value.get("command"), str):
            return [f"{value['command']}{matcher}"]
        if "hooks" in value:
            return [f"{command}{matcher}" for command in _commands(value["hooks"])]
    return [repr(value)]


def services_of(record: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Tool servers: names, and command lines or addresses."""
    value = record.get("mcpServers")
    if isinstance(value, list):  # frontmatter may name servers that are defined elsewhere
        merged = {str(item): "" for item in value if isinstance(item, str)}
        for item in value:
            merged.update(item if isinstance(item, dict) else {})
        value = merged
    servers = table({"mcpServers": value}, "mcpServers")
    return tuple((name, _server(server)) for name, server in servers.items())


def _server(server: object) -> str:
    if not isinstance(server, dict):
        return str(server or "defined elsewhere")
    arguments = server.get("args")
    words = [str(server.get("command") or server.get("url") or repr(server))]
    words += [str(argument) for argument in arguments] if isinstance(arguments, list) else []
    environment = server.get("env")
    names = (
        f" with {', '.join(map(str, environment))} set"
        if isinstance(environment, dict) and environment
        else ""
    )
    state = " (switched off)" if server.get("disabled") is True else ""
    return " ".join(words) + names + state


def values_of(value: object) -> tuple[str, ...]:
    """A setting's values as texts."""
    if isinstance(value, list):
        return tuple(item if isinstance(item, str) else repr(item) for item in value)
    return (str(value).lower() if isinstance(value, bool) else str(value),)


def line_of(document: str, key: str) -> int | None:
    """The line, counted from 1, on which a key stands first; None when it cannot be found."""
    match = re.search(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*:", document, re.MULTILINE) or re.search(
        rf"[\"']{re.escape(key)}[\"']\s*:", document
    )
    return document.count("\n", 0, match.start()) + 1 if match else None


def line_for(document: str, broken: Broken) -> int | None:
    """The line, counted from 1, of the key that a fault is about: its first word, or the name."""
    if broken.line:
        return broken.line
    first = str(broken).partition(" ")[0]
    return line_of(document, "name" if first in ("its", "the") else first)
