"""Telling once that a task has ended or asks something: what the toast says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.logs.sanitise import sanitise
from app.model.commands import key_label, keys_of
from app.model.status import Status
from app.model.task import Task
from app.notify.notice import Notice, Severity, notice_for, question_for

MOST_TOASTS = 3
"""More ends at once are told together."""

_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Toast:
    """What one toast says, safe for the terminal."""

    title: str
    body: str
    severity: Severity


def toasts(ended: Sequence[Task], asking: Sequence[Task] = ()) -> list[Toast]:
    """The toasts for tasks that ended or asked in the same moment: one each, or one for all when many did."""
    told = [_together(ended)] if len(ended) > MOST_TOASTS else _each(map(notice_for, ended))
    if len(asking) > MOST_TOASTS:
        return [*told, Toast(f"{len(asking)} tasks ask you", f"{_answers()} one after the other", "warning")]
    return [
        *told,
        *(replace(toast, body=f"{toast.body}\n{_answers()}") for toast in _each(map(question_for, asking))),
    ]


def _answers() -> str:
    """The key that answers, as one that works while something is typed, too."""
    return f"{key_label(keys_of('answer-now').keys[0])} answers"


def _each(notices: Iterable[Notice]) -> list[Toast]:
    return [Toast(sanitise(notice.title), _cut(sanitise(notice.body)), notice.severity) for notice in notices]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _together(ended: Sequence[Task]) -> Toast:
    counts = [(sum(task.status is status for task in ended), status) for status in Status]
    words = ", ".join(f"{count} {status.word}" for count, status in counts if count)
    fine = all(task.status is Status.COMPLETE for task in ended)
    return Toast(f"{len(ended)} tasks ended", words, "information" if fine else "warning")
