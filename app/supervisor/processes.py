"""The machine's processes, read raw: which of them belong to a task, and signals that hit nobody else.

Linux tells everything in ``/proc``. Elsewhere ``ps`` tells parents and groups, but neither sessions nor
environments: there a process that left both its parent and its group is not found.
"""

# Imported by the runner before the task's command starts: nothing but what every interpreter has loaded.
import os

from app.supervisor.signals import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MARK = "DELEGATE_TASK_FOLDER"
"""The variable that marks every process of a task. An id would not do: two registries may both have it."""

ROLE = "DELEGATE_ROLE"
"""The variable that marks the processes of ours, which belong to no task even when one has started them."""

_MOST_DESCRIPTORS = 1 << 16  # one system call on Linux, whatever the number

PROC = "/proc"
ON_LINUX = os.path.isdir(f"{PROC}/self/task")


class Process:
    """One process at the time of a snapshot. ``start`` is in clock ticks since boot (Linux) or in seconds."""

    __slots__ = ("group", "parent", "pid", "session", "start", "state")

    def __init__(self, pid: int, parent: int, group: int, session: int, start: int, state: str) -> None:
        self.pid = pid
        self.parent = parent
        self.group = group
        self.session = session
        self.start = start
        self.state = state

    @property
    def dead(self) -> bool:
        """Whether it has ended and only waits to be reaped."""
        return self.state in "ZX"

    @property
    def frozen(self) -> bool:
        """Whether it is stopped, so that it cannot fork."""
        return self.state in "Tt"


def drop_inherited(first: int) -> None:
    """Close every descriptor from ``first`` on: whoever started us may hold pipes and locks by them."""
    os.closerange(first, _MOST_DESCRIPTORS)


def mark(root: str, task_id: str) -> bytes:
    """The mark of a task's processes as it stands in their environment; ``root`` is the registry's folder."""
    return os.fsencode(f"{MARK}={root}/tasks/{task_id}")


def snapshot() -> dict[int, Process]:
    """All processes by pid; those that end while it is taken are left out."""
    if not ON_LINUX:
        return _snapshot_by_ps()
    found = (look(int(name)) for name in os.listdir(PROC) if name.isdigit())
    return {process.pid: process for process in found if process}


def look(pid: int) -> Process | None:
    """One process, or None when there is none of this pid."""
    if not ON_LINUX:
        return _snapshot_by_ps().get(pid)
    try:
        with open(f"{PROC}/{pid}/stat", "rb") as file:
            stat = file.read()
    except OSError:
        return None
    # The name stands in parentheses and may hold anything, so what follows is found from its end (proc(5)).
    fields = stat[stat.rindex(b")") + 2 :].split()
    return Process(pid, int(fields[1]), int(fields[2]), int(fields[3]), int(fields[19]), fields[0].decode())


def members(
    table: dict[int, Process], entry: bytes, parents: "Collection[int]" = (), session: int = 0
) -> dict[int, Process]:
    """The living processes of a task: those in its session or group, marked ones, children of ``parents``,
    and all descendants of these, but no processes of ours and nothing that descends from them.

    ``entry`` is the mark as it stands in the environment.
    """
    children: dict[int, list[int]] = {}
    for process in table.values():
        children.setdefault(process.parent, []).append(process.pid)
    pending = [pid for parent in parents for pid in children.get(parent, ())]
    pending += [
        process.pid
        for process in table.values()
        if (session and session in (process.session, process.group)) or environment_holds(process.pid, entry)
    ]
    return _with_descendants(table, children, pending, {os.getpid(), 0, 1})


def _with_descendants(
    table: dict[int, Process], children: dict[int, list[int]], pending: list[int], seen: set[int]
) -> dict[int, Process]:
    found: dict[int, Process] = {}
    while pending:
        pid = pending.pop()
        if pid in seen or pid not in table:
            continue
        seen.add(pid)
        if is_ours(pid):
            continue
        if not table[pid].dead:
            found[pid] = table[pid]
        pending += children.get(pid, ())
    return found


def is_ours(pid: int) -> bool:
    """Whether it is a runner or a supervisor: it must outlive the task that happened to start it.

    Those never carry a task's mark; a process of a task that gives itself our role still does.
    """
    marked = environment_holds(pid, f"{MARK}=".encode(), whole=False)
    return not marked and environment_holds(pid, f"{ROLE}=".encode(), whole=False)


def environment_holds(pid: int, entry: bytes, *, whole: bool = True) -> bool:
    """Whether the environment a process was started with has this entry (or one that begins so)."""
    try:
        with open(f"{PROC}/{pid}/environ", "rb") as file:
            environment = b"\0" + file.read()
    except OSError:
        return False
    return b"\0" + entry + (b"\0" if whole else b"") in environment


def send(process: Process, number: int) -> bool:
    """Send a signal to this very process; False when it is gone or its pid is somebody else's by now."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except AttributeError:
        return _send_by_pid(process, number)
    except OSError:
        return False
    try:
        # The descriptor holds on to whoever has the pid now: only then is it worth asking who that is.
        now = look(process.pid)
        if now is None or now.start != process.start:
            return False
        signal.pidfd_send_signal(descriptor, number)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _send_by_pid(process: Process, number: int) -> bool:
    now = look(process.pid)
    if now is None or now.start != process.start:
        return False
    try:
        os.kill(process.pid, number)
    except OSError:
        return False
    return True


def _snapshot_by_ps() -> dict[int, Process]:
    import subprocess

    columns = "pid=,ppid=,pgid=,state=,lstart="
    plain = {**os.environ, "LC_ALL": "C"}  # times are spelled in the user's language otherwise
    with subprocess.Popen(["ps", "-axo", columns], env=plain, stdout=subprocess.PIPE, text=True) as ps:
        listing = ps.communicate()[0]
    found = {process.pid: process for process in map(_from_ps, listing.splitlines()) if process}
    found.pop(ps.pid, None)  # it is a child of the runner, but not one of the task
    return found


def _from_ps(line: str) -> Process | None:
    import time

    fields = line.split(None, 4)
    try:
        start = int(time.mktime(time.strptime(fields[4].strip(), "%a %b %d %H:%M:%S %Y")))
        return Process(int(fields[0]), int(fields[1]), int(fields[2]), 0, start, fields[3][:1])
    except (IndexError, ValueError):
        return None


def resident_bytes(pid: int) -> int:
    """The memory of a process that is in RAM, in bytes; 0 when it is gone or nobody tells."""
    try:
        with open(f"{PROC}/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def pids(processes: "Iterable[Process]") -> list[int]:
    """Their pids in ascending order, for people to read."""
    return sorted(process.pid for process in processes)
