"""The user's settings: ``config.toml``. A fault in it is named and costs one setting, never the start."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.model.agent import AgentDefinition
from app.model.duration import parse_duration
from app.model.task import COMMAND, WORKER
from app.registry.files import write_atomic

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Config:
    """What the user may set. ``problems`` are lines that say which setting was not understood, and why.

    ``limit`` is the number of tasks at once; ``timeout_s`` the default limit of a task, None for no limit;
    ``grace_s`` the time between the polite signal and the one that cannot be refused; ``log_bytes`` the most
    that a log may occupy on disk.
    """

    limit: int = 4
    timeout_s: float | None = 3600.0
    grace_s: float = 5.0
    log_bytes: int = 64 * MEBIBYTE
    agent: str = WORKER
    theme: str = "dark"
    agents: tuple[AgentDefinition, ...] = ()
    problems: tuple[str, ...] = ()


def config_path() -> Path:
    """``$XDG_CONFIG_HOME/delegate/config.toml``, by default under ``~/.config``."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "delegate" / "config.toml"


def load_config(path: Path | None = None) -> Config:
    """Read the settings; a missing file means the defaults, a broken one the defaults and a problem."""
    path = path or config_path()
    try:
        record = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return Config(problems=(f"{path}: {error}",))
    return _from_record(record, path)


def save_setting(name: str, value: str, path: Path | None = None) -> None:
    """Change one setting of the file's top level and keep every other line as the user wrote it.

    Raises OSError when the file cannot be written.
    """
    path = path or config_path()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path.resolve(), "\n".join([*_with_setting(lines, name, value), ""]).encode())


def _with_setting(lines: list[str], name: str, value: str) -> list[str]:
    setting = f'{name} = "{value}"'
    for index, line in enumerate(lines):
        if line.lstrip().startswith("["):
            return [*lines[:index], setting, "", *lines[index:]]
        if line.partition("=")[0].strip() == name:
            return [*lines[:index], setting, *lines[index + 1 :]]
    return [*lines, setting]


def _from_record(record: dict[str, Any], path: Path) -> Config:
    config = Config()
    problems: list[str] = []
    for name, value in record.items():
        reader = _SETTINGS.get(name)
        if reader is None:
            problems.append(f"{path}: {name} is not a setting; there are {', '.join(sorted(_SETTINGS))}")
            continue
        try:
            config = replace(config, **reader(value, path))
        except ValueError as error:
            problems.append(f"{path}: {name}: {error}")
    return replace(config, problems=(*problems, *_agent_problems(record.get("agents"), path)))


def _limit(value: object, _: Path) -> dict[str, Any]:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 1000:
        raise ValueError("give the number of tasks at once, 1 to 1000")
    return {"limit": value}


def _duration(field: str) -> Callable[[object, Path], dict[str, Any]]:
    def read(value: object, _: Path) -> dict[str, Any]:
        return {field: parse_duration(str(value))}

    return read


def _grace(value: object, _: Path) -> dict[str, Any]:
    seconds = parse_duration(str(value))
    if seconds is None or seconds > 600:
        raise ValueError("give a time up to 10m, such as 5s")
    return {"grace_s": seconds}


def _log_size(value: object, _: Path) -> dict[str, Any]:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("give the size in MiB, a whole number")
    return {"log_bytes": value * MEBIBYTE}


def _word(field: str) -> Callable[[object, Path], dict[str, Any]]:
    def read(value: object, _: Path) -> dict[str, Any]:
        if not isinstance(value, str) or not value:
            raise ValueError("give a name")
        return {field: value}

    return read


def _agents(value: object, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError('write [agents.NAME] with command = ["program", "{task}"]')
    return {
        "agents": tuple(_agent(name, item, path) for name, item in value.items() if not _fault(name, item))
    }


def _agent(name: str, record: dict[str, Any], path: Path) -> AgentDefinition:
    return AgentDefinition(name, tuple(record["command"]), str(path), str(record.get("description", "")))


def _agent_problems(agents: object, path: Path) -> list[str]:
    if not isinstance(agents, dict):
        return []
    return [
        f"{path}: agents.{name}: {fault}" for name, item in agents.items() if (fault := _fault(name, item))
    ]


def _fault(name: str, record: object) -> str | None:
    """What is wrong with the definition of an agent, or None."""
    if name in (WORKER, COMMAND):
        return "the name is taken by an agent of ours"
    if not name.replace("-", "").replace("_", "").replace(".", "").isalnum():
        return "use letters, digits, '-', '_' and '.' in the name"
    command = record.get("command") if isinstance(record, dict) else None
    if not isinstance(command, list) or not command or not all(isinstance(word, str) for word in command):
        return 'write command = ["program", "{task}"]'
    return None


_SETTINGS: dict[str, Callable[[object, Path], dict[str, Any]]] = {
    "limit": _limit,
    "timeout": _duration("timeout_s"),
    "grace": _grace,
    "log_mib": _log_size,
    "agent": _word("agent"),
    "theme": _word("theme"),
    "agents": _agents,
}
