"""Where a task works: in the folder it was given, or in a git worktree of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Workspace:
    """The place that is made for a task before it starts: a part of ``task.toml``.

    Without ``worktree`` it works in its folder, of which the state before is kept, so that what has changed
    can be told. ``base`` names the commit that a worktree starts from, None for the one that is checked out;
    ``with_changes`` takes along what is not committed there.
    """

    worktree: bool = False
    base: str | None = None
    with_changes: bool = False
