"""A memory limit held by the kernel, where the systemd of the user offers one: a scope for the command."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence

TRIAL_S = 5.0
"""How long a trial scope may take before there is said to be none."""

Run = Callable[[Sequence[str]], int]


def memory_scope(limit: int, run: Run | None = None) -> list[str]:
    """The words before a command that hold it to so many bytes of memory; empty where that cannot be had.

    A trial call decides: that systemd is installed does not mean that it lets this user make a scope. The
    command keeps its pid, session and process group (systemd-run(1), ``--scope``). ``run`` runs a command and
    returns its exit code.
    """
    words = ["systemd-run", "--user", "--scope", "--quiet", "--collect"]
    words += ["-p", f"MemoryMax={limit}", "-p", "MemorySwapMax=0", "--"]
    return words if (run or _run)([*words, "true"]) == 0 else []


def _run(words: Sequence[str]) -> int:
    try:
        silent = subprocess.DEVNULL
        done = subprocess.run(words, stdin=silent, stdout=silent, stderr=silent, timeout=TRIAL_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 127
    return done.returncode
