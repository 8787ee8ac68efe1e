"""What running tasks say by their logs, and which of them have fallen silent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from app.dashboard.news.messages import FellSilent, LogSpoke
from app.logs.sanitise import sanitise
from app.logs.silence import silence_of
from app.logs.window import LogFile
from app.model.status import Status
from app.model.task import Task
from app.model.vitals import Silence
from app.registry.store import Registry

if TYPE_CHECKING:
    from app.logs.readers.steady import Steady


class Voices:
    """Listens to the logs of running tasks, and ``post``s what is new since the last time.

    A task is silent after ``quiet_after_s`` seconds, None: never.
    """

    def __init__(
        self, registry: Registry, post: Callable[[Message], object], quiet_after_s: float | None
    ) -> None:
        self._registry = registry
        self._post = post
        self._quiet_after_s = quiet_after_s
        self._sizes: dict[Path, int] = {}
        self._steady: dict[Path, Steady] = {}
        self._silent: dict[str, str] = {}

    def tell_logs(self, tasks: Iterable[Task]) -> None:
        """Tell which of these tasks have said something."""
        for task in tasks:
            if task.status.live and task.attempt is not None:
                with suppress(OSError):
                    self._tell_log(task.id, self._registry.home.log(task.attempt.log))

    def _tell_log(self, task_id: str, path: Path) -> None:
        log = LogFile(path)
        size = log.size()
        if size == self._sizes.get(path, 0):
            return
        self._sizes[path] = size
        self._silent.pop(task_id, None)  # whoever is told that it spoke forgets its silence
        from app.logs.progress import look  # milliseconds that the first paint need not wait for
        from app.logs.readers.steady import Steady

        seen = look(log, size)
        steady = self._steady.setdefault(path, Steady())
        self._post(LogSpoke(task_id, steady.take(seen.progress), last_line(seen.text)))

    def tell_silences(self, tasks: Iterable[Task]) -> None:
        """Tell who is silent in other words than before: once a minute, not once a second."""
        found = {task.id: silence for task in tasks if (silence := self._silence(task))}
        words = {task_id: f"{silence.words} {silence.question}" for task_id, silence in found.items()}
        for task_id in words.keys() | self._silent.keys():
            if words.get(task_id) != self._silent.get(task_id):
                self._post(FellSilent(task_id, found.get(task_id)))
        self._silent = words

    def _silence(self, task: Task) -> Silence | None:
        if task.status is not Status.RUNNING or task.attempt is None or task.live is None:
            return None
        since = task.live.since
        running_s = None if since is None else time.monotonic() - since
        return silence_of(self._registry.home.log(task.attempt.log), running_s, self._quiet_after_s)


def last_line(text: str) -> str:
    """The last line with something on it, made safe for the screen."""
    for line in reversed(text.rsplit("\n", 50)):
        if line.strip():
            return sanitise(line.strip()[-500:])
    return ""
