"""How each setting of ``config.toml`` is read: its value in, the fields of the configuration out, or what is
wrong with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.model.duration import parse_duration

Fields = dict[str, Any]
Reader = Callable[[object, Path], Fields]
"""Takes the value and the file it stands in. Raises ValueError with what is allowed."""

MEBIBYTE = 1024 * 1024


def _whole(field: str, least: int, most: int, what: str, unit: int = 1) -> Reader:
    def read(value: object, _: Path) -> Fields:
        return {field: _number(value, least, most, what) * unit}

    return read


def _number(value: object, least: int, most: int, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"give {what}, {least} to {most}")
    return value


def _duration(field: str, longest_s: float | None = None) -> Reader:
    def read(value: object, _: Path) -> Fields:
        seconds = parse_duration(str(value))
        if longest_s is not None and (seconds is None or seconds > longest_s):
            raise ValueError(f"give a time up to {longest_s / 60:.0f}m, such as 5s")
        return {field: seconds}

    return read


def _word(field: str, allowed: tuple[str, ...] = ()) -> Reader:
    def read(value: object, _: Path) -> Fields:
        if not isinstance(value, str) or not value:
            raise ValueError("give a name")
        if allowed and value not in allowed:
            raise ValueError(f"choose {' or '.join(allowed)}")
        return {field: value}

    return read


def _limits(value: object, _: Path) -> Fields:
    """``[limits.agents]`` and ``[limits.folders]``: a name or a folder, and how many of it at once."""
    if not isinstance(value, dict) or set(value) - {"agents", "folders"}:
        raise ValueError("write [limits.agents] and [limits.folders], each with NAME = NUMBER")
    what = "the number of tasks at once"
    agents = {name: _number(most, 0, 1000, what) for name, most in value.get("agents", {}).items()}
    folders = {
        _resolved(name): _number(most, 0, 1000, what) for name, most in value.get("folders", {}).items()
    }
    return {"agent_limits": agents, "folder_limits": folders}


def _resolved(folder: str) -> str:
    """A folder as it is compared; one of a ``~name`` that is nobody is taken for a plain name."""
    return os.path.realpath(os.path.expanduser(folder))  # noqa: PTH111 - Path.expanduser would raise


def _agents(value: object, path: Path) -> Fields:
    if not isinstance(value, dict):
        raise ValueError('write [agents.NAME] with command = ["program", "{task}"]')
    from app.registry.agentsettings import agent_of, fault_of  # most people define none

    named = value.items()
    return {"agents": tuple(agent_of(name, item, path) for name, item in named if not fault_of(name, item))}


def _workspace(value: object, _: Path) -> Fields:
    """``[workspace]``, and ``[workspace.projects."~/src/shop"]`` for one checkout."""
    if not isinstance(value, dict):
        raise ValueError("write [workspace] with links, copies, setup, check or worktree")
    projects = value.get("projects", {})
    if not isinstance(projects, dict):
        raise ValueError('write [workspace.projects."FOLDER"]')
    common = {name: item for name, item in value.items() if name not in ("projects", "worktree")}
    found = {"": _provision(common)}
    for folder, project in projects.items():
        found[_resolved(folder)] = _provision(project)
    worktree = value.get("worktree", True)
    if not isinstance(worktree, bool):
        raise ValueError("worktree is true or false")
    return {"provisions": found, "worktree": worktree}


def _provision(value: object) -> Fields:
    if not isinstance(value, dict) or set(value) - {"links", "copies", "setup", "check"}:
        raise ValueError("there are links, copies, setup and check")
    for name in ("links", "copies"):
        paths = value.get(name, [])
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            raise ValueError(f"{name} is a list of paths")
    for name in ("setup", "check"):
        if not isinstance(value.get(name, ""), str):
            raise ValueError(f"{name} is a command line")
    return dict(value)


def agent_problems(agents: object, path: Path) -> list[str]:
    """What is wrong with single definitions of agents; the others hold."""
    if not isinstance(agents, dict):
        return []
    from app.registry.agentsettings import fault_of  # most people define none

    faults = ((name, fault_of(name, item)) for name, item in agents.items())
    return [f"{path}: agents.{name}: {fault}" for name, fault in faults if fault]


SETTINGS: dict[str, Reader] = {
    "limit": _whole("limit", 1, 1000, "the number of tasks at once"),
    "timeout": _duration("timeout_s"),
    "quiet_timeout": _duration("quiet_timeout_s"),
    "quiet_after": _duration("quiet_after_s"),
    "grace": _duration("grace_s", longest_s=600),
    "log_mib": _whole("log_bytes", 1, 1_000_000, "the size in MiB", MEBIBYTE),
    "logs_mib": _whole("logs_bytes", 1, 100_000_000, "the size in MiB", MEBIBYTE),
    "keep": _duration("keep_s"),
    "memory_floor_mib": _whole("memory_floor", 0, 100_000_000, "the size in MiB", MEBIBYTE),
    "resume_agents": _duration("resume_agents_s"),
    "on_lost": _word("on_lost", ("ask", "retry")),
    "on_quit": _word("on_quit", ("keep", "stop", "ask")),
    "agent": _word("agent"),
    "theme": _word("theme"),
    "limits": _limits,
    "agents": _agents,
    "workspace": _workspace,
}
"""Every setting there is, by its name in the file."""
