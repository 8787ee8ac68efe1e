"""Programs that are hard to stop, and a count of what is left of them that trusts nobody's word.

Each process of a payload writes its pid and start time into a file, so it is found whatever became of its
parent, session, group and environment. All end by themselves after a while, and no more than 50 are made.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from pathlib import Path

import psutil

KINDS = {
    "same group": 2,
    "setsid": 2,
    "daemon": 2,
    "env -i": 2,
    "respawner": 3,
}
"""What there is, and how many processes each has when it is complete."""


def command(kind: str, ledger: Path) -> list[str]:
    """The argument list of a payload."""
    return [sys.executable, "-I", "-S", str(Path(__file__).with_name("hard.py")), kind, str(ledger)]


def complete(kind: str, ledger: Path) -> bool:
    """Whether all processes of a payload run."""
    return len(_entries(ledger)) >= KINDS[kind]


def left(ledger: Path) -> list[psutil.Process]:
    """The processes of a payload that are alive."""
    return [process for pid, start in _entries(ledger) if (process := _same(pid, start))]


def end(ledger: Path) -> None:
    """Kill what is left, until nothing new turns up."""
    deadline = time.monotonic() + 10
    while (alive := left(ledger)) and time.monotonic() < deadline:
        for process in alive:
            _kill(process)
        time.sleep(0.05)


def _entries(ledger: Path) -> list[tuple[int, int]]:
    try:
        lines = ledger.read_text().splitlines()
    except FileNotFoundError:
        return []
    return [(int(pid), int(start)) for pid, _, start in (line.partition(" ") for line in lines)]


def _same(pid: int, start: int) -> psutil.Process | None:
    """The process of that pid, if it is still the one that wrote the line, and alive."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if int(stat[19]) != start or stat[0] in "ZX":
            return None
        return psutil.Process(pid)
    except (OSError, psutil.Error):
        return None


def _kill(process: psutil.Process) -> None:
    """SIGKILL; psutil compares the start time before it sends."""
    with contextlib.suppress(psutil.Error):
        process.send_signal(signal.SIGKILL)
