"""What the tasks of the fault tests run: each kind misbehaves in its own way and writes down the truth of it.

``python -I -S payload.py EVIDENCE KIND CODE SIZE``. Before anything else it takes a lock of its own and
counts those of the others, so that how many run at once is measured by the payloads themselves. SIZE is how
many bytes a flood has. Standard library only.
"""

import fcntl
import os
import signal
import sys
import time

EVIDENCE, KIND, CODE, SIZE = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
RUN = f"{os.environ['DELEGATE_TASK_ID']}.{os.environ['DELEGATE_ATTEMPT']}"
STAYING = ("stay", "deaf", "daemon", "bare", "frozen")
SAYS = {
    "nul": b"a\0b\0\n" * 50,
    "bytes": bytes(range(128, 256)) + b"\xff\xfe\n",
    "escape": b"\x1b]0;title\x1b[2J\x9b31m\x1bP open\n",
}
LAST_LINE = b"the last line of " + RUN.encode() + b"\n"


def note(text: str) -> None:
    """Append one line to the evidence of this run, whole."""
    file = os.open(f"{EVIDENCE}/{RUN}.notes", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(file, text.encode() + b"\n")
    os.close(file)


def begin() -> int:
    """Take the lock that says that this run is alive, then note which others are."""
    mine = os.open(f"{EVIDENCE}/{RUN}.alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(mine, fcntl.LOCK_EX)
    note(f"start {os.getpid()} {time.monotonic():.6f}")
    names = os.listdir(EVIDENCE)  # noqa: PTH208 - pathlib is not loaded here
    others = [name[:-6] for name in names if name.endswith(".alive") and is_held(name)]
    note("beside " + " ".join(others))
    return mine


def is_held(name: str) -> bool:
    """Whether another run holds its lock."""
    if name == f"{RUN}.alive":
        return False
    file = os.open(f"{EVIDENCE}/{name}", os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def finish(code: int) -> None:
    """Print the last line, write down the exit code, and exit with it."""
    print_all(LAST_LINE)
    note(f"exit {code} {time.monotonic():.6f}")
    os._exit(code)


def print_all(data: bytes) -> None:
    """Write to stdout, however often it takes."""
    while data:
        data = data[os.write(1, data) :]


def wait(seconds: float) -> None:
    """Stay for a while."""
    time.sleep(seconds)


def stay() -> None:
    """Stay until ended, but not for ever."""
    wait(100)
    finish(0)


def descendant(detach: bool, *, bare: bool = False) -> None:
    """Start a process that stays, away from group and session if detached, without environment if bare."""
    if os.fork():
        wait(0.05)
        return
    os.closerange(3, 100)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if detach:
        os.setsid()
        if os.fork():
            os._exit(0)
    note(f"child {os.getpid()} {time.time():.2f}")
    os.execve("/bin/sleep", ["sleep", "100"], {} if bare else dict(os.environ))


def respawn(left: int) -> None:
    """On each request to end, leave a new process in its place; a bounded number of times."""

    def again(*_: object) -> None:
        if left > 0 and os.fork() == 0:
            os.closerange(3, 100)
            os.setsid()
            note(f"child {os.getpid()} {time.time():.2f}")
            respawn(left - 1)

    signal.signal(signal.SIGTERM, again)
    end = time.monotonic() + 100
    while time.monotonic() < end:
        wait(1)
    os._exit(0)


def close_stdout() -> None:
    """Go on without stdout and stderr."""
    os.close(1)
    os.close(2)
    wait(0.1)
    note(f"exit {CODE} {time.monotonic():.6f}")
    os._exit(CODE)


def flood(size: int, line: bytes) -> None:
    """Print many bytes."""
    block = line * (65536 // len(line))
    for _ in range(size // len(block)):
        print_all(block)
    print_all(b"\n")
    finish(CODE)


def read_terminal() -> None:
    """Read stdin to its end, and try to read from a terminal."""
    note(f"stdin {len(sys.stdin.read())}")
    try:
        os.open("/dev/tty", os.O_RDONLY)
        note("terminal yes")
    except OSError:
        note("terminal no")
    finish(CODE)


def die() -> None:
    """Die by the signal CODE."""
    signal.signal(CODE, signal.SIG_DFL) if CODE not in (signal.SIGKILL, signal.SIGSTOP) else None
    print_all(LAST_LINE)
    note(f"signal {CODE}")
    os.kill(os.getpid(), CODE)
    wait(5)


def change_title() -> None:
    """Write over the own command line and name, as a server that shows what it does."""
    with open("/proc/self/comm", "w") as comm:  # noqa: PTH123 - as above
        comm.write("x) R 1 1 1 (")
    wait(0.1)
    finish(CODE)


def main() -> None:
    """Behave as the kind says."""
    held = begin()
    match KIND:
        case "brief":
            wait(CODE / 1000)
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        case "daemon" | "orphan":
            descendant(detach=True)
        case "bare":
            descendant(detach=True, bare=True)
        case "respawn":
            respawn(5)
        case "closed":
            close_stdout()
        case "flood":
            flood(SIZE, b"flood " * 10 + b"\n")
        case "line":
            flood(SIZE, b"line without an end ")
        case "frozen":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "reads":
            read_terminal()
        case "dies":
            die()
        case "title":
            change_title()
        case _:
            print_all(SAYS.get(KIND, b""))
    stay() if KIND in STAYING else finish(CODE)
    os.close(held)


main()
