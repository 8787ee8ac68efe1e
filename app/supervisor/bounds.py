"""The bounds of a running task: time, silence, memory, the size of its log; and why it must end over one."""

# Imported by the runner: see processes.py.
import contextlib
import os
import time

from app.supervisor.facts import Value
from app.supervisor.holes import bound
from app.supervisor.order import Order
from app.supervisor.processes import resident_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from app.supervisor.processes import Process

LOOK_S = 1.0
"""How often to look at the clock, the log's size and the stop request when nobody rings."""

FLOOD_BYTES = 4 * 1024 * 1024
FLOOD_LOOK_S = 0.05
"""A log that grew by this much between two looks is looked at more often."""

MIB = 1024 * 1024


class Bounds:
    """What one attempt has used so far. ``find`` finds its processes, for those that have a memory limit."""

    def __init__(self, order: Order, find: "Callable[[], dict[int, Process]]") -> None:
        self.order = order
        self.log = -1
        self.timeout_s = order.timeout_s
        self.quiet_s = order.quiet_s
        self.find = find
        self.since = time.monotonic()
        self.spoke = self.since
        self.size = 0
        self.flooding = False
        self.dropped = 0
        self.peak = 0

    def begin(self, log: int, timeout_s: float, quiet_s: float) -> None:
        """Measure from now on; ``log`` is the descriptor of the log, a time of 0 is no limit."""
        self.log = log
        self.timeout_s = timeout_s
        self.quiet_s = quiet_s
        self.since = self.spoke = time.monotonic()

    def look(self) -> None:
        """Bound the log, and notice whether it has grown."""
        if self.log < 0:
            return
        # A log that cannot be bounded must not cost the task its witness.
        with contextlib.suppress(OSError):
            self.dropped += bound(self.log, self.order.log_bytes)
        size = os.fstat(self.log).st_size
        if size != self.size:
            self.spoke = time.monotonic()
        self.flooding = size - self.size > FLOOD_BYTES
        self.size = size

    def broken(self) -> dict[str, Value] | None:
        """The bound that is broken, as verdict and reason; None while all hold."""
        now = time.monotonic()
        limit, quiet = self.timeout_s, self.quiet_s
        if limit and now - self.since >= limit:
            return {"verdict": "timed_out", "reason": f"still running after its limit of {limit:g} s"}
        if quiet and now - self.spoke >= quiet:
            self.look()  # it may have spoken since the last look
            if self._asks():
                self.spoke = now  # it is a person who says nothing
        if quiet and now - self.spoke >= quiet:
            return {"verdict": "timed_out", "reason": f"said nothing for {quiet:g} s"}
        return self._over_memory()

    def _asks(self) -> bool:
        """Whether a question of an agent waits for its answer."""
        try:
            return any(name.startswith("ask-") for name in os.listdir(self.order.task_file("")))  # noqa: PTH208
        except OSError:
            return False

    def _over_memory(self) -> dict[str, Value] | None:
        most = self.order.memory_bytes
        if not most:
            return None
        used = sum(map(resident_bytes, self.find()))
        self.peak = max(self.peak, used)
        if used <= most:
            return None
        return {
            "verdict": "failed",
            "reason": f"used {used / MIB:.0f} MiB, more than its {most / MIB:.0f} MiB",
        }

    def seconds_to_next_look(self) -> float:
        """When to look again. Young tasks are looked at more often: a flood from the first moment must not
        fill the disk."""
        now = time.monotonic()
        pause = FLOOD_LOOK_S if self.flooding else min(LOOK_S, FLOOD_LOOK_S + now - self.since)
        ends = [self.since + self.timeout_s] if self.timeout_s else []
        ends += [self.spoke + self.quiet_s] if self.quiet_s else []
        return max(0.0, min([pause, *(end - now for end in ends)]))
