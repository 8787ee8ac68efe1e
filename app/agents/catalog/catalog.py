"""The catalog: every agent that can be named in a folder, each name once, and what was wrong with others."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.agents.catalog.files import Candidate, definitions_in
from app.agents.catalog.found import Found
from app.agents.catalog.joining import Unfit, choose_way, run_of, run_of_command, unasked
from app.agents.catalog.places import project_roots
from app.agents.catalog.presets import Preset, Way, presets
from app.agents.catalog.reading import Broken
from app.agents.fingerprint import fingerprint_of, prompt_bytes
from app.model.agent import AgentDefinition, Origin, Terms
from app.model.run import AgentRun, Channel
from app.registry.config import Config

FENCE = "bwrap"
"""The program that puts a fence around an agent."""

KNOWN_CLIENT = "a known client"
"""The source of an agent that is a preset."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """``agents`` in the order in which they win, without the embedded one.

    ``problems`` are lines that name what could not be read, with file and line; ``broken`` the same by the
    name that the agent would have: it belongs to no other one. ``absent`` are the clients that are known and
    not installed.
    """

    agents: tuple[AgentDefinition, ...]
    problems: tuple[str, ...] = ()
    broken: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[Preset, ...] = ()


def catalog_of(config: Config, folder: Path | None) -> Catalog:
    """Every agent there is for work in a folder; without one, those that are not bound to a project."""
    found: dict[str, AgentDefinition] = {}
    broken: dict[str, str] = {}
    problems: list[str] = []
    for item in _in_order(config, folder):
        name = item.name
        if isinstance(item, _Fault):
            problems.append(item.problem)
            if name and name not in found:
                broken.setdefault(name, item.problem)
        elif name in found and _ambiguous(found[name], item):
            problem = f"{item.source}: the name {name} is that of {found.pop(name).source} too; rename one"
            problems.append(problem)
            broken[name] = problem
        elif name in found:
            found[name] = replace(found[name], shadows=(*found[name].shadows, item.source))
        elif name not in broken:
            found[name] = replace(item, obeys=_obeyed(item.client, folder))
    absent = [preset for preset in presets().values() if preset.name not in found and not _is_there(preset)]
    return Catalog(tuple(found.values()), tuple(problems), broken, tuple(absent))


def _ambiguous(first: AgentDefinition, second: AgentDefinition) -> bool:
    """Whether nobody can tell which of two definitions their client would take for the name."""
    if first.file is None or second.file is None or first.client != second.client:
        return False
    return Path(first.file).parent == Path(second.file).parent


@dataclass(frozen=True, slots=True)
class _Fault:
    name: str
    problem: str


def _in_order(config: Config, folder: Path | None) -> Iterator[AgentDefinition | _Fault]:
    terms = {agent.client: agent.terms for agent in config.agents if agent.client == agent.name}
    for candidate in definitions_in(folder):
        yield _of_file(candidate, terms.get(candidate.client, Terms()))
    for agent in config.agents:
        yield _of_settings(agent)
    for preset in presets().values():
        if preset.name not in terms and _is_there(preset):
            yield _of_preset(preset, AgentDefinition(preset.name, (), KNOWN_CLIENT, origin=Origin.PRESET))


def _of_file(candidate: Candidate, terms: Terms) -> AgentDefinition | _Fault:
    found = candidate.found
    if found is None:
        return _Fault(candidate.name, candidate.problem)
    preset = presets()[candidate.client]
    base = AgentDefinition(
        found.name,
        (),
        str(candidate.path),
        found.description,
        origin=candidate.origin,
        client=preset.name,
        terms=replace(terms, trust=False),  # trust in a client is not trust in what others define for it
        file=str(candidate.path),
        **_fields_of(found),
    )
    try:
        prompt = prompt_bytes(candidate.path, candidate.data)
    except Broken as error:
        return _Fault(found.name, error.at(candidate.path).replace(str(error), f"its prompt file: {error}"))
    return _joined(base, preset, found, candidate.data, prompt)


def _fields_of(found: Found) -> dict[str, Any]:
    names = ("tools", "allowed", "settings", "resources", "hooks", "services", "model", "prompt", "unknown")
    return {name: getattr(found, name) for name in names}


def _of_settings(agent: AgentDefinition) -> AgentDefinition | _Fault:
    if agent.command:
        return _with_fingerprint(_of_command(agent), None, None)
    preset = presets().get(agent.client)
    if preset is None:
        known = ", ".join(presets())
        advice = f'write command = ["program", "{{task}}"], or client with one of {known}'
        return _Fault(agent.name, f"{agent.source}: agents.{agent.name}: {advice}")
    return _of_preset(preset, agent)


def _of_command(agent: AgentDefinition) -> AgentDefinition:
    run = run_of_command(agent.command, agent.terms)
    return replace(
        agent,
        command=run.command,
        channel=run.channel,
        run=run if _needs_host(run) else None,
        trusted_with_everything=run.trusted,
        missing=_missing_program(run),
    )


def _of_preset(preset: Preset, agent: AgentDefinition) -> AgentDefinition:
    agent = replace(agent, client=preset.name, description=agent.description or preset.title)
    return _joined(agent, preset, None, None, None)


def _joined(
    agent: AgentDefinition, preset: Preset, found: Found | None, data: bytes | None, prompt: bytes | None
) -> AgentDefinition:
    """The agent with the way in which its client is run, or with what is in the way of that."""
    try:
        way = choose_way(preset, agent.terms, found, _runs)
        run = run_of(preset, way, agent.terms, found, agent.file)
    except Unfit as error:
        return replace(agent, command=preset.ways[0].command, missing=str(error), problems=(str(error),))
    agent = replace(
        agent,
        command=run.command,
        channel=run.channel,
        run=run,
        allowed=unasked(way, found),
        model=agent.terms.model or agent.model,
        trusted_with_everything=run.trusted,
        missing=_missing(preset, way, run),
    )
    agent = _with_fingerprint(agent, data, prompt)
    return agent if _needs_host(run) else replace(agent, run=None)


def _with_fingerprint(agent: AgentDefinition, data: bytes | None, prompt: bytes | None) -> AgentDefinition:
    run = agent.run or AgentRun(
        Channel.PLAIN, agent.command, agent.client, trusted=agent.trusted_with_everything
    )
    fingerprint = fingerprint_of(run, data, prompt)
    run = replace(run, fingerprint=fingerprint)
    return replace(agent, fingerprint=fingerprint, run=run if agent.run is not None else None)


def _needs_host(run: AgentRun) -> bool:
    """Whether somebody must stand between the runner and the client: a plain command needs nobody."""
    return run.channel is not Channel.PLAIN or run.sandbox != "none" or bool(run.environment)


def _obeyed(client: str, folder: Path | None) -> tuple[str, ...]:
    """Which files of the project can make the client run commands by themselves."""
    preset = presets().get(client)
    if preset is None or folder is None:
        return ()
    paths = (root / name for root in project_roots(folder) for name in preset.obeys)
    return tuple(str(path) for path in paths if path.is_file())


def _missing(preset: Preset, way: Way, run: AgentRun) -> str:
    if run.sandbox != "none" and not _runs(FENCE):
        return f'its fence needs bubblewrap (no {FENCE} on the PATH); install it, or set sandbox = "none"'
    if _runs(way.program):
        return ""
    return f"{preset.title} is not installed (no {way.program} on the PATH): {way.install}"


def _missing_program(run: AgentRun) -> str:
    for program in (run.command[0], *((FENCE,) if run.sandbox != "none" else ())):
        if not _runs(program):
            return f"there is no program {program} on the PATH; install it"
    return ""


def _is_there(preset: Preset) -> bool:
    return any(_runs(way.program) for way in preset.ways)


def _runs(program: str) -> bool:
    return program == "{python}" or shutil.which(program, path=os.environ.get("PATH")) is not None
