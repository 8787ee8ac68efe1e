"""What is said when a task ends: one title, one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.model.answers import question_of
from app.model.duration import format_duration
from app.model.export import status_words
from app.model.lineage import task_of
from app.model.status import Status
from app.model.task import Task

Severity = Literal["information", "warning", "error"]

_SEVERITY: dict[Status, Severity] = {
    Status.COMPLETE: "information",
    Status.STOPPED: "warning",
    Status.FAILED: "error",
    Status.TIMED_OUT: "error",
    Status.LOST: "error",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A title, a line and how much it matters. Both are raw text: whoever shows them makes them safe."""

    title: str
    body: str
    severity: Severity


def notice_for(task: Task) -> Notice:
    """What to say about the end of a task."""
    return Notice(
        title=f"#{task.number} {status_words(task)}",
        body=" · ".join(part for part in (_first_line(task_of(task)), ended_how(task), _took(task)) if part),
        severity=_SEVERITY.get(task.status, "information"),
    )


def question_for(task: Task) -> Notice:
    """What to say about the question of a task that has waited longest."""
    return Notice(
        title=f"#{task.number} asks you",
        body=f"{question_of(task.asks[0])} · {_first_line(task_of(task))}",
        severity="warning",
    )


def ended_how(task: Task) -> str:
    """The short result of an ended task: ``156 passed``, the line that explains a failure, or nothing."""
    attempt = task.attempt
    if attempt is None:
        return ""
    if task.status is Status.COMPLETE:
        return attempt.outcome.headline or ""
    return attempt.outcome.error or attempt.reason or ""


def _took(task: Task) -> str:
    attempt = task.attempt
    if attempt is None or attempt.duration_s is None:
        return ""
    return format_duration(attempt.duration_s)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
