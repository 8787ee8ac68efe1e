"""Leaving the rest to the supervisor process where one waits: it has loaded what a runner would have to load.

A runner that has written down how its attempt ended has only work left that anybody can do. Where tasks wait,
the supervisor does it in a tenth of the time; should it not have done so soon, the runner does it after all.
"""

# Imported by the runner: see processes.py.
import contextlib
import os
import select
import time

from app.registry.boot import boot_id
from app.supervisor.processes import Process, look, send
from app.supervisor.signals import signal

PATIENCE_S = 2.0
"""How long a runner gives the supervisor before it does the work itself."""

LOOK_S = 0.002
"""How often a runner looks whether it is done, at first; then ever less often."""

CARE_PERIOD_S = 3600.0
"""How often a runner stays to look after logs and old tasks, which is no work of the supervisor's."""


def introduce(descriptor: int) -> None:
    """Write into the supervisor's own lock file who it is. A disk that does not take it costs only time."""
    process = look(os.getpid())
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        if process is not None:
            os.pwrite(descriptor, b"%d %d %s" % (process.pid, process.start, boot_id().encode()), 0)


def listen() -> int:
    """Let runners wake this process; returns the descriptor that can be read when one has called."""
    wake, waker = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGUSR1, lambda *_: None)
    return wake


def called(wake: int, seconds: float) -> bool:
    """Wait, but no longer than until a runner calls; tells whether one has."""
    poll = select.poll()
    poll.register(wake, select.POLLIN)
    if not poll.poll(seconds * 1000):
        return False
    with contextlib.suppress(BlockingIOError):
        while os.read(wake, 512):
            pass
    return True


def left_to_supervisor(root: str, end: str) -> bool:
    """Call the supervisor and wait until it has taken up an end (a file, which is gone then).

    False when there is no supervisor, or it has not done so in time: then the work is still to be done.
    """
    supervisor = None if _care_is_due(root) else _supervisor(root)
    if supervisor is None or not send(supervisor, signal.SIGUSR1):
        return False
    deadline, pause = time.monotonic() + PATIENCE_S, LOOK_S
    while os.path.lexists(end):
        if time.monotonic() > deadline or not _is_there(supervisor):
            return False
        time.sleep(pause)
        pause = min(pause * 1.2, 0.05)
    return True


def _supervisor(root: str) -> Process | None:
    """The supervisor that introduced itself, if it is still the same process."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe in its place holds nobody up
    try:
        descriptor = os.open(f"{root}/supervisor.lock", flags)
    except OSError:
        return None
    try:
        pid, start, boot = os.read(descriptor, 256).decode().split()
        process = look(int(pid))
        same = process is not None and process.start == int(start) and boot == boot_id()
    except (OSError, ValueError):
        return None
    finally:
        os.close(descriptor)
    return process if same else None


def _is_there(supervisor: Process) -> bool:
    now = look(supervisor.pid)
    return now is not None and now.start == supervisor.start and not now.dead


def _care_is_due(root: str) -> bool:
    try:
        return not 0 <= time.time() - os.stat(f"{root}/care.toml").st_mtime < CARE_PERIOD_S
    except OSError:
        return True
