"""What the system tells of one process: time and memory used, bytes moved, sockets. Read raw on Linux.

Elsewhere psutil tells what it can, and the rest is None.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from app.supervisor.processes import ON_LINUX, PROC

STATES = {
    "R": "running",
    "S": "sleeping",
    "D": "waiting for a disk",
    "T": "stopped",
    "t": "traced",
    "Z": "ended",
    "X": "ended",
    "I": "idle",
}
"""The letters of ``/proc/PID/stat`` as words (proc_pid_stat(5))."""

_ESTABLISHED = "01"
_MAPPED = "0000000000000000FFFF0000"  # how an IPv4 address begins in the table of IPv6

Connection = tuple[str, frozenset[str]]
"""A network and both ends of a connection in it: seen from either side it is the same."""


@dataclass(frozen=True, slots=True)
class Inside:
    """One process. ``cpu_s`` is its own time, ``reaped_s`` that of the children it has waited for, and
    theirs; ``moved`` the bytes it has read and written. None is what the system keeps to itself."""

    name: str
    state: str
    cpu_s: float | None = None
    reaped_s: float | None = None
    memory_bytes: int | None = None
    moved: tuple[int, int] | None = None
    connections: frozenset[Connection] | None = None

    @property
    def used_s(self) -> float | None:
        """Its own time and that of the children it has waited for, in seconds."""
        return None if self.cpu_s is None else self.cpu_s + (self.reaped_s or 0.0)

    @property
    def hidden(self) -> bool:
        """Whether something that a process of ours would show could not be read."""
        return self.connections is None and self.state != STATES["Z"]


class Onlooker:
    """Looks into processes at one moment; what they share, such as the table of connections, is read once."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, frozenset[str]]] = {}

    def look_inside(self, pid: int) -> Inside | None:
        """One process, or None when there is none of this pid (any more)."""
        if not ON_LINUX:
            from app.supervisor.by_psutil import look_inside

            return look_inside(pid)
        try:
            stat = Path(PROC, str(pid), "stat").read_bytes()
        except OSError:
            return None
        return self._told(pid, stat)

    def _told(self, pid: int, stat: bytes) -> Inside:
        start = stat.index(b"(") + 1
        end = stat.rindex(b")")  # the name itself may hold parentheses
        fields = stat[end + 2 :].split()
        ticks = os.sysconf("SC_CLK_TCK")
        return Inside(
            name=stat[start:end].decode("utf-8", "replace"),
            state=STATES.get(fields[0].decode(), "unknown"),
            cpu_s=(int(fields[11]) + int(fields[12])) / ticks,
            reaped_s=(int(fields[13]) + int(fields[14])) / ticks,
            memory_bytes=int(fields[21]) * os.sysconf("SC_PAGE_SIZE"),
            moved=_moved(pid),
            connections=self._connections(pid),
        )

    def _connections(self, pid: int) -> frozenset[Connection] | None:
        sockets = _sockets(pid)
        if not sockets:
            return None if sockets is None else frozenset()
        try:
            network = os.readlink(f"{PROC}/{pid}/ns/net")  # noqa: PTH115 - no path
            if network not in self._tables:
                self._tables[network] = _established(pid)
        except OSError:
            return None
        table = self._tables[network]
        return frozenset((network, table[socket]) for socket in sockets if socket in table)


def names_in_environment(pid: int, mark: bytes) -> tuple[str, ...] | None:
    """The names of the variables that a process was started with, sorted; None where they are not to be had.

    The kernel shows the memory that once held them. A program that writes its title there leaves pieces of
    values behind, which must not pass for names: so all is refused unless every entry is one, and the
    task's ``mark`` is among them whole.
    """
    try:
        entries = Path(PROC, str(pid), "environ").read_bytes().removesuffix(b"\0").split(b"\0")
    except OSError:
        return None
    names = [name.decode("utf-8", "replace") for name, _, _ in (entry.partition(b"=") for entry in entries)]
    whole = all(b"=" in entry for entry in entries) and mark in entries
    return tuple(sorted(names)) if whole and all(map(_is_name, names)) else None


def _is_name(name: str) -> bool:
    return 0 < len(name) <= 100 and name.isprintable() and " " not in name


def _moved(pid: int) -> tuple[int, int] | None:
    try:
        lines = Path(PROC, str(pid), "io").read_text().splitlines()
        counts = dict(line.split(": ") for line in lines)
        return int(counts["rchar"]), int(counts["wchar"])
    except (OSError, ValueError, KeyError):
        return None


def _sockets(pid: int) -> list[str] | None:
    """The inodes of the sockets that a process has open; None when it does not let us see."""
    found = []
    try:
        for entry in os.scandir(f"{PROC}/{pid}/fd"):
            try:
                target = os.readlink(entry.path)  # noqa: PTH115 - no path
            except FileNotFoundError:
                continue  # closed meanwhile
            if target.startswith("socket:["):
                found.append(target[8:-1])
    except OSError:
        return None
    return found


def _established(pid: int) -> dict[str, frozenset[str]]:
    """The established TCP connections of a process's network: both ends by the inode of the socket."""
    table = {}
    for name in ("tcp", "tcp6"):
        try:
            lines = Path(PROC, str(pid), "net", name).read_text().splitlines()[1:]
        except FileNotFoundError:
            continue  # a kernel without IPv6
        for fields in map(str.split, lines):
            if fields[3] == _ESTABLISHED:
                table[fields[9]] = frozenset(_end(fields[index]) for index in (1, 2))
    return table


def _end(address: str) -> str:
    return address.removeprefix(_MAPPED)
