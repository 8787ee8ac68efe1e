"""Which attempt goes on with the conversation of which, and what the task was in the beginning."""

from __future__ import annotations

from app.model.task import Attempt, Task


def task_of(task: Task) -> str:
    """What a task is about: its text as last edited, or what a conversation began with that goes on."""
    attempts = {attempt.number: attempt for attempt in task.state.attempts}
    number = task.state.continues or (task.attempt.continues if task.attempt else None)
    if number is None:
        return task.text
    seen: set[int] = set()
    while number in attempts and number not in seen:
        seen.add(number)
        first = attempts[number]
        if first.continues is None:
            return _text(task, first)
        number = first.continues
    return task.request.text


def _text(task: Task, attempt: Attempt) -> str:
    return task.request.text if attempt.text is None else attempt.text
