"""Starting the task's own process: new session, no terminal, its environment, its log."""

# Imported by the runner: see processes.py.
import errno
import os

from app.supervisor.order import Order
from app.supervisor.processes import MARK
from app.supervisor.signals import signal

_RESET = (
    signal.SIGPIPE,
    signal.SIGXFSZ,
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGCHLD,
    signal.SIGUSR1,
)
"""Signals that the interpreter, a shell or the runner treats in their own way; the task gets the defaults."""

CANNOT_RUN = 126
NOT_FOUND = 127
"""The exit codes that shells give a command that cannot be run or is not there (POSIX, 2.8.2)."""


class CannotStart(Exception):  # noqa: N818 - a state of affairs, not a fault
    """The command could not be started; ``exit_code`` is what a shell would say, the message why."""

    def __init__(self, exit_code: int, reason: str) -> None:
        super().__init__(reason)
        self.exit_code = exit_code


def expect_file(descriptor: int, name: str) -> None:
    """Raise OSError where something else lies in a file's place: reading or writing a pipe would wait."""
    if os.fstat(descriptor).st_mode & 0o170000 != 0o100000:
        raise OSError(errno.EINVAL, "not a regular file", name)


def read_environment(order: Order) -> dict[bytes, bytes]:
    """The environment the task was delegated with, plus the marks and paths of this attempt."""
    descriptor = os.open(order.task_file("env"), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        expect_file(descriptor, "env")
        pairs = [entry.partition(b"=") for entry in file.read().split(b"\0") if entry]
    environment = {key: value for key, _, value in pairs if key}  # "=x" has no name and cannot be handed on
    environment.update(
        {
            MARK.encode(): os.fsencode(order.task_file("")[:-1]),
            b"DELEGATE_TASK_ID": order.task_id.encode(),
            b"DELEGATE_ATTEMPT": str(order.attempt).encode(),
            b"DELEGATE_NUMBER": str(order.number).encode(),
            b"DELEGATE_SUMMARY": os.fsencode(order.own_file("summary", ".md")),
            b"DELEGATE_OUTCOME": os.fsencode(order.own_file("outcome", ".toml")),
        }
    )
    return environment


def start(command: list[str], folder: str, environment: dict[bytes, bytes], log: int) -> int:
    """Start a command in its own session and process group and return its pid. Raises CannotStart."""
    try:
        os.chdir(folder)
    except OSError as error:
        raise CannotStart(CANNOT_RUN, f"{folder}: {error.strerror}") from None
    try:
        return _spawn(command, {**environment, b"PWD": os.fsencode(folder)}, log)
    finally:
        os.chdir("/")  # the runner must not keep a folder or a mounted disk busy


def _spawn(command: list[str], environment: dict[bytes, bytes], log: int) -> int:
    program = command[0]
    denied = False
    for candidate in _candidates(program, environment.get(b"PATH", b"/usr/local/bin:/usr/bin:/bin")):
        try:
            return os.posix_spawn(
                candidate,
                command,
                environment,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, log, 1),
                    (os.POSIX_SPAWN_DUP2, log, 2),
                ],
                setsid=True,
                setsigmask=[],
                setsigdef=_RESET,
            )
        except OSError as error:
            denied = denied or error.errno == errno.EACCES
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
                raise CannotStart(CANNOT_RUN, f"{program}: {error.strerror}") from None
    if denied:
        raise CannotStart(CANNOT_RUN, f"{program}: permission denied")
    raise CannotStart(NOT_FOUND, f"{program}: command not found")


def _candidates(program: str, path: bytes) -> list[bytes]:
    """Where a command may lie: itself when it names a folder, else each folder of the task's own PATH."""
    name = os.fsencode(program)
    if b"/" in name:
        return [name]
    return [os.path.join(folder or b".", name) for folder in path.split(b":")]
