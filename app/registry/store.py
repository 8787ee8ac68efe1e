"""Reading the registry, without a lock: records are replaced whole, so a reader sees the old or the new."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from app.model.queue import DEFAULT_LIMITS, Limits, why_waiting
from app.model.status import Status
from app.model.task import Attempt, Live, Request, State, Task
from app.registry.codec import live_from_record, parse, request_from_record, state_from_record
from app.registry.counting import Settings, settings_from_record
from app.registry.damage import Damaged, in_quarantine, quarantine
from app.registry.ending import read_end, with_end
from app.registry.files import NO_RECORD, NOT_A_RECORD, read_regular, try_lock
from app.registry.files import RECORD_LIMIT as RECORD_LIMIT
from app.registry.numbers import find_number
from app.registry.paths import END, Home, log_name
from app.registry.paths import is_task_id as is_task_id  # those who read want these too
from app.registry.paths import marker_id as marker_id
from app.registry.queueing import current_load, waiting
from app.registry.safety import expect_own_folder, is_there
from app.registry.values import BadRecord, NewerRecord

Record = TypeVar("Record")

NEWER = "written by a newer delegate"
"""Why a task waits that this version may not touch."""


class UnknownTask(Exception):  # noqa: N818 - names what is unknown
    """There is no task with this id."""


class DamagedRecord(Exception):  # noqa: N818 - names what is damaged
    """A record of the task does not parse; ``task_id`` says whose, the message why."""

    def __init__(self, task_id: str, reason: str, *, newer: bool = False) -> None:
        super().__init__(f"{task_id}: {reason}")
        self.task_id = task_id
        self.reason = reason
        self.newer = newer
        """Whether nothing is wrong with it but that a newer version wrote it."""


@dataclass(frozen=True, slots=True)
class Registry:
    """The registry as a reader sees it."""

    home: Home

    def open(self) -> Registry:
        """Make the folders that are missing, each mode 0700, and return the registry.

        Raises UnsafeFolder, an OSError, where another person could change what lies in one of them.
        """
        for folder in self.home.folders:
            if not is_there(folder):
                with contextlib.suppress(FileExistsError):
                    folder.mkdir(mode=0o700, parents=folder == self.home.root)
            expect_own_folder(folder)
        return self

    def ids(self) -> list[str]:
        """All tasks' ids, oldest first, which is also the order of their numbers."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(name for name in os.listdir(self.home.tasks) if is_task_id(name))  # noqa: PTH208
        return []

    def settings(self) -> Settings:
        """Read ``registry.toml``; a missing one gives the defaults. Raises BadRecord and OSError."""
        try:
            record = parse(read_regular(self.home.settings, RECORD_LIMIT))
        except FileNotFoundError:
            return Settings()
        except OSError as error:
            if error.errno in NOT_A_RECORD:
                raise BadRecord(error.strerror) from None
            raise
        return settings_from_record(record)

    def paused(self) -> bool:
        """Whether the user has paused the queue; damaged settings say nothing, and are made anew by the next
        change."""
        try:
            return self.settings().paused
        except BadRecord:
            return False

    def load(self, task_id: str) -> Task:
        """Read one task. Raises UnknownTask, DamagedRecord, and OSError for what may be readable later."""
        request = self.request(task_id)
        try:
            state = self.state(task_id)
        except DamagedRecord as damage:
            if damage.newer or (live := self.live(task_id)) is None:
                raise
            return Task(request, stand_in(task_id, live), live)
        if state.status is not Status.STARTING:
            return Task(request, state)
        live = self.live(task_id)
        if live is not None:
            return self._with_agent(Task(request, with_end(state, live.end), live))
        state = self.state(task_id)  # it may have ended between the two looks
        if state.status is not Status.STARTING:
            return Task(request, state)
        return Task(request, with_end(state, self._written_end(task_id, state)))

    def _with_agent(self, task: Task) -> Task:
        """The task with what its agent asks and tells, if it has one that can."""
        if task.run is None or task.live is None:
            return task
        from app.registry.asking import open_asks, read_report

        attempt = task.live.attempt
        return replace(
            task,
            asks=open_asks(self.home, task.id, attempt),
            report=read_report(self.home, task.id, attempt),
        )

    def request(self, task_id: str) -> Request:
        """Read what was asked. Raises as ``load``."""
        return self._decoded(task_id, "task.toml", request_from_record)

    def state(self, task_id: str) -> State:
        """Read where the task stands by its record. Raises as ``load``."""
        return self._decoded(task_id, "state.toml", state_from_record)

    def live(self, task_id: str) -> Live | None:
        """What the runner says, or None when no runner holds the task's lock: it is gone, or never was."""
        path = self.home.running / task_id
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            if error.errno in NO_RECORD:
                return None
            raise  # too many files open, say: not sure is not dead
        try:
            if try_lock(descriptor, shared=True):
                return None
            return live_from_record(parse(os.read(descriptor, RECORD_LIMIT).rstrip(b"\0")))
        except BadRecord:
            return Live(attempt=0)  # the lock is held: it is alive, and about to say more
        finally:
            os.close(descriptor)

    def _written_end(self, task_id: str, state: State) -> Attempt | None:
        """How the attempt ended by what its runner left; None where that tells nothing, or cannot be read."""
        try:
            return read_end(self.home.task_file(task_id, END), state.attempts[-1] if state.attempts else None)
        except OSError:
            return None

    def last_words(self, task_id: str) -> Live | None:
        """What the runner of a task has said of itself, whether or not it still holds its lock."""
        try:
            said = read_regular(self.home.running / task_id, RECORD_LIMIT).rstrip(b"\0")
            return live_from_record(parse(said))
        except (OSError, BadRecord):
            return None

    def queue(self) -> list[str]:
        """The ids of waiting tasks in the order in which they may start: priority, then age."""
        with contextlib.suppress(FileNotFoundError):
            return [marker_id(name) for name in sorted(os.listdir(self.home.queued)) if marker_id(name)]  # noqa: PTH208
        return []

    def in_hand(self) -> list[str]:
        """The ids of tasks that were handed to a runner and have not been closed yet."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(name for name in os.listdir(self.home.running) if is_task_id(name))  # noqa: PTH208
        return []

    def open_tasks(self, limits: Limits = DEFAULT_LIMITS) -> list[Task]:
        """All tasks that wait or run, each waiting one with its reason within these limits."""
        return self.with_reasons(list(self._loaded({*self.in_hand(), *self.queue()})), limits)

    def recent(self, count: int, limits: Limits = DEFAULT_LIMITS) -> list[Task]:
        """The newest ``count`` tasks and all open ones, newest first."""
        wanted = {*self.in_hand(), *self.queue(), *(self.ids()[-count:] if count else ())}
        return self.with_reasons(sorted(self._loaded(wanted), key=lambda task: -task.number), limits)

    def older(self, before: str) -> Iterator[Task]:
        """Every task older than the given id, newest first, read one by one."""
        return self._loaded(reversed([task_id for task_id in self.ids() if task_id < before]))

    def with_reasons(self, tasks: list[Task], limits: Limits) -> list[Task]:
        """Say for each waiting task why it waits."""
        if not any(task.status is Status.QUEUED for task in tasks):
            return tasks
        known = {task.number: task.status for task in tasks}
        load = current_load(self, limits)

        def standing(number: int) -> Status | None:
            return known[number] if number in known else self.standing(number)

        return [
            replace(
                task, queue_reason=NEWER if task.read_only else why_waiting(waiting(task), load, standing)
            )
            if task.status is Status.QUEUED
            else task
            for task in tasks
        ]

    def standing(self, number: int) -> Status | None:
        """How the task of a number stands, or None when it does not exist (any more).

        One that cannot be read right now counts as not ended: what waits for it waits on.
        """
        try:
            task_id = self.find_number(number)
            return None if task_id is None else self.load(task_id).status
        except (UnknownTask, DamagedRecord):
            return None
        except OSError:
            return Status.QUEUED

    def find_number(self, number: int) -> str | None:
        """The id of a number, or None when no task has it. Raises OSError when that cannot be told now."""
        return find_number(self.home, self.ids(), number)

    def damaged(self) -> list[Damaged]:
        """What lies in quarantine, oldest first."""
        return in_quarantine(self.home)

    def _loaded(self, ids: set[str] | Iterator[str]) -> Iterator[Task]:
        for task_id in ids:
            try:
                yield self.load(task_id)
            except UnknownTask:
                continue
            except DamagedRecord as damage:
                quarantine(self, damage)
            except OSError:
                continue  # not corruption: it is read again with the next look

    def _decoded(self, task_id: str, name: str, decode: Callable[[dict[str, Any]], Record]) -> Record:
        path = self.home.task_file(task_id, name)
        try:
            return decode(parse(read_regular(path, RECORD_LIMIT)))
        except BadRecord as error:
            newer = isinstance(error, NewerRecord)
            raise DamagedRecord(task_id, f"{name}: {error}", newer=newer) from None
        except (FileNotFoundError, NotADirectoryError):
            if path.parent.is_symlink():
                raise DamagedRecord(task_id, "is a link") from None
            if is_task_id(task_id) and path.parent.is_dir():
                raise DamagedRecord(task_id, f"{name} is missing") from None
            if path.parent.exists():
                raise DamagedRecord(task_id, "is not a folder") from None
            raise UnknownTask(task_id) from None
        except OSError as error:
            if error.errno in NOT_A_RECORD:
                raise DamagedRecord(task_id, f"{name}: {error.strerror}") from None
            raise


def stand_in(task_id: str, live: Live) -> State:
    """What is certain of a running task whose ``state.toml`` is damaged: which attempt it is, and its log."""
    numbers = range(1, live.attempt + 1)
    return State(Status.STARTING, attempts=tuple(Attempt(n, log_name(task_id, n)) for n in numbers))
