"""The supervisor process: waits with the waiting tasks, and starts them when others end or are killed.

It exists only while a task waits, holds nothing but a lock, and may be killed at any moment.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.registry.config import config_path, load_config
from app.registry.files import RegistryBusy, read_regular, try_lock
from app.registry.paths import Home
from app.registry.queueing import current_load, memory_free
from app.registry.store import DamagedRecord, Registry, UnknownTask
from app.supervisor import relay
from app.supervisor.launch import spawn_supervisor
from app.supervisor.processes import drop_inherited

LOOK_S = 0.5
"""How often to look whether a runner has died without a word: a few locks to try, some 50 µs."""

LONGEST_LULL_S = 60.0
"""How long to leave it at that at most: a record that could not be read then may be readable now."""


@dataclass(frozen=True, slots=True)
class Lull:
    """What a pass would find nothing new to do for, however many tasks wait: as long as nobody has changed
    anything, no runner has died, and no task's time has come. Looking whether it lasts reads no record.

    ``due`` is on the wall clock, ``over`` on the monotonic one, both in seconds.
    """

    bell: bytes
    config: int
    memory_floor: int
    short_of_memory: bool
    due: float
    over: float

    @classmethod
    def now(cls, registry: Registry) -> Lull:
        """What is so now: a pass that comes after this sees no less. Raises OSError."""
        bell, config, floor = _bell(registry), _config_time(), load_config().memory_floor
        due = _next_time(registry, time.time())
        return cls(bell, config, floor, _short(floor), due, time.monotonic() + LONGEST_LULL_S)

    def lasts(self, registry: Registry, now: float, monotonic: float) -> bool:
        """Whether it is still so."""
        return (
            now < self.due
            and monotonic < self.over
            and self.bell == _bell(registry)
            and self.config == _config_time()
            and self.short_of_memory == _short(self.memory_floor)
            and all(registry.live(task_id) is not None for task_id in registry.in_hand())
        )


def _bell(registry: Registry) -> bytes:
    try:
        return read_regular(registry.home.bell, 64)
    except OSError:
        return b""


def _config_time() -> int:
    try:
        return config_path().stat().st_mtime_ns
    except OSError:
        return 0


def _short(memory_floor: int) -> bool:
    free = memory_free() if memory_floor else None
    return free is not None and free < memory_floor


def _next_time(registry: Registry, now: float) -> float:
    """When the next waiting task's time comes, or that of a held agent, in seconds since the epoch."""
    times = _release_times(registry)
    for task_id in registry.queue():
        with contextlib.suppress(UnknownTask, DamagedRecord):
            if moment := registry.state(task_id).not_before:
                times.append(moment.timestamp())
    return min((moment for moment in times if moment > now), default=float("inf"))


def _release_times(registry: Registry) -> list[float]:
    hold_s = load_config().resume_agents_s
    if hold_s is None or not registry.home.holds.exists():
        return []
    from app.registry.holds import holds  # hardly ever is one held

    return [hold.since.timestamp() + hold_s for hold in holds(registry.home)]


def ensure(registry: Registry) -> None:
    """Make sure that a supervisor process is there if a task waits for something that will come."""
    from app.supervisor.scheduling import waits_for_something

    if not waits_for_something(registry):
        return
    with _only_one(registry) as lock:
        needed = lock is not None
    if needed:
        spawn_supervisor(registry)


def serve(registry: Registry) -> None:
    """Wait until nothing waits any more. Returns at once when another supervisor is there."""
    with _only_one(registry) as lock:
        if lock is None:
            return
        wake, woken, lull = relay.listen(), False, None
        relay.introduce(lock)
        while woken or _lasts(registry, lull) or _is_needed(registry):
            if woken or not _lasts(registry, lull):
                lull = _go_on(registry, woken=woken)
            woken = relay.called(wake, LOOK_S)
    # A task that came just before the lock was let go saw it held, and asked nobody.
    ensure(registry)


def _go_on(registry: Registry, *, woken: bool) -> Lull | None:
    """Do what there is to do; returns what has to change before there is more, if that is known."""
    with contextlib.suppress(OSError, RegistryBusy):  # what fails now may go well at the next look
        if woken:
            _take_up_ends(registry)
            return None
        lull = Lull.now(registry)
        _look(registry)
        return lull
    return None


def _lasts(registry: Registry, lull: Lull | None) -> bool:
    with contextlib.suppress(OSError):
        return lull is not None and lull.lasts(registry, time.time(), time.monotonic())
    return False


def _is_needed(registry: Registry) -> bool:
    """Whether a task waits that will start by itself; also where that cannot be read just now."""
    from app.supervisor.scheduling import waits_for_something

    try:
        return waits_for_something(registry)
    except OSError:
        return True


def _look(registry: Registry) -> None:
    """Run a pass if a runner has died or a slot is free; whoever changes anything else runs one itself."""
    from app.supervisor.scheduling import run_pass

    config = load_config()
    in_hand = registry.in_hand()
    if not current_load(registry, config.limits).full or any(
        registry.live(task_id) is None for task_id in in_hand
    ):
        run_pass(registry, config)


def _take_up_ends(registry: Registry) -> None:
    """Close what has ended and start what waits for it: runners have called, and wait until that is done."""
    from app.supervisor.finish import close_if_ended
    from app.supervisor.scheduling import run_pass

    for task_id in registry.in_hand():
        close_if_ended(registry, task_id)
    run_pass(registry, load_config())


@contextlib.contextmanager
def _only_one(registry: Registry) -> Iterator[int | None]:
    """Hold the supervisor's lock, by its open file, if nobody else does."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(registry.home.supervisor_lock, flags, 0o600)
    try:
        yield descriptor if try_lock(descriptor) else None
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    drop_inherited(3)
    os.chdir("/")  # it must not keep a folder or a mounted disk busy
    serve(Registry(Home(Path(sys.argv[1]))))
