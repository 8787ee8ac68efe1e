"""The runner: the small process that owns one attempt of one task, and the only one that learns how it ends.

It holds the task's liveness lock all its life, starts the command, bounds its log, enforces its time limit,
ends its whole tree, writes down how it ended, and lets the next waiting task start. Standard library only.
"""

# Everything here is loaded before the task's command may start and stays in memory while it runs.
import contextlib
import os
import select
import time

from app.registry.boot import boot_id
from app.supervisor import child
from app.supervisor.bounds import LOOK_S, Bounds
from app.supervisor.facts import END, STOP, Value, in_short, timestamp, write_durably, write_live
from app.supervisor.kill import Swept, sweep
from app.supervisor.order import LOCK_DESCRIPTOR, Order
from app.supervisor.processes import (
    ON_LINUX,
    Process,
    drop_inherited,
    look,
    mark,
    members,
    send,
    snapshot,
)
from app.supervisor.relay import left_to_supervisor
from app.supervisor.signals import signal

LEFTOVER_GRACE_S = 2.0
"""The grace for processes that outlived their command: nobody waits for what they still do."""

_PR_SET_CHILD_SUBREAPER = 36
_EXITED = 1  # CLD_EXITED


class Runner:
    """One attempt from its start to its record."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.pid = 0
        self.log = -1
        self.status: int | None = None
        self.told_to_end = False
        self.unsaved = ""
        self.started = time.time()
        self.since = time.monotonic()
        self.facts: dict[str, Value] = {"attempt": order.attempt, "boot": boot_id()}
        self.wake, self.waker = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self.waker, False)
        self.poll = select.poll()
        self.poll.register(self.wake, select.POLLIN)
        self.bounds = Bounds(order, self._find)

    def run(self) -> None:
        """Start the command, wait for its end, make sure that nothing of it is left, and write that down."""
        self._listen()
        self._introduce("runner", os.getpid())
        try:
            self._start()
        except child.CannotStart as error:
            with contextlib.suppress(OSError):
                os.write(self.log, f"{error}\n".encode(errors="surrogateescape"))
            self._write_end({"exit_code": error.exit_code, "verdict": "failed", "reason": str(error)})
            return
        self.facts.update(started=timestamp(self.started), since=self.since)
        with contextlib.suppress(OSError):  # from here on nothing may cost the task its witness
            self._introduce("child", self.pid)
        self._ring()
        self._yield_to_others()
        with contextlib.suppress(OSError):
            if not self.order.keep_environment:
                os.unlink(self.order.task_file("env"))
        self._write_end(self._attend())

    def _start(self) -> None:
        """Open the log and start the command. Raises CannotStart."""
        try:
            self.log = os.open(
                f"{self.order.root}/logs/{self.order.log}",
                os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW,
                0o600,
            )
            child.expect_file(self.log, self.order.log)
            environment = child.read_environment(self.order)
        except OSError as error:
            raise child.CannotStart(child.CANNOT_RUN, f"{error.filename}: {error.strerror}") from None
        self.bounds.begin(self.log)
        self.started, self.since = time.time(), time.monotonic()
        self.pid = child.start(self.order, environment, self.log)

    def _yield_to_others(self) -> None:
        """Let the task's processes give way by as much as its priority asks, beyond what is inherited."""
        if self.order.nice:
            with contextlib.suppress(OSError):
                inherited = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PGRP, self.pid, min(19, inherited + self.order.nice))

    def _listen(self) -> None:
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

    def _introduce(self, who: str, pid: int) -> None:
        """Write into the lock file who this is, so that the pid can be told from a later owner of it."""
        process = look(pid)
        self.facts[f"{who}_pid"] = pid
        self.facts[f"{who}_start"] = process.start if process else 0
        write_live(LOCK_DESCRIPTOR, self.facts)

    def _attend(self) -> dict[str, Value]:
        """Wait until the command ends or has to be ended; return how it ended."""
        why = None
        while (ended := self._ended()) is None and (why := self._why_end()) is None:
            self.bounds.look()
            self.pause(self.bounds.seconds_to_next_look())
        if ended is None and (ended := self._ended()) is None:
            return self._end(why or {})
        verdict = "complete" if ended.get("exit_code") == 0 else "failed"
        left = self._find()
        if self.order.keep_leftovers:
            return {**ended, "verdict": verdict, "kept": len(left)}
        swept = sweep(self._find, LEFTOVER_GRACE_S, self.pause) if left else Swept(0, [])
        return {**ended, "verdict": verdict, "swept": swept.ended, "survivors": swept.survivors}

    def _why_end(self) -> dict[str, Value] | None:
        """Why the command must end now, or None."""
        if self.told_to_end:
            return {"verdict": "stopped", "reason": "its runner was told to end"}
        if request := self._stop_request():
            return {"verdict": "stopped", "at_once": _at_once(request)}
        return self.bounds.broken()

    def _stop_request(self) -> bytes | None:
        """The request to stop this attempt, if somebody has left one; a pipe in its place says nothing."""
        try:
            descriptor = os.open(self.order.task_file(STOP), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(descriptor, "rb") as file:
                request = file.read(4096)
        except OSError:
            return None
        return request if b"attempt = %d\n" % self.order.attempt in request else None

    def _end(self, why: dict[str, Value]) -> dict[str, Value]:
        """End the whole tree; what it says afterwards about its exit is kept beside the reason."""
        self.facts["stopping"] = True
        with contextlib.suppress(OSError):
            write_live(LOCK_DESCRIPTOR, self.facts)
        self._ring()
        grace = 0.0 if why.pop("at_once", False) else self.order.grace_s
        if self.order.courtesy and grace:
            grace = self._ask_command_alone(grace)
        swept = sweep(self._find, grace, self.pause, self._in_a_hurry)
        ended = self._ended() or {}
        if swept.survivors:
            why = {"verdict": "failed", "reason": f"could not be ended: processes {swept.survivors}"}
        return {**ended, **why, "swept": max(0, swept.ended - 1), "survivors": swept.survivors}

    def _ask_command_alone(self, grace: float) -> float:
        """Let a command that speaks with an agent take leave of it; returns the grace for whoever is left."""
        process = look(self.pid)
        deadline = time.monotonic() + grace
        if process is None or not send(process, signal.SIGTERM):
            return grace
        while self._ended() is None and time.monotonic() < deadline and not self._in_a_hurry():
            self.pause(LOOK_S / 4)
        return min(grace, LEFTOVER_GRACE_S)

    def _in_a_hurry(self) -> bool:
        return _at_once(self._stop_request())

    def _find(self) -> dict[int, Process]:
        """Every living process of the task, wherever it has gone."""
        entry = mark(self.order.root, self.order.task_id)
        return members(snapshot(), entry, parents=(os.getpid(),), session=self.pid)

    def _ended(self) -> dict[str, Value] | None:
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

    def _write_end(self, how: dict[str, Value]) -> None:
        """Write down how it ended. While the disk does not take it, keep the truth, and try again."""
        now = time.time()
        self.bounds.look()
        facts: dict[str, Value] = {
            "attempt": self.order.attempt,
            "started": timestamp(self.started),
            "ended": timestamp(max(now, self.started)),
            "duration_s": round(time.monotonic() - self.since, 3),
            "dropped_bytes": self.bounds.dropped,
            "peak_bytes": self.bounds.peak or None,
            **how,
        }
        self.facts.update(in_short(facts))
        while True:
            try:
                with contextlib.suppress(OSError, ValueError):  # also where there is no log
                    os.fsync(self.log)
                return write_durably(self.order.task_file(END), facts)
            except FileNotFoundError:
                return None  # the whole registry was removed: nobody is left to tell
            except OSError as error:
                self.wait_to_save(error)

    def wait_to_save(self, error: OSError) -> None:
        """Say that the end is not saved and why, where no room is needed for it, and wait for a while."""
        why = os.strerror(error.errno).lower() if error.errno else str(error)
        if why != self.unsaved:
            self.unsaved = why
            with contextlib.suppress(OSError):  # a disk that takes nothing at all is told of by every command
                write_live(LOCK_DESCRIPTOR, {**self.facts, "unsaved": why})
            self._ring()
        self.pause(LOOK_S)

    def _ring(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        with contextlib.suppress(OSError):
            bell = os.open(f"{self.order.root}/bell", flags, 0o600)
            try:
                os.write(bell, b"%d" % time.monotonic_ns())
            finally:
                os.close(bell)


def main(arguments: list[str]) -> None:
    """Run one attempt, then leave the registry in order and let the next tasks start."""
    drop_inherited(LOCK_DESCRIPTOR + 1)
    order = Order.from_arguments(arguments)
    runner = Runner(order)
    runner.run()
    _go_on(order, runner)


def _go_on(order: Order, runner: Runner) -> None:
    """Now that time and memory matter no more: read what came out, close the record, start what waits.

    Should this fail, whoever looks at the registry next does the same from what ``end.toml`` says.
    """
    if left_to_supervisor(order.root, order.task_file(END)):
        return
    import site

    site.main()
    from app.supervisor.finish import close_and_go_on

    close_and_go_on(order.root, order.task_id, runner.wait_to_save)


def _at_once(request: bytes | None) -> bool:
    return request is not None and b"kill = true" in request


def _become_subreaper() -> None:
    """Make orphaned descendants children of this process (prctl(2), PR_SET_CHILD_SUBREAPER)."""
    import _ctypes  # the C half of `ctypes`, which takes 1.7 ms instead of 12

    program = _ctypes.dlopen(None, 0)  # type: ignore[arg-type]
    prctl = _ctypes.dlsym(program, "prctl")
    _ctypes.call_function(prctl, (_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
