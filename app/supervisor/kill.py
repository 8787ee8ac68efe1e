"""Ending a whole tree of processes, and knowing that it is gone.

SIGTERM and a time of grace for those that end in order; then SIGSTOP until nothing new turns up, since a
stopped process cannot fork while it is looked for; then SIGKILL; then a look whether anything is left.
Against one that forks faster than it is found, only a control group or a pid namespace would be a guarantee.
"""

# Imported by the runner: see processes.py.
import time

from app.supervisor.processes import Process, pids, send
from app.supervisor.signals import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Find = Callable[[], dict[int, Process]]
    Pause = Callable[[float], None]
    Hurry = Callable[[], bool]

LOOK_S = 0.02
"""How often to look whether those that were asked to end have ended."""

FREEZE_S = 2.0
"""How long to stop newcomers before killing all the same."""

INSIST_S = 10.0
"""How long to go on killing before what is left is called unkillable."""


class Swept:
    """What a sweep did: how many processes it had to signal, and the pids that would not go."""

    __slots__ = ("ended", "survivors")

    def __init__(self, ended: int, survivors: list[int]) -> None:
        self.ended = ended
        self.survivors = survivors


def sweep(find: "Find", grace_s: float, pause: "Pause", hurry: "Hurry" = lambda: False) -> Swept:
    """End every process that ``find`` finds, politely first if ``grace_s`` is more than 0.

    ``find`` looks anew at each call; ``pause`` waits that many seconds, or less when a child has ended;
    ``hurry`` tells that the time of grace is to be cut short.
    """
    met: dict[int, int] = {}
    if grace_s > 0:
        _ask(find, time.monotonic() + grace_s, pause, hurry, met)
    deadline = time.monotonic() + INSIST_S
    while left := find():
        _freeze(find, pause, met)
        for process in find().values():
            met[process.pid] = process.start
            send(process, signal.SIGKILL)
        if time.monotonic() > deadline:
            return Swept(len(met), pids(left.values()))
        pause(LOOK_S / 4)
    return Swept(len(met), [])


def _ask(find: "Find", deadline: float, pause: "Pause", hurry: "Hurry", met: dict[int, int]) -> None:
    """SIGTERM to everyone once, also to those who appear later, until all are gone or the grace is over."""
    while found := find():
        for process in found.values():
            if met.get(process.pid) == process.start:
                continue
            met[process.pid] = process.start
            send(process, signal.SIGTERM)
            if process.frozen:
                send(process, signal.SIGCONT)  # a stopped process would never hear the signal
        if time.monotonic() > deadline or hurry():
            return
        pause(LOOK_S)


def _freeze(find: "Find", pause: "Pause", met: dict[int, int]) -> None:
    """SIGSTOP until a look finds nobody who still moves."""
    deadline = time.monotonic() + FREEZE_S
    while time.monotonic() < deadline:
        moving = [process for process in find().values() if not process.frozen]
        if not moving:
            return
        for process in moving:
            met[process.pid] = process.start
            send(process, signal.SIGSTOP)
        pause(0.001)
