"""Which task wants the person next: one that asks, or one whose end nobody has seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.model.status import Status
from app.model.task import Task


def next_for_me(
    rows: Sequence[Task],
    cursor: Task | None,
    unread: Collection[str],
    visited: Collection[tuple[str, int]],
) -> Task | None:
    """The task to go to from the cursor; None when nobody waits for the person.

    Questions that nobody was led to come first, whatever stands between. Then it goes on downwards from the
    cursor and round, so that a question left open hides no end. ``rows`` are in the order of the table,
    ``unread`` are ids, ``visited`` questions by task and number.
    """
    asking = [task for task in rows if task.status is Status.ASKING]
    for task in asking:
        if any((task.id, ask.number) not in visited for ask in task.asks):
            return task
    start = next((i for i, task in enumerate(rows) if cursor and task.id == cursor.id), -1) + 1
    wanting = {task.id for task in asking} | set(unread)
    return next((task for task in (*rows[start:], *rows[:start]) if task.id in wanting), None)
