"""The words of a row: how a task stands, what is done around its command, whom it shares a file with."""

from __future__ import annotations

import signal

from app.logs.sanitise import sanitise
from app.model.outcome import Outcome
from app.model.status import Status
from app.model.task import Attempt, Task

PHASES = {"prepare": "preparing", "check": "checking", "checking": "checking", "gather": "gathering"}
"""What a runner does around the command of a task, by its own words for it."""

SHARED = "⇄"
"""Marks a running task that has changed a file which another one has changed too."""

CHECK_FAILED = "check failed"
"""Stands in the row of a task whose command succeeded and whose check did not."""


def word_of(task: Task) -> str:
    """How a task stands in one word: its status, or what is done around its command just now."""
    if task.stopping:
        return "stopping"
    if task.status is Status.FAILED and task.attempt is not None and task.attempt.check == "failed":
        return CHECK_FAILED
    phase = task.live.phase if task.live is not None and task.status is Status.RUNNING else None
    return PHASES.get(phase or "", task.status.word)


def shared_words(numbers: tuple[int, ...]) -> str:
    """That other tasks have changed the same file: ``same file as #9``."""
    return f"same file as {', '.join(f'#{number}' for number in numbers)}" if numbers else ""


def taken_words(task: Task) -> str:
    """That all of an ended task's work was merged: ``merged into main``."""
    return f"merged into {sanitise(task.taken)}" if task.taken else ""


def merged(task: Task, result: str) -> str:
    """Where an ended task's work is by now, unless its result says so."""
    return unless_said(taken_words(task), result)


def came_to(task: Task, outcome: Outcome) -> str:
    """What a success came to: where its work is by now, else how many tests passed, else its headline."""
    passed = f"{outcome.passed} passed" if outcome.passed is not None else ""
    return taken_words(task) or passed or outcome.headline or ""


def joined(*parts: str) -> str:
    """Several things in one cell, the most important one first; what says nothing is left out."""
    return " · ".join(filter(None, parts))


def unless_said(words: str, *said: str) -> str:
    """The words, or nothing where the row says them already."""
    return "" if words in said else words


def exit_words(attempt: Attempt) -> str:
    """How a run ended: ``exit 1``, ``SIGKILL``, or that this is not known."""
    if attempt.signal is not None:
        try:
            return signal.Signals(attempt.signal).name
        except ValueError:
            return f"signal {attempt.signal}"
    if attempt.exit_code is not None:
        return f"exit {attempt.exit_code}"
    return "exit unknown" if attempt.verdict is Status.LOST or attempt.started else ""
