"""Runs the tools. Their output goes straight into the log, and none of them outlives a stop of the worker."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, BinaryIO

from app.logs.sanitise import decode, plain

KEPT_BYTES = 256 * 1024
"""How much of the beginning and of the end of a tool's output is kept to be read."""

GRACE_S = 2.0
"""How long tools have to end after SIGTERM."""

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_OWN_VARIABLES = ("DELEGATE_SUMMARY", "DELEGATE_OUTCOME", "DELEGATE_COMMIT")
_F_GETPATH = 50
"""The macOS call that tells an open file's path; Linux has /proc for it."""


class Stopped(BaseException):
    """A signal came, whose number it holds: everything is to end, so no ``except Exception`` may catch it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Received:
    """The signal that has come, if one has: code of others may swallow the exception that told of it."""

    def __init__(self) -> None:
        self.number = 0

    def is_set(self) -> bool:
        """Whether everything is to end."""
        return self.number != 0


received = Received()
"""That of this process."""


@dataclass(frozen=True, slots=True)
class Run:
    """A tool that has ended, by an exit code or a signal, and both ends of its output as plain text."""

    exit_code: int | None
    signal: int | None
    head: str
    tail: str

    @property
    def code(self) -> int:
        """The exit code, or 128 plus the signal as a shell gives it."""
        return self.exit_code if self.exit_code is not None else 128 + (self.signal or 0)


def children_environment(variables: Mapping[str, str], virtual_env: Path | None = None) -> dict[str, str]:
    """The environment for a tool: unbuffered, the virtual environment active, nothing that is ours alone."""
    environment = {name: value for name, value in os.environ.items() if name not in _OWN_VARIABLES}
    environment["PYTHONUNBUFFERED"] = "1"
    if virtual_env is not None:
        environment["VIRTUAL_ENV"] = str(virtual_env)
        environment["PATH"] = f"{virtual_env / 'bin'}{os.pathsep}{environment.get('PATH', os.defpath)}"
        environment.pop("PYTHONHOME", None)
    return environment | dict(variables)


def run(
    argv: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    stdin: bytes | None = None,
    into: Path | None = None,
) -> Run:
    """Runs a tool to its end with its output in the log. Raises OSError when it cannot be started.

    With ``into`` its standard output goes into that file instead, and what it says of errors into the log.
    """
    if into is not None:
        return _run_into(argv, folder, environment, into)
    with _reopened_log() as log:
        if log is None:
            return _run_through_pipe(argv, folder, environment, stdin)
        start = os.fstat(1).st_size
        child = subprocess.Popen(argv, cwd=folder, env=environment, stdin=_stdin(stdin))
        _feed(child.stdin, stdin)
        code = child.wait()
        head, tail = _slice(log, start, os.fstat(1).st_size)
    return _ended(code, head, tail)


def _run_into(argv: Sequence[str], folder: Path, environment: Mapping[str, str], into: Path) -> Run:
    with into.open("wb") as file:
        child = subprocess.Popen(
            argv, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.PIPE
        )
        assert child.stderr is not None
        said = bytearray()
        while chunk := os.read(child.stderr.fileno(), 65536):
            _pass_on(chunk)
            said += chunk
            del said[:-KEPT_BYTES]
        child.stderr.close()
        return _ended(child.wait(), bytes(said), bytes(said))


def stop_on_signals() -> None:
    """From now on SIGTERM, SIGINT and SIGHUP raise Stopped, once; a signal that is ignored stays so."""
    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _on_signal)


def _on_signal(number: int, frame: FrameType | None) -> None:
    del frame
    received.number = number
    for ending in _ENDING:
        signal.signal(ending, signal.SIG_IGN)
    raise Stopped(number)


def end_children() -> None:
    """Ends every process started from here: SIGTERM first, SIGKILL for what is left after ``GRACE_S``."""
    import psutil

    children = psutil.Process().children(recursive=True)
    for child in children:
        with contextlib.suppress(psutil.Error):
            child.terminate()
    _, left = psutil.wait_procs(children, timeout=GRACE_S)
    for child in left:
        with contextlib.suppress(psutil.Error):
            child.kill()


def _stdin(data: bytes | None) -> int:
    return subprocess.DEVNULL if data is None else subprocess.PIPE


def _feed(pipe: IO[bytes] | None, data: bytes | None) -> None:
    if pipe is not None:
        with contextlib.suppress(BrokenPipeError), pipe:
            pipe.write(data or b"")


def _ended(code: int, head: bytes, tail: bytes) -> Run:
    exit_code, number = (code, None) if code >= 0 else (None, -code)
    return Run(exit_code, number, plain(decode(head)), plain(decode(tail)))


@contextlib.contextmanager
def _reopened_log() -> Iterator[BinaryIO | None]:
    """The file behind standard output, opened for reading; None when that is a pipe or a terminal."""
    with contextlib.ExitStack() as opened:
        log: BinaryIO | None = None
        if stat.S_ISREG(os.fstat(1).st_mode):
            with contextlib.suppress(OSError):
                log = opened.enter_context(Path(_log_path()).open("rb"))
        yield log


def _log_path() -> str:
    if Path("/proc/self/fd/1").exists():
        return "/proc/self/fd/1"
    return os.fsdecode(fcntl.fcntl(1, _F_GETPATH, bytes(1024)).rstrip(b"\0"))


def _slice(log: BinaryIO, start: int, end: int) -> tuple[bytes, bytes]:
    """The first and the last part of what was written between two offsets."""
    log.seek(start)
    head = log.read(min(KEPT_BYTES, end - start))
    log.seek(max(start, end - KEPT_BYTES))
    return head, log.read(min(KEPT_BYTES, end - start))


def _run_through_pipe(
    argv: Sequence[str], folder: Path, environment: Mapping[str, str], stdin: bytes | None
) -> Run:
    """For a standard output that cannot be read back: passes on what comes, and remembers both ends."""
    head, tail = bytearray(), bytearray()
    child = subprocess.Popen(
        argv,
        cwd=folder,
        env=environment,
        stdin=_stdin(stdin),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    _feed(child.stdin, stdin)
    assert child.stdout is not None
    while chunk := os.read(child.stdout.fileno(), 65536):
        _pass_on(chunk)
        head += chunk[: max(0, KEPT_BYTES - len(head))]
        tail += chunk
        del tail[:-KEPT_BYTES]
    child.stdout.close()
    return _ended(child.wait(), bytes(head), bytes(tail))


def _pass_on(chunk: bytes) -> None:
    with contextlib.suppress(OSError):
        while chunk:
            chunk = chunk[os.write(1, chunk) :]
