"""The thread side of the log pane: reading the newest window of a log that grows, and waking the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass

from app.logs.follow import Follower
from app.logs.window import Line, LogFile

FRAME_S = 0.1
"""The shortest time between two repaints that a log itself causes."""

UNFOCUSED_FRAME_S = 0.25
"""The same while the terminal has lost the focus."""


@dataclass(frozen=True, slots=True)
class Newest:
    """What was there at the last look: the log's size in bytes, and its last ``wanted`` lines."""

    size: int = 0
    wanted: int = 0
    lines: tuple[Line, ...] = ()


class Growth:
    """Watches one log, and calls ``wake`` in the app's loop, once for all that is new since `take`.

    ``wanted`` tells how many of the last lines to read along, so that the screen never waits for the disk.
    Make it in the widget's own context: what ``wake`` starts belongs to the app.
    """

    def __init__(self, log: LogFile, wanted: Callable[[], int], wake: Callable[[], None]) -> None:
        self._log, self._wanted, self._wake = log, wanted, wake
        self._loop, self._context = asyncio.get_running_loop(), copy_context()
        self._newest = Newest()
        self._woken = self._stopped = False
        self._follower = Follower(log.path, self._grown).start()

    def stop(self) -> None:
        """Let the thread go, and wake nobody any more."""
        self._stopped = True
        self._follower.stop()

    def take(self) -> Newest:
        """The newest window; what comes after it wakes again."""
        self._woken = False
        return self._newest

    def _grown(self, size: int) -> None:
        """In the thread, at most 20 times a second."""
        wanted = self._wanted()
        try:
            lines = tuple(self._log.tail(wanted)) if wanted else ()
        except OSError:
            return
        self._newest = Newest(size, wanted, lines)
        if not self._woken and not self._stopped and not self._loop.is_closed():
            self._woken = True
            self._loop.call_soon_threadsafe(self._ring, context=self._context)

    def _ring(self) -> None:
        if not self._stopped:
            self._wake()
