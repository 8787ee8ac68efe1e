"""The supervisor process: waits with the waiting tasks, and starts them when others end or are killed.

It exists only while a task waits, holds nothing but a lock, and may be killed at any moment.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from app.registry.config import load_config
from app.registry.files import RegistryBusy, try_lock
from app.registry.paths import Home
from app.registry.queueing import current_load
from app.registry.store import Registry
from app.supervisor import relay
from app.supervisor.launch import spawn_supervisor
from app.supervisor.processes import drop_inherited

LOOK_S = 0.5
"""How often to look whether a runner has died without a word: a few locks to try, some 50 µs."""


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
    from app.supervisor.scheduling import waits_for_something

    with _only_one(registry) as lock:
        if lock is None:
            return
        wake, woken = relay.listen(), False
        relay.introduce(lock)
        while waits_for_something(registry):
            with contextlib.suppress(OSError, RegistryBusy):  # what fails now may go well at the next look
                _take_up_ends(registry) if woken else _look(registry)
            woken = relay.called(wake, LOOK_S)
    # A task that came just before the lock was let go saw it held, and asked nobody.
    ensure(registry)


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
    serve(Registry(Home(Path(sys.argv[1]))))
