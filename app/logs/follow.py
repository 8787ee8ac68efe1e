"""Watches one log grow, in a thread of its own that costs next to nothing while the log is quiet."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from app.logs.source import lies_at, look_at

POLL_S = 0.05
"""Seconds between two looks at a log that is growing."""

MISSING_POLL_S = 0.25
"""Seconds between two looks for a log that is not there yet."""

QUIET_AFTER_S = 1.0
"""Seconds without growth after which the log counts as quiet."""

SWEEP_S = 2.0
"""Seconds between two looks at a quiet log, in case its file system rings no bell."""

# A shorter step rings sooner, but wakes the machine that often: 100 ms costs half as much as 50.
_BELL_STEP_MS = 100


class Follower:
    """Tells when a log changes: a bell, not a reader.

    ``on_change(size)`` is called in the follower's thread with the size in bytes: once at the start if the
    log is there, then after each change of size or of the file itself, at most 20 times a second however
    fast the log grows. Who listens reads the newest window and nothing in between. A log that is missing is
    waited for.

    ``stop`` is the event to end by, for several followers that end together; without it, each has its own.
    """

    def __init__(
        self, path: Path, on_change: Callable[[int], None], stop: threading.Event | None = None
    ) -> None:
        self.path = path
        """The log that is watched."""
        self._on_change = on_change
        self._ended = stop or threading.Event()
        self._seen: tuple[int, int, int] | None = None
        self._thread = threading.Thread(target=self._run, name="log-follower", daemon=True)

    def start(self) -> Follower:
        """Begins to watch."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends watching, and returns at once: a call of ``on_change`` that has begun may still finish."""
        self._ended.set()

    def join(self, timeout_s: float | None = None) -> bool:
        """Waits until the thread has ended, about 0.1 s after ``stop`` at the latest; True if it has."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._look()
            if self._seen is None:
                self._ended.wait(MISSING_POLL_S)
                continue
            self._poll_until_quiet()
            self._wait_for_change()

    def _look(self) -> bool:
        """Whether the log differs from the last look; if so, tells the size it has now, 0 if it is gone."""
        now = look_at(self.path)
        if now == self._seen:
            return False
        self._seen = now
        self._on_change(now[2] if now else 0)
        return True

    def _poll_until_quiet(self) -> None:
        """Looks often, because a bell under a flood of writes costs far more than looking does."""
        changed = time.monotonic()
        while not self._ended.wait(POLL_S) and self._seen:
            now = time.monotonic()
            if self._look():
                changed = now
            elif now - changed >= QUIET_AFTER_S:
                return

    def _wait_for_change(self) -> None:
        """Waits for the file system's bell, or looks now and then where it has none to give."""
        # Costs 28 ms, which a look at a busy or finished log does not need to pay.
        from watchfiles._rust_notify import RustNotify

        try:
            bell = RustNotify([str(lies_at(self.path))], False, False, 300, False, True)
        except (OSError, RuntimeError):
            bell = None
        if bell is None:
            while not self._look() and not self._ended.wait(MISSING_POLL_S):
                pass
            return
        with bell:
            # What was written before the bell was armed did not ring: so look first.
            while not self._look() and not self._ended.is_set():
                bell.watch(_BELL_STEP_MS, _BELL_STEP_MS, int(SWEEP_S * 1000), self._ended)
