"""What a person reads before an agent runs: who it is, what it may do, what it brings along, in plain words.

Names, commands and texts of a definition are others' words: every line is made safe for a terminal.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from itertools import pairwise

from app.agents import fencing
from app.agents.abilities import named, quoted, sentence
from app.agents.catalog.presets import Preset, presets
from app.logs.sanitise import sanitise
from app.model.agent import AgentDefinition, Origin
from app.model.duration import spell_duration
from app.model.run import AgentRun, Channel

WARNING = "may use every tool without asking: change any file, run any command, use the network"
"""What is said of an agent that nothing restrains."""

UNLIMITED = "may use every tool: no definition limits it"
"""What is said of a client by itself that asks its own questions."""

_LONGEST = 400
_SETTINGS = {
    "allowedCommands": "commands that run unasked",
    "deniedCommands": "commands that are refused",
    "allowedPaths": "paths that it may touch unasked",
    "deniedPaths": "paths that are refused",
    "allowedServices": "services that it may use unasked",
    "deniedServices": "services that are refused",
    "autoAllowReadonly": "commands that only read run unasked",
    "off": "switched off",
}


def describe(agent: AgentDefinition, *, whole: bool = False) -> tuple[str, ...]:
    """The lines about an agent, the most important ones first; ``whole`` shortens nothing."""
    lines = (sanitise(line) for line in _lines(agent, whole=whole))
    return tuple(line if whole or len(line) <= _LONGEST else f"{line[:_LONGEST]}…" for line in lines)


def headline(agent: AgentDefinition) -> str:
    """Who it is, in one line: ``shop · Kiro · knows the shop``."""
    preset = presets().get(agent.client)
    title = (
        preset.title if preset else "built in" if agent.origin is Origin.BUILT_IN else "a command of yours"
    )
    words = (agent.name, title, agent.description if agent.description != title else "")
    return sanitise(" · ".join(word for word in words if word))


def permissions(agent: AgentDefinition) -> str:
    """What it may do, in one sentence."""
    preset = presets().get(agent.client)
    if agent.trusted_with_everything:
        warning = preset.warning if preset and preset.warning else WARNING + _because(agent, preset)
        return sanitise(warning)
    if agent.origin is Origin.BUILT_IN:
        return "runs the project's own test and lint commands, and changes files to fix what linters report"
    if preset is None:
        return "asks before it uses a tool, if it keeps to the protocol"
    mode = _mode(agent)
    if agent.file is None or mode is not None:
        return sanitise(_words(agent, preset, mode))
    if any(name.startswith("permission.") for name, _ in agent.settings):
        return "uses its tools unasked, except where its permissions say otherwise"
    return sanitise(sentence(agent))


def _lines(agent: AgentDefinition, *, whole: bool) -> Iterator[str]:
    yield headline(agent)
    yield permissions(agent)
    yield from _tools(agent)
    yield from _settings(agent)
    for occasion, command in agent.hooks:
        yield f"runs by itself: {quoted([command])[0]} at {occasion}"
    for name, command in agent.services:
        yield f"tool server {name}: {command}"
    if agent.obeys:
        yield f"also obeys, and can run commands for: {named(agent.obeys)}"
    if agent.resources:
        yield f"reads from the start: {named(agent.resources)}"
    if agent.model:
        yield f"model: {agent.model}"
    yield from _prompt(agent, whole=whole)
    yield from _questions(agent)
    yield from _fence(agent)
    if agent.run and agent.run.environment:
        yield f"environment: sets {named([name for name, _ in agent.run.environment])}"
    yield f"command: {shlex.join(agent.command)}"
    known = agent.origin is Origin.PRESET
    yield "defined by: delegate, which knows this client" if known else f"defined in: {agent.source}"
    if agent.shadows:
        yield f"hides: {named(agent.shadows)}"
    if agent.unknown:
        yield f"not understood: {_unknown(agent, whole=whole)}"
    if agent.missing:
        yield f"cannot be started: {agent.missing}"


def _because(agent: AgentDefinition, preset: Preset | None) -> str:
    """The flag, or the way of the client, that makes it so."""
    if preset is None:
        return " · nothing of delegate restrains a command of yours"
    words = preset.words.get("default")
    for way in preset.ways:
        if way.channel is agent.channel:
            if way.unattended and _contains(agent.command, way.unattended):
                return f" ({' '.join(way.unattended)})"
            if way.always and (mode := _mode(agent)) not in preset.everything:
                said = words if words and mode is None else "never asks"
                return f" · {preset.title} {said}"
    mode = _mode(agent)
    return f" (mode {mode})" if mode else ""


def _contains(command: tuple[str, ...], words: tuple[str, ...]) -> bool:
    if len(words) == 1:
        return words[0] in command
    return tuple(words) in [tuple(pair) for pair in pairwise(command)]


def _mode(agent: AgentDefinition) -> str | None:
    settings = dict(agent.settings)
    if agent.terms.mode:
        return agent.terms.mode
    return settings["permissionMode"][0] if "permissionMode" in settings else None


def _words(agent: AgentDefinition, preset: Preset, mode: str | None) -> str:
    if mode is not None:
        said = preset.words.get(mode, "what that lets it do unasked is not known here")
        words = f"mode {mode}: {said}"
    else:
        words = preset.words.get("default", "asks as its own settings say")
    if preset.toolless:
        return words
    refused = "; what it would have to ask for is refused, since nobody can be asked this way"
    asks = words.startswith("asks") or mode is not None
    rest = refused if asks and agent.channel is not Channel.ACP else ""
    return f"{UNLIMITED}; {preset.title} {words}{rest}" if mode is None else f"{words}{rest}"


def _tools(agent: AgentDefinition) -> Iterator[str]:
    if agent.file is None:
        return
    yield f"tools: {'all that its client has' if '*' in agent.tools else named(agent.tools) or 'none'}"
    if agent.allowed:
        yield f"unasked: {named(agent.allowed)}"


def _settings(agent: AgentDefinition) -> Iterator[str]:
    for name, values in agent.settings:
        tool, _, setting = name.rpartition(".")
        words = _SETTINGS.get(setting)
        shown = named(quoted(values))
        yield f"{tool}: {words}: {shown}" if words and tool else f"{name}: {shown}"


def _prompt(agent: AgentDefinition, *, whole: bool) -> Iterator[str]:
    if agent.prompt.startswith("file://"):
        yield f"prompt: the file {agent.prompt.removeprefix('file://')}"
    elif whole and agent.prompt:
        yield "prompt:"
        yield from (f"  {line}" for line in agent.prompt.splitlines())
    elif agent.prompt:
        first = " ".join(agent.prompt.split())
        yield f'prompt ({len(agent.prompt)} characters): "{first[:80]}{"…" if len(first) > 80 else ""}"'


def _questions(agent: AgentDefinition) -> Iterator[str]:
    run = agent.run
    if run is None or run.channel is not Channel.ACP:
        return
    yield f"its questions come to you; one without an answer in {spell_duration(run.answer_s)} is declined"
    if run.allow:
        yield f"answered with yes by itself: {named(quoted(run.allow))}"
    if run.deny:
        yield f"answered with no by itself: {named(quoted(run.deny))}"


def _fence(agent: AgentDefinition) -> Iterator[str]:
    run = agent.run or AgentRun(agent.channel, agent.command)
    if run.sandbox == "workspace":
        network = "with the network" if run.network else "without the network"
        yield f"fence: changes only its folder and its client's own files, sees no other home, {network}"
        if why := fencing.problem():
            yield f"it will not run here: {why}"
    elif agent.origin is not Origin.BUILT_IN:
        yield 'fence: none (sandbox = "workspace" in its settings puts one around it)'


def _unknown(agent: AgentDefinition, *, whole: bool) -> str:
    if not whole:
        return named([*agent.unknown])
    return json.dumps(dict(agent.unknown), default=str, ensure_ascii=False)
