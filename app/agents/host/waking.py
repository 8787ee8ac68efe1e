"""What wakes a host that waits: its own signals, and the end of its runner."""

from __future__ import annotations

import contextlib
import os
import signal


class Waker:
    """Notices SIGTERM, the end of a child, and that nobody is left to record how this ends.

    ``descriptors`` become readable when there is something to ``look`` at.
    """

    def __init__(self) -> None:
        self.told_to_end = False
        self._runner = os.getppid()
        self._pipe, waker = os.pipe()
        for descriptor in (self._pipe, waker):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._on_terminate)
        signal.signal(signal.SIGINT, self._on_terminate)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        self._runner_fd = _open_process(self._runner)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What to wait on besides one's own."""
        return (self._pipe,) if self._runner_fd is None else (self._pipe, self._runner_fd)

    @property
    def longest_s(self) -> float | None:
        """The longest wait after which to look all the same, where the system tells of no end of a parent."""
        return 2.0 if self._runner_fd is None else None

    @property
    def orphaned(self) -> bool:
        """Whether the runner is gone: nothing bounds, sweeps or records this run any more."""
        return os.getppid() != self._runner

    @property
    def stopping(self) -> bool:
        """Whether it is time to end."""
        return self.told_to_end or self.orphaned

    def look(self) -> None:
        """Take note of what has woken us."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._pipe, 512):
                pass

    def _on_terminate(self, *_: object) -> None:
        self.told_to_end = True


def _open_process(pid: int) -> int | None:
    """A descriptor that becomes readable when this process ends; None where there is no such thing."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None
