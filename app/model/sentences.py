"""Sentences that ask rather than delegate."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.model.request import Draft, parse_request


class Kind(StrEnum):
    """What a sentence asks for."""

    TASK = "task"
    STATUS = "status"
    LOGS = "logs"
    WAIT = "wait"
    RESULT = "result"
    STOP = "stop"
    RETRY = "retry"
    DELETE = "delete"
    CLEAN = "clean"
    UNDO = "undo"
    PAUSE = "pause"
    RESUME = "resume"
    AGENTS = "agents"
    FILTER = "filter"
    THEME = "theme"
    HELP = "help"
    QUIT = "quit"

    @property
    def destructive(self) -> bool:
        """Whether it stops or deletes, and so must be shown and confirmed."""
        return self in (Kind.STOP, Kind.DELETE, Kind.CLEAN)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence means, before any task is looked up.

    A TASK carries its ``draft``. ``targets`` are the words that name tasks (``#8``, ``last``, ``it``, ``test
    suite``), or the words of a filter, the name of a theme. ``scope`` names many tasks at once: ``all``,
    ``ended`` or a status. With ``needs_match`` the whole text is a new task if no task fits the target.
    """

    kind: Kind
    original: str
    draft: Draft | None = None
    targets: tuple[str, ...] = ()
    scope: str | None = None
    needs_match: bool = False

    @property
    def target(self) -> str | None:
        """The first of the targets, or None."""
        return self.targets[0] if self.targets else None


def read(text: str) -> Reading:
    """Read what a person typed. Whatever is unsure is a task."""
    return Reading(Kind.TASK, text, parse_request(text))
