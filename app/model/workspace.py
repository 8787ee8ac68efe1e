"""Where a task works: in the folder it was given, or in a git worktree of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Workspace:
    """The place of a task that changes files: a part of ``task.toml``.

    Without ``worktree`` it works in its folder, and keeps other tasks that would do so out of ``checkout``,
    the top of the git checkout or the folder itself; ``track`` notes how it looked before, so that what has
    changed can be told. ``base`` names the commit that a worktree starts from, None for the one that is
    checked out; ``with_changes`` takes along what is not committed there. ``links`` and ``copies`` are paths
    that it gets from the checkout although git does not know them, ``setup`` a command line that is run in it
    before the task.
    """

    worktree: bool = False
    checkout: str = ""
    track: bool = True
    base: str | None = None
    with_changes: bool = False
    links: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    setup: str = ""

    @property
    def prepared(self) -> bool:
        """Whether something has to be done before the task's command may start."""
        return self.worktree or self.track
