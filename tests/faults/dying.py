"""Processes that kill themselves at the n-th step towards the disk, as a power cut would, at every point.

``python -m tests.faults.dying`` reads one order a line from stdin, carries it out in a process of its own
that is killed before its n-th step, and answers with one line how that ended. Tests drive it by ``Dying``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

STEPS = ("write", "pwrite", "fsync", "ftruncate", "replace", "rename", "unlink", "mkdir", "rmdir", "open")
"""The calls that bring a change to the disk; opening counts where it makes or empties a file."""

NEVER = 1_000_000_000
KILLED, DONE, REFUSED = "killed", "done", "refused"


def arm(at: int) -> None:
    """Let this process be killed before its ``at``-th step; starting a process is one too."""
    taken = 0

    def counted(call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            nonlocal taken
            taken += name != "open" or bool(arguments[1] & (os.O_CREAT | os.O_TRUNC))
            if taken == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return step

    for name in (*STEPS, "posix_spawn"):
        setattr(os, name, counted(getattr(os, name), name))


class Dying:
    """A process to carry out operations on a registry in, each killed at a step of its own."""

    def __init__(self, root: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.dying", str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def does(self, operation: str, at: int, **arguments: Any) -> str:
        """Carry out an operation up to a step; returns KILLED, DONE, or why it was REFUSED."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([operation, at, arguments]), file=self._process.stdin, flush=True)
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=10)


def main(root: Path) -> None:
    """Carry out the orders that come in."""
    from app.registry import trash as trash  # everything that an operation may load while it runs
    from app.registry.paths import Home
    from app.registry.store import Registry
    from app.supervisor import operations, service
    from tests.faults.deeds import carry_out

    assert service.LOOK_S
    registry = Registry(Home(root))
    for line in sys.stdin:
        operation, at, arguments = json.loads(line)
        if child := os.fork():
            status = os.waitpid(child, 0)[1]
            print(KILLED if os.WIFSIGNALED(status) else (DONE, REFUSED)[os.WEXITSTATUS(status)], flush=True)
            continue
        arm(at)
        try:
            carry_out(registry, operation, arguments)
        except operations.OperationError:
            os._exit(1)
        os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
