"""A program that is hard to stop: ``hard.py KIND LEDGER``. See payloads.py; Linux, standard library only."""

import os
import signal
import sys
import time

LIFE_S = 60.0
MOST = 50


def enter(ledger: str) -> None:
    """Write this process down: pid, and start time in clock ticks (proc(5))."""
    with open(f"/proc/{os.getpid()}/stat") as file:  # noqa: PTH123 - nothing loaded that is not needed
        start = file.read().rpartition(")")[2].split()[19]
    descriptor = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{os.getpid()} {start}\n".encode())
    os.close(descriptor)


def live(ledger: str) -> None:
    """Be there until the time is over."""
    enter(ledger)
    time.sleep(LIFE_S)
    os._exit(0)


def detach() -> None:
    """Leave the parent, the session and the group behind, as daemons do."""
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)


def respawn(ledger: str) -> None:
    """Watch over another process: replace it when it dies, and oneself by a new pair when asked to end."""

    def again(*_: object) -> None:
        with open(ledger) as file:  # noqa: PTH123
            made = len(file.readlines())
        if made < MOST and os.fork() == 0:
            os.setsid()
            respawn(ledger)
        os._exit(0)

    signal.signal(signal.SIGTERM, again)
    enter(ledger)
    end = time.monotonic() + LIFE_S
    while time.monotonic() < end:
        pid = os.fork()
        if pid == 0:
            live(ledger)
        os.waitpid(pid, 0)
        with open(ledger) as file:  # noqa: PTH123
            if len(file.readlines()) >= MOST:
                break
    os._exit(0)


def main(kind: str, ledger: str) -> None:
    """Become the payload; the first process stays, as the task's own."""
    if kind == "alive":
        live(ledger)
    if os.fork() == 0:
        if kind != "same group":
            os.setsid()
        if kind in ("daemon", "env -i"):
            detach()
        if kind == "env -i":
            os.execve(sys.executable, [sys.executable, "-I", "-S", __file__, "alive", ledger], {})
        respawn(ledger) if kind == "respawner" else live(ledger)
    live(ledger)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
