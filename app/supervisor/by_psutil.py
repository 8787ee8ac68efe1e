"""What psutil tells of a process, for systems without ``/proc``; what it does not tell is None."""

from __future__ import annotations

import contextlib

import psutil

from app.supervisor.inside import Connection, Inside

_STATES = {
    psutil.STATUS_ZOMBIE: "ended",
    psutil.STATUS_DEAD: "ended",
    psutil.STATUS_DISK_SLEEP: "waiting for a disk",
}


def look_inside(pid: int) -> Inside | None:
    """One process, or None when there is none of this pid (any more).

    The time of reaped children and the bytes moved are known on some systems only.
    """
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            name, status = process.name(), process.status()
    except psutil.Error:
        return None
    cpu = reaped = memory = moved = None
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        cpu = times.user + times.system
        reaped = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    with contextlib.suppress(psutil.Error):
        memory = process.memory_info().rss
    with contextlib.suppress(psutil.Error, AttributeError):  # macOS has no counters
        counts = process.io_counters()
        moved = (counts.read_chars, counts.write_chars)
    return Inside(name, _STATES.get(status, status), cpu, reaped, memory, moved, _connections(process))


def _connections(process: psutil.Process) -> frozenset[Connection] | None:
    try:
        open_ones = process.net_connections(kind="tcp")
    except psutil.Error:
        return None
    return frozenset(
        ("", frozenset(f"{end.ip.removeprefix('::ffff:')} {end.port}" for end in (one.laddr, one.raddr)))
        for one in open_ones
        if one.status == psutil.CONN_ESTABLISHED and one.laddr and one.raddr
    )
