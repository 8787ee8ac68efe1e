"""Handing a task to a runner: its lock is taken and its attempt written down before any process starts."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from app.model.status import Priority, Status
from app.model.task import Attempt, Task
from app.registry.config import Config
from app.registry.paths import END, log_name
from app.registry.store import Registry
from app.registry.transaction import Transaction
from app.supervisor.facts import STOP, write_live
from app.supervisor.order import LOCK_DESCRIPTOR, Order
from app.supervisor.processes import ROLE

PYTHON = "{python}"
"""In a command, stands for the interpreter that runs us, wherever it lies at the time of the start."""

ERRORS = "runner.err"
"""What a runner says on standard error: nothing, unless it fails itself."""

_PASSED_ON = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH"}
    | {"DELEGATE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"}
)

NICENESS = {Priority.CRITICAL: 0, Priority.HIGH: 0, Priority.NORMAL: 5, Priority.LOW: 10}
"""How much the processes of a task yield to others (nice(2)): background work gives way to the person."""

_unreaped: list[int] = []


@dataclass(frozen=True, slots=True)
class Start:
    """A task whose attempt is written down, with its runner's lock held open on ``descriptor``."""

    task: Task
    descriptor: int


def hand_over(change: Transaction, task: Task) -> Start:
    """Within a transaction: take the task's lock for its runner to be, and write down that it starts."""
    descriptor = _take_lock(change.registry, task)
    number = len(task.state.attempts) + 1
    text = None if task.text == task.request.text else task.text
    attempt = Attempt(number, log_name(task.id, number), text=text, continues=task.state.continues)
    state = replace(
        task.state,
        status=Status.STARTING,
        attention=None,
        not_before=None,
        continues=None,
        attempts=(*task.state.attempts, attempt),
    )
    try:
        write_live(descriptor, {"attempt": number})
        for name in (STOP, END, ERRORS):  # what an earlier attempt may have left
            change.registry.home.task_file(task.id, name).unlink(missing_ok=True)
        return Start(change.write_state(task, state), descriptor)
    except BaseException:
        # The marker stays: whoever finds it free puts right how far this has come.
        os.close(descriptor)
        raise


def _take_lock(registry: Registry, task: Task) -> int:
    """A new lock file, locked before it has a name that anybody could look at."""
    path = registry.home.running / task.id
    aside = path.with_name(f".{task.id}.{os.getpid()}")
    descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    write_live(descriptor, {"attempt": 0})
    aside.replace(path)
    return descriptor


def spawn(registry: Registry, start: Start, config: Config) -> None:
    """Start the runner, detached from everything of ours, and let it inherit the lock. Raises OSError."""
    request = start.task.request
    order = Order(
        root=str(registry.home.root),
        task_id=request.id,
        number=request.number,
        attempt=len(start.task.state.attempts),
        log=start.task.state.attempts[-1].log,
        timeout_s=request.timeout_s or 0.0,
        grace_s=config.grace_s,
        log_bytes=config.log_bytes,
        quiet_s=request.quiet_timeout_s or 0.0,
        memory_bytes=request.memory_bytes or 0,
        nice=NICENESS[start.task.priority],
        courtesy=start.task.run is not None,
        prepare=request.workspace is not None and request.workspace.prepared,
        check=request.check or "",
        check_s=request.check_timeout_s,
        keep_environment=request.twice or request.retries > start.task.state.retried,
        keep_leftovers=request.keep_leftovers,
        folder=request.folder,
        command=[*_in_scope(request.memory_bytes), *_command(start.task)],
    )
    script = Path(__file__).with_name("start_runner.py")
    try:
        _spawn_detached(
            ["-I", "-S", str(script), *order.to_arguments()],
            role="runner",
            errors=registry.home.task_file(request.id, ERRORS),
            descriptor=start.descriptor,
        )
    finally:
        os.close(start.descriptor)


def _command(task: Task) -> list[str]:
    return [sys.executable if word == PYTHON else word for word in task.command]


def _in_scope(memory_bytes: int | None) -> list[str]:
    if memory_bytes is None:
        return []
    from app.supervisor.scope import memory_scope  # few tasks have a memory limit

    return memory_scope(memory_bytes)


def spawn_supervisor(registry: Registry) -> None:
    """Start a process that waits with the waiting tasks. It ends at once if there is one already."""
    _spawn_detached(
        ["-I", "-m", "app.supervisor.service", str(registry.home.root)],
        role="supervisor",
        errors=registry.home.root / "supervisor.err",
    )


def _spawn_detached(arguments: list[str], role: str, errors: Path, descriptor: int | None = None) -> None:
    environment = {key: value for key, value in os.environ.items() if key in _PASSED_ON}
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK
    inherited = [] if descriptor is None else [(os.POSIX_SPAWN_DUP2, descriptor, LOCK_DESCRIPTOR)]
    reap()
    _unreaped.append(
        os.posix_spawn(
            sys.executable,
            [sys.executable, *arguments],
            {**environment, ROLE: role},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, str(errors), flags, 0o600),
                *inherited,
            ],
            setsid=True,
            setsigmask=[],
        )
    )


def reap() -> None:
    """Take in those of our detached processes that have ended, so that none stays as a zombie."""
    for pid in list(_unreaped):
        with contextlib.suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG)[0] == 0:
                continue
        with contextlib.suppress(ValueError):
            _unreaped.remove(pid)
