"""A request as it was read: nothing is looked up and nothing filled in yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from app.model.status import Priority

if TYPE_CHECKING:
    from app.model.when import When  # a plain command need not load what reads times


class Unset(Enum):
    """The type of `UNSET`, for annotations."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
"""No limit was asked for: the configured one holds. None, in contrast, means no limit."""

NOTHING_TO_DO = "Nothing to do yet: write what the task is"
"""The problem of a draft that holds no text."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person typed, read.

    ``shell`` is the command line of ``!command``, word for word. ``after`` and ``after_any`` hold task
    numbers, ``folder`` is as typed. ``timeout_s`` and ``quiet_timeout_s`` are in seconds, ``memory_bytes`` in
    bytes. ``base`` is a commit as git takes it, ``check`` a command line. None is what was not said.
    ``problems`` are lines for the user; a draft that has any must not be started.
    """

    text: str
    agent: str | None = None
    shell: str | None = None
    priority: Priority | None = None
    timeout_s: float | Unset | None = UNSET
    after: tuple[int, ...] = ()
    folder: str | None = None
    tags: tuple[str, ...] = ()
    commit: bool | None = None
    name: str | None = None
    problems: tuple[str, ...] = ()
    after_any: tuple[int, ...] = ()
    when: When | None = None
    retries: int | None = None
    twice: bool | None = None
    keep_leftovers: bool | None = None
    quiet_timeout_s: float | Unset | None = UNSET
    memory_bytes: int | None = None
    worktree: bool | None = None
    base: str | None = None
    with_changes: bool | None = None
    check: str | None = None

    @property
    def bare(self) -> bool:
        """Whether it is nothing but a text: no option was given, right or wrong, and no shell command."""
        return self in (Draft(self.text), Draft(self.text, problems=(NOTHING_TO_DO,)))
