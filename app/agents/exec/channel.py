"""Runs a one-shot client and tells what it does: by the shape of its stream, or as it is."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import select
import signal
import time
from collections.abc import Sequence

from app.agents.events import Ended, Retrying, Started, Text
from app.agents.exec.command import CannotContinue, call_of
from app.agents.exec.hearing import Hearing
from app.agents.exec.shapes import Shape, UnknownShape, shape_of
from app.agents.exec.stream import Stream
from app.agents.host.assignment import Assignment
from app.agents.host.ending import Ending
from app.agents.host.spawning import CannotSpawn, Exit, ended, spawn
from app.agents.host.teller import Teller
from app.agents.host.waking import Waker
from app.agents.splitting import Line, Splitter
from app.supervisor.processes import send, snapshot

PATIENCE_S = 5.0
"""How long a client that is told to end may take before its group is killed, where nobody else will do it."""

LINGER_S = 1.0
"""How long its output is still read after a client has ended: what it started may hold on to it."""

LISTEN_S = 0.5
"""How often the log is listened to, for clients that tell of retries on their error output alone."""

SHOWN = 200
"""How much is shown of a line that is too long to be read, in characters."""

STDERR = 2
"""The client's error output goes where ours does: straight into the log."""

_PIPE_BYTES = 1024 * 1024
_CHUNK = 64 * 1024


def run_exec(assignment: Assignment, teller: Teller, waker: Waker, prefix: Sequence[str] = ()) -> Ending:
    """Work on a task with a client that is started for it, in the current folder, until the client has ended.

    ``prefix`` are the words of a fence around it.
    """
    run = assignment.run
    try:
        shape = shape_of(run.events) if run.events else None
        call = call_of(run, assignment.text, assignment.session)
        source, pid = _start((*prefix, *call.command), assignment)
    except (UnknownShape, CannotContinue) as error:
        return _not_started(teller, str(error), 1)
    except CannotSpawn as error:
        return _not_started(teller, str(error), error.exit_code)
    if assignment.session is not None:
        teller.note(f"── conversation of attempt {assignment.continues} goes on")
    if call.session is not None:
        teller.take(Started(session=call.session))
    try:
        return _Client(pid, source, shape, teller, waker, fenced=bool(prefix)).attend()
    finally:
        os.close(source)


def _not_started(teller: Teller, why: str, code: int) -> Ending:
    teller.take(Ended(False, reason="not started", error=why))
    return Ending(code=code)


