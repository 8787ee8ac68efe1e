"""The process of a client and the pipes to it: bytes in and out, without ever waiting on one of them."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterator, Mapping, Sequence

from app.agents.host.spawning import Exit, ended, spawn
from app.agents.splitting import Splitter

_CHUNK = 256 * 1024
_LONGEST_LINE = 32 * 1024 * 1024
"""The longest line that is read whole, in bytes; agents send whole files in one."""

_LONGEST_ERROR = 64 * 1024
_MOST_ROUNDS = 64
MOST_UNSENT = 32 * 1024 * 1024
"""How much may wait for a client that does not read, in bytes; until it does, nobody listens to it either."""


class Client:
    """A client that has been started. ``watched`` are further descriptors that end a wait.

    Raises CannotSpawn when it cannot be started.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], watched: Sequence[int] = ()
    ) -> None:
        self.exit: Exit | None = None
        self.silent = False
        """Whether it has closed its output: nothing more will come."""
        self._out = Splitter(_LONGEST_LINE)
        self._errors = Splitter(_LONGEST_ERROR)
        self._unsent = bytearray()
        self._pipes(command, environment)
        self._poll = select.poll()
        for descriptor in (self._stdout, self._stderr, *watched):
            self._poll.register(descriptor, select.POLLIN)

    def _pipes(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        theirs_in, self._stdin = os.pipe()
        self._stdout, theirs_out = os.pipe()
        self._stderr, theirs_errors = os.pipe()
        try:
            self.pid = spawn(command, environment, theirs_in, theirs_out, theirs_errors)
        finally:
            for descriptor in (theirs_in, theirs_out, theirs_errors):
                os.close(descriptor)
        for descriptor in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(descriptor, False)

    @property
    def hears(self) -> bool:
        """Whether it can still be told something, as far as is known."""
        return self._stdin >= 0 and self.exit is None and not self.silent

    def send(self, data: bytes) -> None:
        """Send bytes, as far as the client takes them now; the rest goes with the next `wait`."""
        self._unsent += data
        self._flush()

    def wait(self, seconds: float | None) -> None:
        """Wait until something has come, at most so long; None for as long as it takes."""
        self._listen()
        self._poll.poll(None if seconds is None else max(0, round(seconds * 1000 + 0.5)))
        self._flush()
        if self.exit is None:
            self.exit = ended(self.pid)

    def lines(self) -> Iterator[str]:
        """The lines of its output that have come; the last one also where its end is missing."""
        if self._overfull:
            return
        for data in self._read(self._stdout):
            yield from (line.text for line in self._out.feed(data))
        if self.silent:
            yield from (line.text for line in self._out.rest())

    def error_lines(self) -> Iterator[str]:
        """The lines of its error output that have come."""
        for data in self._read(self._stderr):
            yield from (line.text for line in self._errors.feed(data))
        if self._stderr < 0 or self.exit is not None:
            yield from (line.text for line in self._errors.rest())

    def hang_up(self) -> None:
        """Close its input: the polite way to say that nothing more will come."""
        self._unsent.clear()
        self._close_input()

    def signal(self, number: int) -> None:
        """Send a signal to its process group, as long as nobody else can have that."""
        if self.exit is None:
            with contextlib.suppress(OSError):
                os.killpg(self.pid, number)

    def outlast(self, seconds: float) -> bool:
        """Wait for its end and throw away what it still says; whether it has ended."""
        deadline = time.monotonic() + seconds
        while self.exit is None and (left := deadline - time.monotonic()) > 0:
            self.wait(left)
            for _ in (*self._read(self._stdout), *self._read(self._stderr)):
                pass
        return self.exit is not None

    def end(self, patience_s: float) -> None:
        """See it off: close its input, then ask its group to end, then end it."""
        self.hang_up()
        if self.outlast(patience_s):
            return
        self.signal(signal.SIGTERM)
        if not self.outlast(1.0):
            self.signal(signal.SIGKILL)
            self.outlast(1.0)

    def _read(self, descriptor: int) -> Iterator[bytes]:
        """What a pipe holds, at most a bounded amount at a time, so that a flood does not starve the rest."""
        for _ in range(_MOST_ROUNDS):
            if descriptor < 0:
                return
            try:
                data = os.read(descriptor, _CHUNK)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._forget(descriptor)
                return
            yield data

    @property
    def _overfull(self) -> bool:
        return len(self._unsent) > MOST_UNSENT and self.exit is None

    def _listen(self) -> None:
        """Wait for output, or for none while too much waits for the client to read."""
        if self._stdout >= 0:
            if self._overfull:
                with contextlib.suppress(KeyError):
                    self._poll.unregister(self._stdout)
            else:
                self._poll.register(self._stdout, select.POLLIN)

    def _forget(self, descriptor: int) -> None:
        """A pipe that its other end has closed."""
        with contextlib.suppress(KeyError):
            self._poll.unregister(descriptor)
        os.close(descriptor)
        if descriptor == self._stdout:
            self._stdout, self.silent = -1, True
        else:
            self._stderr = -1

    def _flush(self) -> None:
        if self._stdin < 0:
            self._unsent.clear()
            return
        try:
            while self._unsent:
                del self._unsent[: os.write(self._stdin, self._unsent[:_CHUNK])]
            self._want_room(wanted=False)
        except BlockingIOError:
            self._want_room(wanted=True)
        except OSError:  # it reads no more; how it ended is told by its end
            self._close_input()

    def _want_room(self, *, wanted: bool) -> None:
        if wanted:
            self._poll.register(self._stdin, select.POLLOUT)
        else:
            with contextlib.suppress(KeyError):
                self._poll.unregister(self._stdin)

    def _close_input(self) -> None:
        if self._stdin >= 0:
            self._want_room(wanted=False)
            os.close(self._stdin)
            self._stdin = -1
        self._unsent.clear()
