"""The user's settings: ``config.toml``. A fault in it is named and costs one setting, never the start."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.model.queue import Limits
from app.model.task import WORKER
from app.registry.files import write_atomic
from app.registry.settings import MEBIBYTE, SETTINGS, agent_problems

if TYPE_CHECKING:
    from app.model.agent import AgentDefinition  # loaded where somebody has defined one


_PROVISION: Mapping[str, Any] = {"links": ("node_modules", ".venv"), "copies": (".env",), "setup": ""}
"""What every worktree is given if it is there and git ignores it."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the user may set. ``problems`` are lines that say which setting was not understood, and why.

    ``limit`` is the number of tasks at once, ``agent_limits`` and ``folder_limits`` that of an agent and of
    a folder; ``timeout_s`` and ``quiet_timeout_s`` are the default limits of a task, None for none;
    ``quiet_after_s`` is the silence after which a running task is shown as quiet, None for never;
    ``grace_s`` the time between the polite signal and the one that cannot be refused. ``log_bytes`` is the
    most that a log may occupy on disk, ``logs_bytes`` that of all logs together; ``keep_s`` how long finished
    tasks are kept, None for ever. ``on_lost`` "retry" starts lost tasks again that may run twice; ``on_quit``
    says what leaving the dashboard does to running tasks. Nothing starts while less than ``memory_floor``
    bytes of memory are free. ``worktree`` is whether agents get a git worktree of their own where they can;
    ``provisions`` what a worktree is given, by checkout, with that of all others under an empty name.
    ``resume_agents_s`` is after how long an agent that is held goes on by itself, None for when a person
    says so.
    """

    limit: int = 4
    agent_limits: Mapping[str, int] = field(default_factory=dict)
    folder_limits: Mapping[str, int] = field(default_factory=dict)
    timeout_s: float | None = 3600.0
    quiet_timeout_s: float | None = None
    quiet_after_s: float | None = 300.0
    grace_s: float = 5.0
    log_bytes: int = 64 * MEBIBYTE
    logs_bytes: int = 4096 * MEBIBYTE
    keep_s: float | None = None
    memory_floor: int = 0
    resume_agents_s: float | None = None
    on_lost: str = "ask"
    on_quit: str = "keep"
    agent: str = WORKER
    theme: str = "dark"
    worktree: bool = True
    provisions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    agents: tuple[AgentDefinition, ...] = ()
    problems: tuple[str, ...] = ()

    def provision_for(self, checkout: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
        """The paths to link and to copy into a worktree of this checkout, and the command that sets it up."""
        given = {**_PROVISION, **self.provisions.get("", {}), **self.provisions.get(checkout, {})}
        return tuple(given["links"]), tuple(given["copies"]), str(given["setup"])

    def check_for(self, checkout: str) -> str | None:
        """The command that proves a success in this checkout, None where none is set."""
        return self.provisions.get(checkout, {}).get("check") or self.provisions.get("", {}).get("check")

    @property
    def limits(self) -> Limits:
        """What may run at once."""
        return Limits(
            self.limit, self.agent_limits, self.folder_limits, self.memory_floor, self.resume_agents_s
        )


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


def save_setting(name: str, value: str | int) -> None:
    """Change one setting of the file's top level and keep every other line as the user wrote it.

    Raises OSError when the file cannot be written.
    """
    path = config_path()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    path.parent.mkdir(parents=True, exist_ok=True)
    import tomli_w  # only writers pay for it

    written = tomli_w.dumps({name: value}).partition("=")[2].strip()
    write_atomic(path.resolve(), "\n".join([*_with_setting(lines, name, written), ""]).encode())


def _with_setting(lines: list[str], name: str, value: str) -> list[str]:
    setting = f"{name} = {value}"
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
        reader = SETTINGS.get(name)
        if reader is None:
            problems.append(f"{path}: {name} is not a setting; there are {', '.join(sorted(SETTINGS))}")
            continue
        try:
            config = replace(config, **reader(value, path))
        except (ValueError, AttributeError) as error:
            problems.append(f"{path}: {name}: {error}")
    return replace(config, problems=(*problems, *agent_problems(record.get("agents"), path)))
