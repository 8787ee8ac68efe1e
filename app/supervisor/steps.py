"""What a runner does around the command of a task: make the place to work in, prove the claim, gather what
has changed there. Each is a process like the command itself: bounded, stoppable, swept."""

# Imported by the runner: see processes.py.
import sys

from app.supervisor.facts import Value
from app.supervisor.order import Order

PREPARE = [sys.executable, "-I", "-m", "app.workspace.prepare"]
"""Makes the place to work in and writes its path into `PLACE`; what is in the way is its last line."""

GATHER = [sys.executable, "-I", "-m", "app.workspace.gather"]
"""Writes down what has changed there since."""

PREPARE_S = 1800.0
GATHER_S = 60.0
"""How long these may take: a set-up command may install a whole project."""

PLACE = "place"
"""The file in a task's folder that holds the path of the place to work in, and nothing else."""


WORKSPACE = "workspace.json"
"""The file there that holds the record of a worktree."""


def place(order: Order) -> str:
    """Where the command works, as the preparation wrote it down; the task's folder if it did not."""
    try:
        with open(order.task_file(PLACE), encoding="utf-8", errors="surrogateescape") as file:
            return file.read() or order.folder
    except OSError:
        return order.folder


def not_prepared(how: "dict[str, Value]") -> "dict[str, Value]":
    """The end of an attempt whose place could not be made."""
    if how.get("verdict") == "stopped":
        return how
    return {**how, "verdict": "failed", "reason": "its workspace could not be made: see the log"}


def checked(how: "dict[str, Value]", check: "dict[str, Value]") -> "dict[str, Value]":
    """The end of an attempt whose success was checked: the exit code stays the command's own."""
    left = {key: check[key] for key in ("swept", "survivors") if check.get(key)}
    if check.get("verdict") == "complete":
        return {**how, **left, "check": "passed"}
    if check.get("verdict") == "stopped":
        return {**how, **left, "verdict": "stopped", "reason": "stopped while it was checked"}
    why = check.get("reason") or _exit_words(check)
    return {**how, **left, "verdict": "failed", "check": "failed", "reason": f"check failed: {why}"}


def _exit_words(check: "dict[str, Value]") -> str:
    if "signal" in check:
        return f"it was ended by signal {check['signal']}"
    return f"exit {check.get('exit_code')}"
