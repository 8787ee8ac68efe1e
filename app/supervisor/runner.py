"""The runner: the small process that owns one attempt of one task, and the only one that learns how it ends.

It holds the task's liveness lock all its life, starts the command, bounds its log, enforces its time limit,
ends its whole tree, writes down how it ended, and lets the next waiting task start. Standard library only.
"""

# Everything here is loaded before the task's command may start and stays in memory while it runs.
import contextlib
import os
import time

from app.registry.boot import boot_id
from app.supervisor import child, steps
from app.supervisor.bounds import LOOK_S, Bounds
from app.supervisor.facts import END, Value, in_short, timestamp, write_durably, write_live
from app.supervisor.kill import Swept, sweep
from app.supervisor.order import LOCK_DESCRIPTOR, Order
from app.supervisor.processes import drop_inherited, look
from app.supervisor.relay import left_to_supervisor
from app.supervisor.watch import LEFTOVER_GRACE_S, Watch


class Runner:
    """One attempt from its start to its record."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.watch = Watch(order)
        self.log = -1
        self.environment: dict[bytes, bytes] = {}
        self.closing = False
        self.unsaved = ""
        self.started = time.time()
        self.since = time.monotonic()
        self.facts: dict[str, Value] = {"attempt": order.attempt, "boot": boot_id()}
        self.bounds = Bounds(order, self.watch.find)

    def run(self) -> None:
        """Start the command, wait for its end, make sure that nothing of it is left, and write that down."""
        self.watch.listen()
        self._introduce("runner", os.getpid())
        try:
            self._open()
            self._write_end(self._work())
        except child.CannotStart as error:
            with contextlib.suppress(OSError):
                os.write(self.log, f"{error}\n".encode(errors="surrogateescape"))
            self._write_end({"exit_code": error.exit_code, "verdict": "failed", "reason": str(error)})

    def _work(self) -> "dict[str, Value]":
        """The whole attempt: the place to work in, the command, the proof, and what has changed."""
        order = self.order
        if not order.prepare:
            return self._checked(self._command())
        made = self._step(steps.PREPARE, steps.PREPARE_S, order.folder)
        if made.get("verdict") != "complete":
            return steps.not_prepared(made)
        how = self._checked(self._command())
        self.closing = True
        self._step(steps.GATHER, steps.GATHER_S, self._folder())
        return how

    def _command(self) -> "dict[str, Value]":
        """Run the command itself to its end."""
        return self._run_through(self.order.command, self._folder(), self.order.timeout_s, "")

    def _checked(self, how: "dict[str, Value]") -> "dict[str, Value]":
        """How it ended, a success only if the check agrees."""
        if not self.order.check or how.get("verdict") != "complete":
            return how
        self._say(f"\ncheck: {self.order.check}\n")
        command = ["/bin/sh", "-c", self.order.check]
        return steps.checked(how, self._step(command, self.order.check_s, self._folder(), "checking"))

    def _step(self, command: "list[str]", limit_s: float, folder: str, phase: str = "") -> "dict[str, Value]":
        """Run something before or after the command; a step that cannot be started has failed."""
        try:
            return self._run_through(command, folder, limit_s, phase or command[-1].rpartition(".")[2])
        except child.CannotStart as error:
            return {"verdict": "failed", "exit_code": error.exit_code, "reason": str(error)}

    def _run_through(
        self, command: "list[str]", folder: str, limit_s: float, phase: str
    ) -> "dict[str, Value]":
        """Start one command, and attend it to its end. Raises CannotStart."""
        self.watch.bury_command()
        self.bounds.begin(self.log, limit_s, 0.0 if phase else self.order.quiet_s)
        self.watch.pid = child.start(command, folder, self.environment, self.log)
        self.facts.update(started=timestamp(self.started), since=self.since, phase=phase or None)
        with contextlib.suppress(OSError):  # from here on nothing may cost the task its witness
            self._introduce("child", self.watch.pid)
        self._ring()
        self._yield_to_others()
        with contextlib.suppress(OSError):
            if not self.order.keep_environment:
                os.unlink(self.order.task_file("env"))
        return self._attend()

    def _folder(self) -> str:
        """Where the command works: the place that was made for it, else the task's folder."""
        return steps.place(self.order) if self.order.prepare else self.order.folder

    def _say(self, text: str) -> None:
        with contextlib.suppress(OSError):
            os.write(self.log, text.encode(errors="surrogateescape"))

    def _open(self) -> None:
        """Open the log and read the environment. Raises CannotStart."""
        try:
            self.log = os.open(
                f"{self.order.root}/logs/{self.order.log}",
                os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW,
                0o600,
            )
            child.expect_file(self.log, self.order.log)
            self.environment = child.read_environment(self.order)
        except OSError as error:
            raise child.CannotStart(child.CANNOT_RUN, f"{error.filename}: {error.strerror}") from None
        self.started, self.since = time.time(), time.monotonic()

    def _yield_to_others(self) -> None:
        """Let the task's processes give way by as much as its priority asks, beyond what is inherited."""
        if self.order.nice:
            with contextlib.suppress(OSError):
                inherited = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PGRP, self.watch.pid, min(19, inherited + self.order.nice))

    def _introduce(self, who: str, pid: int) -> None:
        """Write into the lock file who this is, so that the pid can be told from a later owner of it."""
        process = look(pid)
        self.facts[f"{who}_pid"] = pid
        self.facts[f"{who}_start"] = process.start if process else 0
        write_live(LOCK_DESCRIPTOR, self.facts)

    def _attend(self) -> dict[str, Value]:
        """Wait until the command ends or has to be ended; return how it ended."""
        why = None
        while (ended := self.watch.ended()) is None and (why := self._why_end()) is None:
            self.bounds.look()
            self.watch.pause(self.bounds.seconds_to_next_look())
        if ended is None and (ended := self.watch.ended()) is None:
            return self._end(why or {})
        verdict = "complete" if ended.get("exit_code") == 0 else "failed"
        left = self.watch.find()
        if self.order.keep_leftovers:
            return {**ended, "verdict": verdict, "kept": len(left)}
        swept = sweep(self.watch.find, LEFTOVER_GRACE_S, self.watch.pause) if left else Swept(0, [])
        return {**ended, "verdict": verdict, "swept": swept.ended, "survivors": swept.survivors}

    def _why_end(self) -> dict[str, Value] | None:
        """Why the command must end now, or None."""
        if self.closing:  # it has been stopped already, or has ended
            return self.bounds.broken()
        if self.watch.told_to_end:
            return {"verdict": "stopped", "reason": "its runner was told to end"}
        if request := self.watch.stop_request():
            return {"verdict": "stopped", "at_once": b"kill = true" in request}
        return self.bounds.broken()

    def _end(self, why: dict[str, Value]) -> dict[str, Value]:
        """End the whole tree; what it says afterwards about its exit is kept beside the reason."""
        self.facts["stopping"] = True
        with contextlib.suppress(OSError):
            write_live(LOCK_DESCRIPTOR, self.facts)
        self._ring()
        grace = 0.0 if why.pop("at_once", False) else self.order.grace_s
        if self.order.courtesy and grace:
            grace = self.watch.ask_command_alone(grace)
        swept = sweep(self.watch.find, grace, self.watch.pause, self.watch.in_a_hurry)
        ended = self.watch.ended() or {}
        if swept.survivors:
            why = {"verdict": "failed", "reason": f"could not be ended: processes {swept.survivors}"}
        return {**ended, **why, "swept": max(0, swept.ended - 1), "survivors": swept.survivors}

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
        self.watch.pause(LOOK_S)

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

    # What ends runners by a signal may be the machine going down: nothing is started into that.
    start_others = not runner.watch.told_to_end
    close_and_go_on(order.root, order.task_id, runner.wait_to_save, start_others=start_others)
