"""Carries out an operation in a process that kills itself at its n-th step, be it a git or a file."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from app.workspace.git import Git

STEPS = ("replace", "rename", "unlink", "mkdir", "rmdir", "link", "open", "symlink")


def killed_at(step: int, operation: Callable[[], object]) -> bool:
    """Carry out an operation and die before its ``step``-th step, or behind it where that is a git.

    Tells whether it died; otherwise it came to its end, however that was.
    """
    child = os.fork()
    if child == 0:
        _arm(step)
        try:
            operation()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _arm(at: int) -> None:
    taken = 0

    def count() -> None:
        nonlocal taken
        taken += 1
        if taken == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            if name != "open" or arguments[1] & (os.O_CREAT | os.O_TRUNC):
                count()
            return call(*arguments, **options)

        return step

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name), name))
    run = Git.run

    def git(self: Git, *arguments: Any, **options: Any) -> Any:
        if options.get("writes"):
            count()
            done = run(self, *arguments, **options)
            count()
            return done
        return run(self, *arguments, **options)

    Git.run = git  # type: ignore[method-assign]
