"""What the registry says, brought to the screen: read in threads, told in messages, silent when quiet."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from app.dashboard.news.messages import Collided as Collided
from app.dashboard.news.messages import Expected as Expected
from app.dashboard.news.messages import FellSilent as FellSilent
from app.dashboard.news.messages import LogSpoke as LogSpoke
from app.dashboard.news.messages import ReadingFailed as ReadingFailed
from app.dashboard.news.messages import RecordsChanged as RecordsChanged
from app.dashboard.news.neighbours import Neighbours
from app.dashboard.news.voices import Voices
from app.dashboard.news.voices import last_line as last_line
from app.model.hold import Hold
from app.model.queue import Limits
from app.model.task import Task
from app.registry.files import RegistryBusy
from app.registry.holds import holds
from app.registry.store import DamagedRecord, Registry, UnknownTask, is_task_id, marker_id
from app.registry.transaction import NewerSchema
from app.supervisor import launch, scheduling

if TYPE_CHECKING:
    pass

FIRST_TASKS = 300
"""How many of the newest tasks are read before the first paint; older ones come behind."""

BATCH = 250
"""Older tasks told in one message."""

LOG_PERIOD_S = 0.3
"""The shortest time between two looks at the logs of running tasks."""

ALIVE_PERIOD_S = 1.0
"""The time between two looks whether the runners are still there: one that is killed rings no bell."""

BURST_S = 0.05
"""The shortest time between two looks at the records: a burst of changes is one look, not twenty."""

_DEBOUNCE_MS, _STEP_MS, _PATIENCE_MS = 100, 100, 10_000  # half the idle cost of 50 ms steps
_FAULTS = (UnknownTask, DamagedRecord, OSError)


class Feed:
    """Watches the registry for one dashboard. A task is silent after ``quiet_after_s`` seconds, None: never.

    ``limits`` tells what may run at once; ``post`` is called from threads of its own. One thread waits for
    the bell, the other reads; while no task runs neither of them has a clock.
    """

    def __init__(
        self,
        registry: Registry,
        limits: Callable[[], Limits],
        post: Callable[[Message], object],
        quiet_after_s: float | None = None,
    ) -> None:
        self._registry = registry
        self._limits = limits
        self._post = post
        self._voices = Voices(registry, post, quiet_after_s)
        self._neighbours = Neighbours(registry, post)
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._named: set[str] = set()
        self._known: dict[str, tuple[int, ...]] = {}
        self._open: dict[str, Task] = {}
        self._expected: set[str] = set()
        self._horizon = ""
        self._complete = False
        self._told_paused = False
        self._told_holds: tuple[Hold, ...] = ()
        self._problem = ""

    def start(self) -> None:
        """Read the newest tasks, then the older ones, and watch all the while; returns at once."""
        for work in (self._watch, self._read):
            threading.Thread(target=work, name=f"feed{work.__name__}", daemon=True).start()

    def stop(self) -> None:
        """End both threads, waiting for neither."""
        self._stop.set()
        self._wake.set()

    def look(self, ids: Iterable[str] = ()) -> None:
        """Read these tasks again soon, and whatever else has changed; from any thread."""
        with self._lock:
            self._named.update(ids)
        self._wake.set()

    # The bell

    def _watch(self) -> None:
        try:
            self._hear()
        except Exception:  # no watches left, or none on this system: looking is the bell then
            while not self._stop.wait(ALIVE_PERIOD_S):
                self.look()

    def _hear(self) -> None:
        from watchfiles import watch

        home = self._registry.home
        bell = watch(
            *(folder for folder in (home.running, home.queued, home.root) if folder.is_dir()),
            recursive=False,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            stop_event=self._stop,
            rust_timeout=_PATIENCE_MS,
            raise_interrupt=False,
        )
        for changes in bell:
            self.look(task_id for _, path in changes if (task_id := _id_in(Path(path).name)))

    # The reader

    def _read(self) -> None:
        self._attempt(self._tell_all)
        alive = time.monotonic()
        while not self._stop.is_set():
            running = any(task.status.live for task in self._open.values())
            rung = self._wake.wait(LOG_PERIOD_S if running else ALIVE_PERIOD_S if self._problem else None)
            if self._stop.is_set():
                return
            due = rung or self._problem or time.monotonic() - alive >= ALIVE_PERIOD_S
            if due:
                alive = time.monotonic()
            self._attempt(self._tell_news if due else self._tell_logs)
            if rung:
                self._stop.wait(BURST_S)

    def _attempt(self, work: Callable[[], None]) -> None:
        """Do it, or tell why it cannot be done now: the screen must never be old without saying so."""
        try:
            work()
            problem = ""
        except Exception as error:
            said = error.strerror if isinstance(error, OSError) else None
            problem = (said or f"{type(error).__name__}: {error}").lower()
        if problem != self._problem:
            self._problem = problem
            self._post(ReadingFailed(problem))

    def _tell_news(self) -> None:
        self._tell_changes()
        self._voices.tell_silences(self._open.values())
        self._tell_logs()
        self._neighbours.tell(self._open.values())

    def _tell_all(self) -> None:
        self._tell_newest()
        self._tell_older()

    def _tell_newest(self) -> None:
        newest = self._registry.recent(FIRST_TASKS, self._limits())
        ids = self._registry.ids()[-FIRST_TASKS:]
        self._horizon = ids[0] if ids else ""
        self._tell(newest, [])
        self._tell_logs()

    def _tell_logs(self) -> None:
        self._voices.tell_logs(list(self._open.values()))

    def _tell_older(self) -> None:
        batch: list[Task] = []
        for task in self._registry.older(self._horizon) if self._horizon else ():
            if self._stop.is_set():
                return
            if task.id not in self._known:
                batch.append(task)
            if len(batch) >= BATCH:
                self._tell(batch, [])
                batch = []
                if self._wake.is_set():
                    self._tell_changes()
        self._complete = True
        self._tell(batch, [])

    def _tell_changes(self) -> None:
        self._wake.clear()
        launch.reap()
        with self._lock:
            named = set(self._named)
        listed = self._registry.ids()
        ids = set(listed)
        removed = [task_id for task_id in self._known if task_id not in ids]
        now_open = {task.id: task for task in self._registry.open_tasks(self._limits()) if task.id in ids}
        wanted = (named | self._open.keys() | self._moved(listed)) & ids - now_open.keys()
        fresh = [task for task in now_open.values() if task != self._open.get(task.id)]
        told = [*fresh, *self._loaded(wanted)]
        standing = self._paused(), self._holds()
        if told or removed or standing != (self._told_paused, self._told_holds):
            self._tell(told, removed)
        with self._lock:
            self._named -= named
        self._put_right(told)

    def _put_right(self, told: list[Task]) -> None:
        """Close tasks whose runner is gone: where no supervisor waits, nobody else is there to do it."""
        if any(task.unsettled and task.live is None for task in told):
            with suppress(OSError, RegistryBusy, NewerSchema):  # the next client that comes does it too
                scheduling.settle_as_configured(self._registry)

    def _moved(self, listed: list[str]) -> set[str]:
        """Tasks whose record is another than the one told. Older ones are looked at only when named."""
        newest = listed[-FIRST_TASKS:]
        unknown = (task_id for task_id in listed if task_id not in self._known)
        moved = {task_id for task_id in newest if self._known.get(task_id) != self._signature(task_id)}
        return moved.union(task_id for task_id in unknown if self._complete or task_id >= self._horizon)

    def _loaded(self, ids: Iterable[str]) -> list[Task]:
        tasks: list[Task] = []
        for task_id in sorted(ids):
            with suppress(*_FAULTS):
                tasks.append(self._registry.load(task_id))
        return tasks

    def _tell(self, tasks: list[Task], removed: list[str]) -> None:
        for task in tasks:
            self._known[task.id] = self._signature(task.id)
            if task.status.ended:
                self._open.pop(task.id, None)
            else:
                self._open[task.id] = task
        for task_id in removed:
            self._known.pop(task_id, None)
            self._open.pop(task_id, None)
        damaged = len(self._registry.damaged())
        self._told_paused, self._told_holds = self._paused(), self._holds()
        told = self._told_paused, damaged, self._complete, self._told_holds
        self._post(RecordsChanged(tasks, removed, *told))
        self._tell_estimates(tasks)

    def _tell_estimates(self, tasks: list[Task]) -> None:
        """Tell of each attempt, once it runs, how long it will probably take."""
        for task in tasks:
            if not task.status.live:
                self._expected.discard(task.id)
            elif task.id not in self._expected:
                from app.agents.expectation import expected_of  # only who watches a running task needs it

                self._expected.add(task.id)
                self._post(Expected(task.id, expected_of(self._registry, task)))

    def _paused(self) -> bool:
        try:
            return self._registry.settings().paused
        except Exception:
            return False

    def _holds(self) -> tuple[Hold, ...]:
        return holds(self._registry.home, self._limits().hold_s, datetime.now(UTC))

    def _signature(self, task_id: str) -> tuple[int, ...]:
        """What differs after the record was replaced; equal means unchanged."""
        try:
            found = os.stat(self._registry.home.task_file(task_id, "state.toml"))  # noqa: PTH116 - often
        except OSError:
            return ()
        return found.st_mtime_ns, found.st_size, found.st_ino


def _id_in(name: str) -> str:
    """The task that a file in the watched folders is about, or an empty string."""
    return name if is_task_id(name) else marker_id(name)
