"""Changing the registry: all that writes a record does so here, holding the one lock for milliseconds."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from app.model.status import Priority, Status
from app.model.task import Request, State, Task
from app.registry.boot import boot_id
from app.registry.codec import dump, request_to_record, state_to_record
from app.registry.counting import Settings, next_id
from app.registry.files import locked, sync_folder, touch, write_atomic, write_new
from app.registry.paths import END, marker_id, marker_name
from app.registry.rebuilding import believed, settings_or_rebuilt
from app.registry.store import DamagedRecord, Registry, UnknownTask
from app.registry.values import SCHEMA

_HALF_MADE = ".new"
"""The folder of the task that is being accepted: what a crash leaves of it goes with the next one."""

ENVIRONMENT = "env"
"""The file in a task's folder that keeps the environment for its start: ``KEY=VALUE`` ended by NUL bytes."""


_SAID = ("ask-", "answer-", ".answer-", "message-", ".message-")


class NewerSchema(Exception):  # noqa: N818 - a state of affairs, not a fault
    """The registry was written by a newer version; this one reads it and changes nothing."""


class NewerTask(NewerSchema):
    """The records of one task were written by a newer version; the others may be changed."""

    def __init__(self, task: Task) -> None:
        super().__init__(f"#{task.number} was written by a newer delegate; install that version to change it")


def refuse_newer(task: Task) -> None:
    """Raise NewerTask for a task that this version must not change."""
    if task.read_only:
        raise NewerTask(task)


@dataclass(slots=True)
class Transaction:
    """The registry while its lock is held. What it changes is durable, step by step, in an order that a
    crash at any point leaves true."""

    registry: Registry
    settings: Settings
    changed: bool = False

    def create(self, request: Request, environment: Mapping[str, str]) -> Task:
        """Accept a task: it gets the next number and id, and is listed as queued once this returns.

        ``request`` comes with any id and number. Raises OSError with nothing half-made left behind.
        """
        settings = believed(self.registry, self.settings, request.created)
        task_id = next_id(settings.last_id, request.created)
        request = replace(request, id=task_id, number=settings.next_number)
        state = State(Status.QUEUED, not_before=request.not_before)
        home = self.registry.home
        folder = home.tasks / _HALF_MADE
        _remove(folder)
        self.save(replace(settings, next_number=request.number + 1, last_id=request.id))
        try:
            folder.mkdir(mode=0o700)
            write_new(folder / ENVIRONMENT, pack_environment(environment))
            write_new(folder / "task.toml", dump(request_to_record(request)))
            write_new(folder / "state.toml", dump(state_to_record(state)))
            self.mark_queued(Task(request, state))
            folder.rename(home.task(request.id))
            sync_folder(home.tasks)
        except BaseException:
            with contextlib.suppress(OSError):
                home.task(request.id).rename(folder)
            _remove(folder)
            self.unmark_queued(Task(request, state))
            raise
        return Task(request, state)

    def write_state(self, task: Task, state: State) -> Task:
        """Replace where a task stands, and keep the folders of waiting and running tasks in step.

        Raises NewerTask, and OSError, with the record as it was.
        """
        refuse_newer(task)
        self.changed = True
        if state.status is Status.QUEUED:
            self.mark_queued(replace(task, state=state))
        write_atomic(self.registry.home.task_file(task.id, "state.toml"), dump(state_to_record(state)))
        self.settle(replace(task, state=state))
        return replace(task, state=state, live=None)

    def settle(self, task: Task) -> None:
        """Take away what the record of a task says is over: its marker, and after its end all it ran with."""
        if task.state.status.ended:
            _forget(self.registry.home.task(task.id))
        # The marker goes last: as long as it is there, somebody will come back to what is left to do.
        if task.state.status is not Status.QUEUED:
            self.unmark_queued(task)
        if task.state.status is not Status.STARTING:
            self.unmark_running(task.id)

    def requeue(self, task: Task, environment: Mapping[str, str], state: State) -> Task:
        """Put an ended task back into the queue, to start with this environment. Raises NewerTask."""
        refuse_newer(task)
        # The marker comes first: whoever finds it at an ended task settles what a crash has left half done.
        self.mark_queued(replace(task, state=state))
        try:
            write_atomic(self.registry.home.task_file(task.id, ENVIRONMENT), pack_environment(environment))
            return self.write_state(task, state)
        except BaseException:
            with contextlib.suppress(OSError):
                self.settle(task)
            raise

    def recount(self) -> None:
        """Make ``registry.toml`` agree with the tasks, as accepting one does."""
        self.save(believed(self.registry, self.settings, datetime.now(UTC)))

    def save(self, settings: Settings) -> None:
        """Replace ``registry.toml``."""
        self.changed = True
        record = {key: getattr(settings, key) for key in Settings.__slots__}
        write_atomic(self.registry.home.settings, dump(record))
        self.settings = settings

    def unmark(self, task_id: str) -> None:
        """Take a task out of the folders of waiting and running tasks, when only its id is known."""
        folder = self.registry.home.queued
        for name in os.listdir(folder):  # noqa: PTH208 - names are all that is needed
            if marker_id(name) == task_id:
                (folder / name).unlink(missing_ok=True)
        self.unmark_running(task_id)

    def mark(self, task: Task) -> None:
        """Put a task among the waiting or the running ones again, as its record says."""
        if task.state.status is Status.QUEUED:
            self.mark_queued(task)
        elif task.state.status is Status.STARTING:
            touch(self.registry.home.running / task.id)

    def mark_queued(self, task: Task) -> None:
        """Put a task among the waiting ones, at the place of its priority."""
        touch(self.registry.home.queued / marker_name(task.priority, task.number, task.id))
        self.unmark_queued(task, keep=task.priority)

    def unmark_queued(self, task: Task, keep: Priority | None = None) -> None:
        """Take a task out of the waiting ones, except from the place of the priority to ``keep``."""
        for priority in Priority:
            if priority is not keep:
                name = marker_name(priority, task.number, task.id)
                (self.registry.home.queued / name).unlink(missing_ok=True)

    def unmark_running(self, task_id: str) -> None:
        """Take a task out of the folder of running ones."""
        self.changed = True
        (self.registry.home.running / task_id).unlink(missing_ok=True)

    @contextlib.contextmanager
    def reindexed(self) -> Iterator[None]:
        """Should this process be killed in here, the next transaction sets the markers by the records."""
        self.save(replace(self.settings, boot=""))
        yield
        self.save(replace(self.settings, boot=boot_id()))


