"""Starts a program in a session of its own, with signals as it expects them, and tells how it ended."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_RESET = tuple(
    getattr(signal, name)
    for name in ("SIGPIPE", "SIGXFSZ", "SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGCHLD")
)
"""What a shell's background job, the interpreter and we ourselves treat in our own way."""

_PATH = "/usr/local/bin:/usr/bin:/bin"


class CannotSpawn(Exception):  # noqa: N818 - a state of affairs, not a fault
    """A program could not be started; ``exit_code`` is what a shell would say, the message why."""

    def __init__(self, exit_code: int, reason: str) -> None:
        super().__init__(reason)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Exit:
    """How a program ended: by itself with a code, or by a signal."""

    code: int | None = None
    signal: int | None = None


def spawn(
    command: Sequence[str], environment: Mapping[str, str], stdin: int, stdout: int, stderr: int
) -> int:
    """Start a program on these descriptors in the current folder and return its pid. Raises CannotSpawn.

    No other descriptor of ours reaches it, and a signal to its process group does not reach us.
    """
    program, denied = command[0], False
    for candidate in _candidates(program, environment.get("PATH", _PATH)):
        try:
            return os.posix_spawn(
                candidate,
                list(command),
                environment,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, stdin, 0),
                    (os.POSIX_SPAWN_DUP2, stdout, 1),
                    (os.POSIX_SPAWN_DUP2, stderr, 2),
                ],
                setsid=True,
                setsigmask=[],
                setsigdef=_RESET,
            )
        except ValueError as error:  # a NUL in a word, or a variable of no name
            raise CannotSpawn(126, f"{program}: {error}") from None
        except OSError as error:
            denied = denied or error.errno == errno.EACCES
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
                raise CannotSpawn(126, f"{program}: {error.strerror}") from None
    if denied:
        raise CannotSpawn(126, f"{program}: permission denied")
    raise CannotSpawn(127, f"{program}: command not found")


def ended(pid: int) -> Exit | None:
    """How a child ended; None while it runs. Its pid is free for others once this has told."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return Exit()
    if found == 0:
        return None
    code = os.waitstatus_to_exitcode(status)
    return Exit(code=code) if code >= 0 else Exit(signal=-code)


def _candidates(program: str, path: str) -> list[str]:
    """Where a program may lie: itself when it names a folder, else each folder of its own PATH."""
    if "/" in program:
        return [program]
    return [f"{folder or '.'}/{program}" for folder in path.split(":")]
