"""The shapes of event streams, as data: ``shapes.toml``, which says what its words mean."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from app.agents.trouble import LOGIN, QUOTA

TABLE = Path(__file__).with_name("shapes.toml")

Conditions = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What gives an event, and which. ``fields`` are the specifications of its values."""

    gives: str
    when: Conditions
    each: str | None = None
    where: Conditions = field(default_factory=dict)
    match: tuple[str, re.Pattern[str]] | None = None
    otherwise: bool = False
    once: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exit:
    """What an exit code of a client means, and the trouble behind it if that is quota or login."""

    words: str
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """How a client tells what it does (see shapes.toml)."""

    rules: tuple[Rule, ...]
    quiet: tuple[Conditions, ...] = ()
    failed: re.Pattern[str] | None = None
    denied: re.Pattern[str] | None = None
    fault: re.Pattern[str] | None = None
    heard: re.Pattern[str] | None = None
    exits: Mapping[int, Exit] = field(default_factory=dict)
    plain: bool = False
    endless: bool = False


class UnknownShape(Exception):  # noqa: N818 - names what is unknown
    """There is no shape of this name; the message lists those there are."""


@cache
def shape_of(name: str) -> Shape:
    """The shape of a name. Raises UnknownShape."""
    table = _table()
    if name not in table:
        raise UnknownShape(f"there is no shape of events {name}; there are: {', '.join(sorted(table))}")
    return _shape({**table.get(table[name].get("like", ""), {}), **table[name]})


def names() -> tuple[str, ...]:
    """The shapes that ``events`` of an agent can name."""
    return tuple(sorted(_table()))


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def _shape(record: Mapping[str, Any]) -> Shape:
    return Shape(
        rules=tuple(map(_rule, [*record.get("rules", ()), *record.get("lines", ())])),
        quiet=tuple(record.get("quiet", ())),
        failed=_expression(record.get("failed")),
        denied=_expression(record.get("denied")),
        fault=_expression(record.get("fault")),
        heard=_expression(record.get("heard", {}).get("retrying")),
        plain=record.get("plain", False),
        endless=record.get("endless", False),
        exits={int(code): _exit(words) for code, words in record.get("exits", {}).items()},
    )


def _rule(item: Mapping[str, Any]) -> Rule:
    record = dict(item)
    match = record.pop("match", None)
    if "expression" in record:  # of a line of text, which stands for an object with this one value
        match = {"path": "line", "expression": record.pop("expression")}
    return Rule(
        gives=record.pop("gives"),
        when=record.pop("when", {}),
        each=record.pop("each", None),
        where=record.pop("where", {}),
        match=None if match is None else (match["path"], re.compile(match["expression"])),
        otherwise=record.pop("otherwise", False),
        once=record.pop("once", False),
        fields=record,
    )


def _exit(words: str) -> Exit:
    trouble, colon, rest = words.partition(":")
    return Exit(rest, trouble) if colon and trouble in (QUOTA, LOGIN) else Exit(words)


def _expression(pattern: str | None) -> re.Pattern[str] | None:
    return None if pattern is None else re.compile(pattern, re.IGNORECASE)
