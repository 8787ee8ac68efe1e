"""The clients that are known: ``presets.toml``, read into plain data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.model.run import Channel

FILE = Path(__file__).with_name("presets.toml")

OPTIONS_PLACEHOLDER = "{options}"
"""In a command, stands for the place of the words for mode, model, agent and tools."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to work with a client: its command, and the words that are added for each wish.

    The fields are those that ``presets.toml`` explains. ``program`` is what must be on the PATH, ``install``
    how to get it.
    """

    channel: Channel
    program: str
    install: str
    command: tuple[str, ...]
    resume: tuple[str, ...] = ()
    unattended: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    default_mode: str | None = None
    model: tuple[str, ...] = ()
    agent: tuple[str, ...] = ()
    agent_is_mode: bool = False
    agent_decides: bool = False
    tools: tuple[str, ...] = ()
    join: str = ","
    always: bool = False
    events: str = ""

    @property
    def takes_agents(self) -> bool:
        """Whether an agent of a definition can be named this way."""
        return bool(self.agent) or self.agent_is_mode


@dataclass(frozen=True, slots=True)
class Preset:
    """A client that is known: ``ways`` to work with it in the order of preference."""

    name: str
    title: str
    program: str
    install: str
    ways: tuple[Way, ...]
    everything: tuple[str, ...] = ()
    warning: str = ""
    toolless: bool = False
    obeys: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@cache
def presets() -> Mapping[str, Preset]:
    """Every client that is known, by name. Read once: 4 ms."""
    records = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return MappingProxyType({name: _preset(name, record) for name, record in records.items()})


def _preset(name: str, record: dict[str, Any]) -> Preset:
    ways = (
        _way(Channel.ACP, record.get("acp"), record),
        _way(Channel.EXEC, record.get("exec"), record),
    )
    return Preset(
        name=name,
        title=record["title"],
        program=record["program"],
        install=record["install"],
        ways=tuple(way for way in ways if way is not None),
        everything=tuple(record.get("everything", ())),
        warning=record.get("warning", ""),
        toolless=record.get("toolless", False),
        obeys=tuple(record.get("obeys", ())),
        words=MappingProxyType(record.get("words", {})),
    )


def _way(channel: Channel, record: dict[str, Any] | None, client: dict[str, Any]) -> Way | None:
    if record is None:
        return None
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
    if channel is Channel.EXEC and not record.get("events"):
        channel = Channel.PLAIN
    return Way(**{"program": client["program"], "install": client["install"], **given, "channel": channel})
