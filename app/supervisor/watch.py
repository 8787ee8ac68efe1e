"""Watching over the command of an attempt: whether it has ended, which processes are of it, and whether
somebody wants its end."""

# Imported by the runner: see processes.py.
import contextlib
import os
import select
import time

from app.supervisor.facts import STOP, Value
from app.supervisor.order import LOCK_DESCRIPTOR, Order
from app.supervisor.processes import ON_LINUX, Process, look, mark, members, send, snapshot
from app.supervisor.signals import signal

LEFTOVER_GRACE_S = 2.0
"""The grace for processes that outlived their command: nobody waits for what they still do."""

LOOK_S = 0.25
"""How often to look for a request when nobody rings, while a command takes leave."""

_PR_SET_CHILD_SUBREAPER = 36
_EXITED = 1  # CLD_EXITED


class Watch:
    """One command after the other, each with its pid until the next one starts. ``status`` is its exit status
    where only a wait can tell it (macOS)."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.pid = 0
        self.status: int | None = None
        self.told_to_end = False
        self.wake, self.waker = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self.waker, False)
        self.poll = select.poll()
        self.poll.register(self.wake, select.POLLIN)

    def listen(self) -> None:
        """Be woken by signals, and become the parent of every orphan of the task."""
        os.set_inheritable(LOCK_DESCRIPTOR, False)
        signal.set_wakeup_fd(self.waker)
        for number in (signal.SIGCHLD, signal.SIGUSR1):
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGTERM, self._on_terminate)
        for number in (signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        if ON_LINUX:
            _become_subreaper()

    def _on_terminate(self, *_: object) -> None:
        self.told_to_end = True

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than until a child ends or a signal comes; take in orphans that have died."""
        self.poll.poll(seconds * 1000)
        with contextlib.suppress(BlockingIOError):
            while os.read(self.wake, 512):
                pass
        self._bury_orphans()

    def _bury_orphans(self) -> None:
        """Reap adopted processes, never the command itself."""
        if not ON_LINUX:
            return  # nobody is adopted there
        with contextlib.suppress(ChildProcessError):
            while found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if found.si_pid == self.pid:
                    return
                os.waitpid(found.si_pid, os.WNOHANG)

    def ended(self) -> dict[str, Value] | None:
        """The exit code or signal of the command once it has ended.

        It is not reaped: its pid stays taken, so that nobody else can get it while it is being signalled.
        """
        if not hasattr(os, "waitid"):
            return self._ended_by_waitpid()
        found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None:
            return None
        return {"exit_code": found.si_status} if found.si_code == _EXITED else {"signal": found.si_status}

    def _ended_by_waitpid(self) -> dict[str, Value] | None:
        """The same for macOS before Python 3.13, where the pid is free again once its status is known."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid == 0:
                return None
            self.status = os.waitstatus_to_exitcode(status)
        return {"exit_code": self.status} if self.status >= 0 else {"signal": -self.status}

    def bury_command(self) -> None:
        """Let go of the command that ended last: until now it kept its pid from being taken by a stranger."""
        if self.pid and self.status is None:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, os.WNOHANG)
        self.pid, self.status = 0, None

    def find(self) -> dict[int, Process]:
        """Every living process of the task, wherever it has gone."""
        entry = mark(self.order.root, self.order.task_id)
        return members(snapshot(), entry, parents=(os.getpid(),), session=self.pid)

    def stop_request(self) -> bytes | None:
        """The request to stop this attempt, if somebody has left one; a pipe in its place says nothing."""
        try:
            descriptor = os.open(self.order.task_file(STOP), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(descriptor, "rb") as file:
                request = file.read(4096)
        except OSError:
            return None
        return request if b"attempt = %d\n" % self.order.attempt in request else None

    def in_a_hurry(self) -> bool:
        """Whether somebody wants the end at once."""
        return b"kill = true" in (self.stop_request() or b"")

    def ask_command_alone(self, grace: float) -> float:
        """Let a command that speaks with an agent take leave of it; returns the grace for whoever is left."""
        process = look(self.pid)
        deadline = time.monotonic() + grace
        if process is None or not send(process, signal.SIGTERM):
            return grace
        while self.ended() is None and time.monotonic() < deadline and not self.in_a_hurry():
            self.pause(LOOK_S / 4)
        return min(grace, LEFTOVER_GRACE_S)


def _become_subreaper() -> None:
    """Make orphaned descendants children of this process (prctl(2), PR_SET_CHILD_SUBREAPER)."""
    import _ctypes  # the C half of `ctypes`, which takes 1.7 ms instead of 12

    program = _ctypes.dlopen(None, 0)  # type: ignore[arg-type]
    prctl = _ctypes.dlsym(program, "prctl")
    _ctypes.call_function(prctl, (_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