def _start(command: Sequence[str], assignment: Assignment) -> tuple[int, int]:
    """Start a client; the read end of its output, and its pid. Raises CannotSpawn."""
    source, sink = os.pipe()
    with contextlib.suppress(OSError, AttributeError):  # a longer pipe lets it go on while a slow disk writes
        fcntl.fcntl(source, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    os.set_blocking(source, False)
    nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    # Some clients work where this says, whatever their current folder is.
    environment = {**assignment.environment, "PWD": assignment.folder}
    try:
        return source, spawn(command, environment, nothing, sink, STDERR)
    except CannotSpawn:
        os.close(source)
        raise
    finally:
        os.close(nothing)
        os.close(sink)


class _Client:
    """One client from its start to its end."""

    def __init__(
        self, pid: int, source: int, shape: Shape | None, teller: Teller, waker: Waker, *, fenced: bool
    ) -> None:
        self.fenced = fenced
        self.pid, self.source, self.shape, self.teller, self.waker = pid, source, shape, teller, waker
        self.stream = None if shape is None else Stream(shape)
        self.plain = shape is None or shape.plain
        self.hearing = Hearing(STDERR)
        self.splitter = Splitter()
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.open = True
        self.asked: float | None = None
        self.poll = select.poll()
        for descriptor in (source, *waker.descriptors):
            self.poll.register(descriptor, select.POLLIN)

    def attend(self) -> Ending:
        """Tell what it does until it has ended."""
        while (exit_ := ended(self.pid)) is None:
            self._end_if_it_is_time()
            self._wait(self._pause())
            self._listen()
            self.teller.tick()
        self._drain()
        return self._ending(exit_)

    def _pause(self) -> float | None:
        """How long to wait at most, in seconds; None for as long as nothing happens."""
        listens = LISTEN_S if self.shape is not None and self.shape.heard is not None else None
        patience = None if self.asked is None else max(0.05, self.asked + PATIENCE_S - time.monotonic())
        times = (listens, patience, self.teller.seconds_to_next(), self.waker.longest_s)
        return min((time for time in times if time is not None), default=None)

    def _wait(self, seconds: float | None) -> bool:
        """Wait for output or for something else to look at; whether there was output."""
        found = self.poll.poll(None if seconds is None else seconds * 1000)
        self.waker.look()
        return any(descriptor == self.source for descriptor, _ in found) and self._read()

    def _read(self) -> bool:
        try:
            data = os.read(self.source, _CHUNK)
        except BlockingIOError:
            return True
        if not data:
            self.open = False
            self.poll.unregister(self.source)
        else:
            self._pass_on(self.decoder.decode(data), self.splitter.feed(data))
        return bool(data)

    def _pass_on(self, text: str, lines: list[Line]) -> None:
        """Tell what has come: as it is, line by line, or as it is and what its lines say besides."""
        if self.plain:
            self.teller.take(Text(text))
        if self.stream is not None:
            for line in lines:
                self._tell(self.stream, line)

    def _tell(self, stream: Stream, line: Line) -> None:
        events = None if line.dropped else stream.read(line.text)
        if events is None and self.plain:
            return
        if events is None:
            if line.dropped:
                self.teller.note(f"{line.text[:SHOWN]} … {line.dropped >> 20} MiB left out")
            elif line.text.strip():
                self.teller.note(line.text)
            return
        for event in events:
            self.teller.take(event)

    def _listen(self) -> None:
        if self.shape is None or self.shape.heard is None:
            return
        for found in self.shape.heard.finditer(self.hearing.news()):
            told = {name: int(value) for name, value in found.groupdict().items() if value}
            self.teller.take(Retrying(**told))  # type: ignore[arg-type] # the groups are numbers
        self.hearing.news()  # what was just told stands in the log now too

    def _end_if_it_is_time(self) -> None:
        """Ask its group to end when we are told to, or when it has tried to reach its model too often."""
        if not (self.waker.stopping or self.teller.given_up):
            return
        if self.asked is None:
            self.asked = time.monotonic()
            self._ask()
        elif time.monotonic() > self.asked + PATIENCE_S:
            self._send(signal.SIGKILL)

    def _ask(self) -> None:
        """SIGTERM to its group; a fence falls with the process that put it up, so that one is left out."""
        if not self.fenced:
            return self._send(signal.SIGTERM)
        for process in snapshot().values():
            if process.group == self.pid != process.pid:
                send(process, signal.SIGTERM)
        return None

    def _send(self, number: int) -> None:
        # It has not been waited for, so its pid is still its own, and so is that of its group.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _drain(self) -> None:
        """Read what is left, but wait no longer for those who only hold on to the pipe."""
        until = time.monotonic() + LINGER_S
        while self.open and (left := until - time.monotonic()) > 0:
            self._wait(left)
        self._pass_on(self.decoder.decode(b"", final=True), self.splitter.rest())

    def _ending(self, exit_: Exit) -> Ending:
        known = self.shape.exits.get(exit_.code or 0) if self.shape is not None else None
        if self.shape is not None and self.shape.endless and exit_.code == 0:
            self.teller.take(Ended(True))
        failed = exit_.signal is not None or bool(exit_.code)
        collected = self.teller.collected
        if failed and not (self.waker.stopping or collected.complaint or collected.ended):
            collected.complaint = self.hearing.complaint()
        code = exit_.code if exit_.signal is None else 128 + exit_.signal
        return Ending(
            exit_code=exit_.code,
            signal=exit_.signal,
            exit_words=known.words if known else "",
            exit_trouble=known.trouble if known else None,
            stream=not self.plain,
            stopped=self.waker.stopping,
            code=None if self.teller.given_up else code,  # then it was we who ended it
        )
