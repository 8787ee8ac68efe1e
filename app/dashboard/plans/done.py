"""What came of something that was carried out."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.status import Status
from app.model.task import Task

ANY: frozenset[Status] = frozenset()
"""For a line that is true for ever."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an action: the line for the user, the tasks that are new or were changed, and whether
    ``select`` is to be under the cursor now. ``leave`` says that the dashboard is to end.

    The line is true as long as one of the tasks stands as ``while_in`` says; for ever if that is empty.
    """

    line: str = ""
    while_in: frozenset[Status] = ANY
    new: tuple[Task, ...] = ()
    ids: tuple[str, ...] = ()
    select: str | None = None
    leave: bool = False
