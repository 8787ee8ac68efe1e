"""The limit on silence, on real payloads: it counts from the last output, and ends the whole tree."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.model.status import Status
from app.model.task import Task
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import NewTask
from tests.support import ended, is_alive


def run(registry: Registry, config: Config, quiet_s: float, *command: str) -> Task:
    """Run a command that may be silent for so long, to its end."""
    new = NewTask("x", "command", command, "/", "x", quiet_timeout_s=quiet_s)
    return ended(registry, operations.submit(registry, new, os.environ, config))


def test_a_task_that_speaks_in_time_runs_longer_than_the_limit(registry: Registry, config: Config) -> None:
    done = run(registry, config, 1.0, "sh", "-c", "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.25; done")
    assert done.status is Status.COMPLETE
    assert done.attempt is not None
    assert done.attempt.duration_s is not None
    assert done.attempt.duration_s > 1.9


def test_silence_counts_from_the_last_output_and_ends_the_tree(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    script = (
        f"echo $$ >> {pids}; sleep 0.7; echo there; setsid sh -c 'echo $$ >> {pids}; exec sleep 60' & wait"
    )
    done = run(registry, config, 1.0, "sh", "-c", script)
    assert done.status is Status.TIMED_OUT
    assert done.attempt is not None
    assert done.attempt.reason == "said nothing for 1 s"
    assert done.attempt.outcome.error == "said nothing for 1 s"
    assert done.attempt.duration_s is not None
    assert done.attempt.duration_s >= 1.7
    family = [int(pid) for pid in pids.read_text().split()]
    assert len(family) == 2
    assert not [pid for pid in family if is_alive(pid)]


def test_work_without_a_word_is_silence_too(registry: Registry, config: Config) -> None:
    done = run(registry, config, 0.5, sys.executable, "-c", "while True: pass")
    assert done.status is Status.TIMED_OUT
    assert done.attempt is not None
    assert done.attempt.reason == "said nothing for 0.5 s"
