"""Looks at what the registry stands on: its disk, the login, tmux, the settings and the agents' programs."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
from pathlib import Path

from app.agents import fencing
from app.agents.definitions import all_agents
from app.cli.doctor.facts import Agents, Disk, Surroundings
from app.registry.config import Config
from app.registry.paths import Home
from app.registry.safety import OTHERS_WRITE
from app.supervisor.holes import bound
from app.supervisor.launch import PYTHON

PATIENCE_S = 3.0
"""How long another program may take to answer."""

_SCRATCH = 1024 * 1024
_TMUX = ("set-clipboard", "focus-events", "default-terminal")


def disk(home: Home) -> Disk:
    """The disk under the registry; holes are tried on a file of a moment."""
    room = os.statvfs(home.root)
    return Disk(
        file_system=file_system(home.root),
        free_bytes=room.f_bavail * room.f_frsize,
        free_files=room.f_favail if room.f_files else None,
        holes=_tries_holes(home.logs),
    )


def surroundings() -> Surroundings:
    """The login, and tmux if we are inside it."""
    return Surroundings(linger=_linger(), tmux=_tmux() if os.environ.get("TMUX") else None)


def agents(config: Config, path: Path) -> Agents:
    """The settings of this file, and whether the programs of their agents are on the PATH."""
    known = all_agents(config)
    fenced = tuple(agent.name for agent in known if agent.run is not None and agent.run.sandbox != "none")
    programs = [(agent.name, agent.command[0]) for agent in known if agent.command[0] != PYTHON]
    return Agents(
        count=len(known),
        missing=tuple((name, program) for name, program in programs if shutil.which(program) is None),
        unknown_default="" if any(agent.name == config.agent for agent in known) else config.agent,
        problems=config.problems,
        shared=_shared(path),
        fenced=fenced,
        no_fence=(fencing.problem() or "") if fenced else "",
    )


def file_system(folder: Path) -> str:
    """The kind of file system that a folder is on, by the longest mount point above it; empty if unknown."""
    best, kind = "", ""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/mountinfo").read_text(errors="surrogateescape").splitlines():
            before, _, after = line.partition(" - ")
            point = before.split()[4].replace("\\040", " ")
            inside = point == "/" or str(folder) == point or str(folder).startswith(f"{point}/")
            if inside and len(point) >= len(best):
                best, kind = point, after.split()[0]
    return kind


def _tries_holes(folder: Path) -> bool | None:
    """Whether the middle of a file can be given back to the disk; None where it could not be tried."""
    path = folder / f".doctor.{os.getpid()}"
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.write(descriptor, b"x" * _SCRATCH)
            os.fsync(descriptor)
            return bound(descriptor, _SCRATCH // 4) > 0 and os.fstat(descriptor).st_size == _SCRATCH
        finally:
            os.close(descriptor)
            path.unlink()
    return None


def _linger() -> bool | None:
    answer = _ask("loginctl", "show-user", getpass.getuser(), "--property=Linger", "--value")
    return {"yes": True, "no": False}.get(answer)


def _tmux() -> dict[str, str]:
    answers = {name: _ask("tmux", "show-options", "-gqv", name) for name in _TMUX}
    # One of them is the server's, and stands elsewhere in older versions.
    return {name: answer or _ask("tmux", "show-options", "-sqv", name) for name, answer in answers.items()}


def _ask(program: str, *words: str) -> str:
    """What a program answers; empty where it is not there, fails or takes too long."""
    path = shutil.which(program)
    if path is None:
        return ""
    try:
        done = subprocess.run(
            [path, *words],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _shared(path: Path) -> str:
    """The path of the settings if others than the user can change them."""
    with contextlib.suppress(OSError):
        if path.stat().st_mode & OTHERS_WRITE:
            return str(path)
    return ""
