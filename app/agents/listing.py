"""Agents as lists and objects for people and programs: pure, but for what the approvals say."""

from __future__ import annotations

import shlex
from pathlib import Path

from app.agents.approval import is_approved
from app.agents.catalog.presets import presets
from app.agents.describing import permissions
from app.logs.sanitise import sanitise
from app.model.agent import AgentDefinition, Origin
from app.registry.paths import Home

NOT_INSTALLED = "not installed"
NOT_APPROVED = "not approved yet"
APPROVED = "approved"


def state_of(agent: AgentDefinition, folder: Path, home: Home) -> str:
    """Whether it may work in a folder: empty for one that needs no approval, else one of the words above."""
    if agent.problems:
        return "cannot be started"
    if agent.missing:
        return NOT_INSTALLED
    if agent.origin is Origin.BUILT_IN:
        return ""
    return APPROVED if is_approved(agent, folder, home) else NOT_APPROVED


def client_of(agent: AgentDefinition) -> str:
    """Who does the work, by the client's own name."""
    preset = presets().get(agent.client)
    if preset is not None:
        return preset.title
    return "built in" if agent.origin is Origin.BUILT_IN else "your command"


def source_of(agent: AgentDefinition, folder: Path) -> str:
    """Where it is defined, short where that is in the folder or in the home."""
    for base, start in ((folder, ""), (Path.home(), "~/")):
        if Path(agent.source).is_relative_to(base):
            return start + str(Path(agent.source).relative_to(base))
    return agent.source


def row(agent: AgentDefinition, folder: Path, home: Home) -> tuple[str, str]:
    """Name, and in one line: state, client, description, source. Safe for a terminal."""
    client = client_of(agent)
    own = "" if agent.client or agent.origin is Origin.BUILT_IN else shlex.join(agent.command)
    what = agent.description if agent.description not in ("", client) else own
    source = "" if agent.source in (client, "built in") else source_of(agent, folder)
    words = (client, what, state_of(agent, folder, home), source)
    return sanitise(agent.name), sanitise(" · ".join(word for word in words if word))


def exported(agent: AgentDefinition, folder: Path, home: Home) -> dict[str, object]:
    """Everything about an agent, as ``--json`` prints it."""
    run = agent.run
    return {
        "name": agent.name,
        "client": agent.client or None,
        "source": agent.source,
        "origin": agent.origin.value,
        "description": agent.description,
        "state": state_of(agent, folder, home) or None,
        "permissions": permissions(agent),
        "channel": agent.channel.value,
        "command": list(agent.command),
        "resume": list(run.resume) if run else [],
        "tools": list(agent.tools),
        "unasked": list(agent.allowed),
        "settings": {name: list(values) for name, values in agent.settings},
        "allow": list(run.allow) if run else [],
        "deny": list(run.deny) if run else [],
        "resources": list(agent.resources),
        "hooks": [{"at": occasion, "command": command} for occasion, command in agent.hooks],
        "services": [{"name": name, "command": command} for name, command in agent.services],
        "model": agent.model,
        "mode": run.mode if run else None,
        "prompt": agent.prompt,
        "every_tool": agent.trusted_with_everything,
        "sandbox": run.sandbox if run else "none",
        "network": run.network if run else True,
        "environment": [name for name, _ in run.environment] if run else [],
        "fingerprint": agent.fingerprint or None,
        "hides": list(agent.shadows),
        "missing": agent.missing or None,
        "unknown": dict(agent.unknown),
    }
