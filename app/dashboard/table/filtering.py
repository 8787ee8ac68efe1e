"""The table's filter: which tasks the words after ``filter ›`` leave on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.model.status import Status
from app.model.task import Task

GROUPS: dict[str, frozenset[Status]] = {
    **{status.value: frozenset({status}) for status in Status},
    "open": frozenset(status for status in Status if not status.ended),
    "live": frozenset(status for status in Status if status.live),
    "ended": frozenset(status for status in Status if status.ended),
    "finished": frozenset(status for status in Status if status.ended),
    "waiting": frozenset({Status.QUEUED}),
    "done": frozenset({Status.COMPLETE}),
    "timed-out": frozenset({Status.TIMED_OUT}),
}
"""Words that stand for statuses rather than for text."""

UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a task must be to be shown: one of the statuses, and every word in it.

    ``statuses`` None means any. ``words`` are casefolded; ``@name`` names the agent, ``+tag`` a tag, ``#7`` a
    number.
    """

    statuses: frozenset[Status] | None = None
    words: tuple[str, ...] = ()
    unread: bool = False

    @property
    def empty(self) -> bool:
        """Whether every task passes."""
        return self.statuses is None and not self.words and not self.unread

    def shows(self, task: Task) -> bool:
        """Whether the task stays on the screen."""
        if self.statuses is not None and task.status not in self.statuses:
            return False
        if self.unread and not task.unread:
            return False
        return all(_holds(task, word) for word in self.words)


def parse_filter(text: str) -> Filter:
    """Read what was typed after ``filter ›``.

    Status words widen each other; all other words must be found.
    """
    statuses: set[Status] = set()
    words: list[str] = []
    unread = False
    for word in text.casefold().split():
        if word == UNREAD:
            unread = True
        elif word in GROUPS:
            statuses |= GROUPS[word]
        else:
            words.append(word)
    return Filter(frozenset(statuses) if statuses else None, tuple(words), unread)


def visible(tasks: Iterable[Task], chosen: Filter) -> list[Task]:
    """The tasks the filter leaves, in the order they came."""
    return list(tasks) if chosen.empty else [task for task in tasks if chosen.shows(task)]


def _holds(task: Task, word: str) -> bool:
    if word.startswith("@") and len(word) > 1:
        return task.request.agent.casefold().startswith(word[1:])
    if word.startswith("+") and len(word) > 1:
        return any(tag.casefold().startswith(word[1:]) for tag in task.request.tags)
    if word.startswith("#") and word[1:].isdigit():
        return task.number == int(word[1:])
    return word in f"{task.name} {task.text} {task.request.agent} {task.request.folder}".casefold()