@contextlib.contextmanager
def transaction(registry: Registry) -> Iterator[Transaction]:
    """Hold the registry's lock. Raises NewerSchema, RegistryBusy and OSError before anything is changed."""
    registry.open()
    with locked(registry.home.lock):
        settings = settings_or_rebuilt(registry)
        if settings.schema > SCHEMA:
            raise NewerSchema(
                f"{registry.home.root} was written by a newer delegate; install that version to change it"
            )
        change = Transaction(registry, settings)
        if settings.boot != boot_id():
            _reindex(change)
        try:
            yield change
        finally:
            if change.changed:
                ring(registry)


def ring(registry: Registry) -> None:
    """Tell everybody who watches that something changed; a full disk must not make this fail."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    with contextlib.suppress(OSError), os.fdopen(os.open(registry.home.bell, flags, 0o600), "w") as bell:
        bell.write(str(time.monotonic_ns()))


def pack_environment(environment: Mapping[str, str]) -> bytes:
    """An environment as bytes, each ``KEY=VALUE`` ended by a NUL, as in ``/proc/PID/environ``."""
    return b"".join(os.fsencode(f"{key}={value}") + b"\0" for key, value in environment.items())


def _reindex(change: Transaction) -> None:
    """Make the folders of waiting and running tasks agree with the records, once in each boot.

    Markers are not made durable one by one, so a power cut may have lost some.
    """
    registry = change.registry
    for task_id in registry.ids():
        try:
            task = Task(registry.request(task_id), registry.state(task_id))
        except (UnknownTask, DamagedRecord, OSError):
            continue
        change.mark(task)
    change.save(replace(change.settings, boot=boot_id()))


def _forget(folder: Path) -> None:
    """Remove what an ended task was started with, which may hold secrets, how it ended, as its record tells
    now, what its agent and the user said to each other, and what a process that was killed while it wrote any
    of these has left."""
    over = (ENVIRONMENT, f".{ENVIRONMENT}.", END, ".state.toml.", *_SAID)
    for name in os.listdir(folder):  # noqa: PTH208 - names are all that is needed
        if name == ENVIRONMENT or name.startswith(over[1:]):
            (folder / name).unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Remove what was half made, if anything was."""
    if folder.exists():
        import shutil  # rarely needed, and slow to load

        shutil.rmtree(folder, ignore_errors=True)
