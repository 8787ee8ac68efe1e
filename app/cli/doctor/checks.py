"""What the facts mean: pure functions from what was gathered to lines for the person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from app.cli.doctor.facts import (
    Agents,
    Disk,
    Finding,
    Leftover,
    Level,
    Lock,
    Place,
    Records,
    Surroundings,
    Traces,
)

SHOWN = 5
"""How many of a kind get a line of their own; the others are counted."""

MIB = 1024 * 1024
LOW_BYTES, NO_BYTES = 1024 * MIB, 100 * MIB
"""Free space that is worth knowing of, and that soon stops everything, in bytes."""

LOW_FILES = 1000

REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs"}
)
"""File systems whose locks and bells do not reach other machines, or come late."""

FIX = "delegate doctor --fix"

_TMUX = {
    "focus-events": ("on", "the dashboard cannot tell whether you look at it", "set -g focus-events on"),
    "set-clipboard": ("on", "copying from the dashboard stays inside tmux", "set -g set-clipboard on"),
}


def check_places(places: Sequence[Place], user: int) -> list[Finding]:
    """Owner, mode and kind of every folder and file."""
    faults = [(place, *fault) for place in places if (fault := place_fault(place, user))]
    if not faults:
        folders = sum(place.folder for place in places)
        return [_ok("folders", f"{folders} folders and {len(places) - folders} files are yours alone")]
    lines = [
        Finding(level, "folders", f"{place.path or 'the registry folder'} {fact}", advice)
        for place, level, fact, advice in faults[:SHOWN]
    ]
    rest = faults[SHOWN:]
    worst = Level.BAD if any(fault[1] is Level.BAD for fault in rest) else Level.WARN
    advice = FIX if any(fault[3] == FIX for fault in rest) else "the same as for these"
    return [*lines, *([Finding(worst, "folders", f"{len(rest)} more like these", advice)] if rest else [])]


def place_fault(place: Place, user: int) -> tuple[Level, str, str] | None:
    """What is wrong with one place: how bad it is, in words, and what to do."""
    if place.kind == "link":
        return Level.BAD, "is a link", "remove it; nothing of the registry may lie elsewhere"
    if place.kind != ("folder" if place.folder else "file"):
        return Level.BAD, f"is not a {'folder' if place.folder else 'file'}", "move it away"
    if place.owner != user:
        return Level.BAD, f"belongs to uid {place.owner}", "give it back with chown, or move it away"
    if place.mode & 0o022 and place.folder:
        return Level.BAD, f"can be changed by others (mode {place.mode:04o})", FIX
    if place.private and place.mode & 0o077:
        return Level.WARN, f"is open to others (mode {place.mode:04o})", FIX
    return None


def check_locks(locks: Iterable[Lock]) -> Iterator[Finding]:
    """Whether anybody holds a lock for longer than any change takes."""
    for lock in locks:
        who = ", ".join(lock.holders) or "a process that the system does not name"
        if lock.held:
            advice = "if it does not let go, end that process; no task is lost by it"
            yield Finding(Level.WARN, "locks", f"{lock.name} is held by {who}", advice)
        else:
            yield _ok("locks", f"{lock.name} is free")


def check_records(records: Records) -> Iterator[Finding]:
    """The settings of the registry, and what the records say."""
    if records.reason:
        yield Finding(Level.BAD, "records", f"registry.toml {records.reason}", FIX)
    elif records.schema > 1:
        fact = f"registry.toml has schema {records.schema}, this version knows 1"
        yield Finding(Level.BAD, "records", fact, "install the newer delegate that wrote it")
    else:
        yield _ok("records", f"{records.count} tasks, the next is #{records.next_number}")
    yield from _listed(records.damaged, Level.BAD, "cannot be read", FIX)
    yield from _listed(records.newer, Level.WARN, "written by a newer delegate", "install it to change them")
    yield from _listed(records.lost, Level.WARN, "lost, and not looked at yet", "delegate retry, or delete")
    yield from _listed(records.stale, Level.WARN, "marked as waiting or running, but does neither", FIX)
    yield from _listed(records.unmarked, Level.BAD, "waiting or running without a marker", FIX)
    yield from _listed(records.unsettled, Level.WARN, "ended unseen: the runner is gone", FIX)
    for task, why in records.unsaved:
        advice = "it is written as soon as it can be"
        yield Finding(Level.BAD, "records", f"the end of {task} is not saved: {why}", advice)
    for agent, why in records.held:
        yield Finding(Level.WARN, "agents", why, f"when that is put right: delegate resume {agent}")
    if records.holds:
        advice = "nothing is paused by it; the next pause of an agent makes it anew"
        yield Finding(Level.WARN, "records", f"holds.toml cannot be read: {records.holds}", advice)
    if records.waits_alone:
        fact = "tasks wait, and no supervisor is there in case a runner is killed"
        yield Finding(Level.WARN, "records", fact, "delegate status starts one")
    if records.quarantined:
        advice = "look at them and their .reason in quarantine/, and remove what you do not need"
        yield Finding(Level.WARN, "records", f"{records.quarantined} damaged records are set aside", advice)


def check_leftovers(leftovers: Sequence[Leftover]) -> Iterator[Finding]:
    """Processes that outlived their task."""
    for found in leftovers:
        pids = ", ".join(map(str, found.pids))
        number = found.task.removeprefix("#")
        if found.kept:
            yield _ok("leftovers", f"{found.task} left processes on purpose: pid {pids}")
        elif found.lost:
            yield Finding(
                Level.BAD,
                "leftovers",
                f"{found.task} is lost, but runs on: pid {pids}",
                f"delegate stop {number}",
            )
        else:
            fact = f"{found.task} has ended, but processes of it live: pid {pids}"
            yield Finding(Level.BAD, "leftovers", fact, f"kill {pids.replace(',', '')}")
    if not leftovers:
        yield _ok("leftovers", "no process has outlived its task")


def check_traces(traces: Traces) -> Iterator[Finding]:
    """What interrupted work has left, and whether the logs are within their bound."""
    yield from _listed(traces.half_made, Level.WARN, "half made", FIX, "traces")
    yield from _listed(traces.empty_errors, Level.WARN, "empty", FIX, "traces")
    for path, line in traces.complaints[:SHOWN]:
        yield Finding(Level.WARN, "traces", f"{path}: {line}", "report it, if you do not know why")
    stale = [f"trash/{name}" for name in traces.stale_deletions]
    yield from _listed(stale, Level.WARN, "too old to be undone", FIX, "traces")
    yield from _listed(traces.orphaned_logs, Level.WARN, "the log of no task", "remove it", "traces")
    taken, cap = f"{traces.logs_taken / MIB:.0f} MiB", f"{traces.logs_cap / MIB:.0f} MiB"
    if traces.logs_taken > traces.logs_cap:
        advice = "it is put right within an hour after a task has ended; or raise logs_mib"
        yield Finding(Level.WARN, "logs", f"the logs take {taken}, more than their {cap}", advice)
    else:
        yield _ok("logs", f"the logs take {taken} of their {cap}")


def check_disk(disk: Disk) -> Iterator[Finding]:
    """Room, and what the file system can do."""
    kind = disk.file_system
    if kind in REMOTE:
        advice = "set DELEGATE_HOME to a folder on a disk of this machine"
        yield Finding(
            Level.BAD, "disk", f"the registry is on {kind}, where locks are not to be trusted", advice
        )
    else:
        yield _ok("disk", f"the registry is on a local disk{f' ({kind})' if kind else ''}")
    free = f"{disk.free_bytes / MIB:.0f} MiB free"
    if disk.free_bytes < LOW_BYTES:
        level = Level.BAD if disk.free_bytes < NO_BYTES else Level.WARN
        yield Finding(level, "disk", free, "make room: delegate clean, or lower logs_mib")
    else:
        yield _ok("disk", free)
    if disk.free_files is not None and disk.free_files < LOW_FILES:
        yield Finding(Level.BAD, "disk", f"room for {disk.free_files} more files only", "remove small files")
    if disk.holes:
        yield _ok("disk", "logs are bounded by holes: head and tail stay")
    elif disk.holes is False:
        advice = "nothing to do; another file system would keep the newest lines of a long log too"
        yield Finding(
            Level.WARN, "disk", "no holes here: a log over its bound is cut back to its head", advice
        )


def check_surroundings(around: Surroundings) -> Iterator[Finding]:
    """Whether tasks outlive the login, and what tmux lets through."""
    if around.linger is False:
        advice = "if tasks end when you log out: loginctl enable-linger"
        yield Finding(
            Level.WARN, "login", "linger is off: this system may end your processes at logout", advice
        )
    elif around.linger:
        yield _ok("login", "linger is on: tasks go on after logout")
    if around.tmux is None:
        return
    for name, (wanted, else_what, setting) in _TMUX.items():
        if name in around.tmux and around.tmux[name] != wanted:
            fact = f"{name} is {around.tmux[name]}: {else_what}"
            yield Finding(Level.WARN, "tmux", fact, f"in tmux.conf: {setting}")
    terminal = around.tmux.get("default-terminal", "")
    if terminal and "256color" not in terminal and "direct" not in terminal:
        advice = 'in tmux.conf: set -g default-terminal "tmux-256color"'
        yield Finding(Level.WARN, "tmux", f"default-terminal is {terminal}: few colours", advice)


def check_agents(agents: Agents) -> Iterator[Finding]:
    """The settings, and the programs that they name."""
    for problem in agents.problems:
        yield Finding(Level.WARN, "settings", problem, "correct that line")
    if agents.shared:
        fact = f"{agents.shared} can be changed by others, and says which commands run"
        yield Finding(Level.BAD, "settings", fact, "chmod go-w it")
    if not agents.problems and not agents.shared:
        yield _ok("settings", "config.toml is understood")
    if agents.unknown_default:
        advice = f"define [agents.{agents.unknown_default}], or set agent to another"
        yield Finding(Level.BAD, "agents", f"the default agent {agents.unknown_default} is not there", advice)
    for name, program in agents.missing:
        yield Finding(
            Level.WARN, "agents", f"{name}: {program} is not on the PATH", "install it, or correct it"
        )
    if agents.fenced and agents.no_fence:
        fact = f"{', '.join(agents.fenced)} cannot run: {agents.no_fence}"
        yield Finding(Level.BAD, "agents", fact, 'put that right, or set sandbox = "none"')
    elif agents.fenced:
        yield _ok("agents", f"a fence can be put around {', '.join(agents.fenced)}")
    yield _ok("agents", f"{agents.count - len(agents.missing)} of {agents.count} agents can be started")


def _listed(
    items: Sequence[str], level: Level, fact: str, advice: str, check: str = "records"
) -> Iterator[Finding]:
    """One line for all items of a kind, the first few by name; nothing when there are none."""
    if not items:
        return
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    yield Finding(level, check, f"{fact}: {', '.join(items[:SHOWN])}{more}", advice)


def _ok(check: str, fact: str) -> Finding:
    return Finding(Level.OK, check, fact)
