"""What the doctor looks at, as plain data, and what it says about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: all is well, worth knowing, or in need of somebody."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: a fact, and what to do about it. ``check`` is what was looked at."""

    level: Level
    check: str
    fact: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder or file of the registry by its path below the root, empty for the root itself.

    ``kind`` is ``folder``, ``file``, ``link`` or ``other``. ``private`` says that not even reading is for
    others; what a task writes itself has the mode that the task gave it, in a folder that is private.
    """

    path: str
    kind: str
    owner: int
    mode: int
    folder: bool
    private: bool = True


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock: whether somebody holds it, and who, as ``pid 7 (python)``, where the system tells."""

    name: str
    held: bool
    holders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Records:
    """How the records stand. Lists hold ids or numbers as ``#7``.

    ``reason`` goes on after the words "registry.toml", and is empty where that is as it should be.
    ``stale`` are markers whose task does not wait or run, ``unmarked`` tasks that wait or run without one,
    ``unsettled`` tasks whose runner is gone and that nobody has closed, ``unsaved`` ones whose end the disk
    does not take, with why. ``held`` are the agents that are paused, with why; ``holds`` is why the file of
    those is bad.
    """

    count: int = 0
    next_number: int = 1
    schema: int = 1
    reason: str = ""
    damaged: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    unmarked: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    unsaved: tuple[tuple[str, str], ...] = ()
    quarantined: int = 0
    waits_alone: bool = False
    held: tuple[tuple[str, str], ...] = ()
    holds: str = ""


@dataclass(frozen=True, slots=True)
class Leftover:
    """Living processes of a task that has ended. ``kept`` says that they were meant to live on, ``lost`` that
    its runner was killed."""

    task: str
    pids: tuple[int, ...]
    kept: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Traces:
    """What interrupted work has left, by path below the root; and what runners have complained of."""

    half_made: tuple[str, ...] = ()
    empty_errors: tuple[str, ...] = ()
    complaints: tuple[tuple[str, str], ...] = ()
    stale_deletions: tuple[str, ...] = ()
    orphaned_logs: tuple[str, ...] = ()
    logs_taken: int = 0
    logs_cap: int = 0


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk under the registry. ``free_files`` is None where the file system does not count them,
    ``holes`` None where it could not be tried."""

    file_system: str = ""
    free_bytes: int = 0
    free_files: int | None = None
    holes: bool | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around: None where it does not apply or cannot be asked. ``tmux`` holds its options by name."""

    linger: bool | None = None
    tmux: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Agents:
    """The agents of the settings: how many there are, name and program of those whose program is missing, and
    the default one where it does not exist.

    ``problems`` are lines on the settings; ``shared`` names the file of the settings if others can change it.
    ``fenced`` are the agents that want a fence, ``no_fence`` is why there can be none.
    """

    count: int = 1
    missing: tuple[tuple[str, str], ...] = ()
    unknown_default: str = ""
    problems: tuple[str, ...] = ()
    shared: str = ""
    fenced: tuple[str, ...] = ()
    no_fence: str = ""
