"""Definitions of Kiro and Amazon Q agents: JSON, and what it says of tools, in our fields.

Source: the agent format of the Kiro CLI (``tools``, ``allowedTools``, ``toolsSettings`` and the others).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from app.agents.catalog.found import (
    Found,
    checked_name,
    hooks_of,
    line_for,
    line_of,
    one_line,
    services_of,
    table,
    text,
    texts,
    values_of,
)
from app.agents.catalog.reading import Broken
from app.agents.tools import ability_of

_KNOWN = frozenset(
    {
        *("$schema", "name", "description", "prompt", "model", "tools", "allowedTools", "toolsSettings"),
        *("toolAliases", "resources", "hooks", "mcpServers", "includeMcpJson", "useLegacyMcpJson"),
        *("permissions", "excludedTools"),
    }
)
_COMMANDS = {"allowedCommands": "allow", "deniedCommands": "deny"}
_PATHS = {"allowedPaths": "allow", "deniedPaths": "deny"}

_PLAIN = re.compile(r"[\w ./:=@,-]*", re.ASCII)
"""What means the same in a regular expression and in a pattern for file names; a dot only nearly so."""


def read_json(document: str, stem: str) -> Found:
    """The definition in a JSON file whose name without ending is ``stem``. Raises Broken."""
    try:
        record = json.loads(document, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise Broken(error.msg.lower(), error.lineno) from None
    except RecursionError:
        raise Broken("is nested too deeply") from None
    except ValueError as error:
        raise Broken(str(error), line_of(document, str(error).partition(" ")[0])) from None
    if not isinstance(record, dict):
        raise Broken("must be an object with a name and tools", 1)
    try:
        return found_in(record, stem)
    except Broken as broken:
        raise Broken(str(broken), line_for(document, broken)) from None


def found_in(record: Mapping[str, object], stem: str, prompt: str = "") -> Found:
    """The definition in a record of Kiro's fields; ``prompt`` is what stands beside it. Raises Broken."""
    settings = table(record, "toolsSettings")
    allow, deny = _rules(record, settings)
    return Found(
        name=checked_name(record.get("name") or stem),
        description=one_line(text(record, "description")),
        tools=_without(texts(record, "tools"), texts(record, "excludedTools")),
        allowed=texts(record, "allowedTools"),
        settings=(*_settings(settings), *_permissions(record), *_aliases(record)),
        resources=_resources(record),
        hooks=hooks_of(record),
        services=(*services_of(record), *_other_services(record)),
        model=text(record, "model") or None,
        prompt=text(record, "prompt") or prompt,
        allow=allow,
        deny=deny,
        unknown={key: value for key, value in record.items() if key not in _KNOWN},
    )


def as_pattern(expression: str) -> str | None:
    """A regular expression for commands as a pattern for file names, or None where it says more than one can.

    A lone dot becomes a dot: the pattern is then narrower than what was written, never wider.
    """
    expression = expression.removeprefix("^").removeprefix("\\A").removesuffix("$").removesuffix("\\z")
    pieces = expression.replace("\\.", ".").split(".*")
    return "*".join(pieces) if all(_PLAIN.fullmatch(piece) for piece in pieces) else None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; with a key twice, two readers could take it for two different ones."""
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)} is there twice")
    return record


def _rules(
    record: Mapping[str, object], settings: Mapping[str, object]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Rules for questions. What runs unasked only within limits is allowed within these."""
    rules: dict[str, list[str]] = {"allow": [], "deny": list(texts(record, "excludedTools"))}
    limited = {
        ability_of(tool) for tool, value in settings.items() if isinstance(value, dict) and _limits(value)
    }
    rules["allow"] += (
        tool for tool in texts(record, "allowedTools") if ability_of(tool) not in limited and tool != "*"
    )
    for tool, value in settings.items():
        for key, kind in (_COMMANDS | _PATHS).items():
            for limit in texts(value, key) if isinstance(value, dict) else ():
                pattern = as_pattern(limit) if key in _COMMANDS else limit
                if pattern:
                    rules[kind].append(f"{tool}({pattern})")
    return tuple(rules["allow"]), tuple(rules["deny"])


def _limits(value: Mapping[str, object]) -> bool:
    return any(key in value for key in (*_COMMANDS, *_PATHS))


def _settings(settings: Mapping[str, object]) -> list[tuple[str, tuple[str, ...]]]:
    shown = []
    for tool, value in settings.items():
        if isinstance(value, dict):
            shown += [(f"{tool}.{key}", values_of(item)) for key, item in value.items()]
        else:
            shown.append((tool, values_of(value)))
    return shown


def _permissions(record: Mapping[str, object]) -> list[tuple[str, tuple[str, ...]]]:
    """The rules of the third format, as they are."""
    value = record.get("permissions")
    if value is None:
        return []
    if isinstance(value, dict):
        return [(f"permissions.{key}", values_of(item)) for key, item in value.items()]
    return [("permissions", values_of(value))]


def _aliases(record: Mapping[str, object]) -> list[tuple[str, tuple[str, ...]]]:
    return [(f"toolAliases.{name}", values_of(value)) for name, value in table(record, "toolAliases").items()]


def _resources(record: Mapping[str, object]) -> tuple[str, ...]:
    value = record.get("resources")
    if isinstance(value, list):
        return tuple(item if isinstance(item, str) else repr(item) for item in value)
    return texts(record, "resources")


def _other_services(record: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    if record.get("includeMcpJson") is True or record.get("useLegacyMcpJson") is True:
        return (("mcp.json", "and every server that the settings of project and user name there"),)
    return ()


def _without(tools: tuple[str, ...], excluded: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(tool for tool in tools if tool not in excluded)
