"""What changed: files with their lines added and removed, and commits. Plain data, whoever found it out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_SUBMODULE = "160000"
_LINK = "120000"


class Kind(Enum):
    """What happened to a file, with the letter that git and most people use for it."""

    ADDED = "A"
    MODIFIED = "M"
    DELETED = "D"
    RENAMED = "R"
    COPIED = "C"
    RETYPED = "T"


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One changed file. ``path`` is relative to the top, ``old_path`` what it was called before, if else.

    ``added`` and ``removed`` count lines, None where they cannot be counted: binary files, and folders that
    git does not watch. ``untracked`` says that git does not track it at the end. ``mode`` is git's, of what
    it is now or was last: ``100755``, ``120000`` for a link, ``160000`` for a submodule.
    """

    path: str
    kind: Kind
    added: int | None = None
    removed: int | None = None
    old_path: str | None = None
    untracked: bool = False
    mode: str = "100644"
    old_mode: str = "100644"
    note: str = ""

    @property
    def binary(self) -> bool:
        """Whether its lines cannot be counted although git has compared it."""
        return self.added is None and not self.note

    @property
    def submodule(self) -> bool:
        """Whether it is another repository, of which only the commit is noted."""
        return self.mode == _SUBMODULE

    @property
    def link(self) -> bool:
        """Whether it is a symbolic link; its one line is where it leads."""
        return self.mode == _LINK


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its id, first line, author's name, and the author's date in ISO 8601."""

    id: str
    subject: str
    author: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """All that changed between two states, ``start`` and ``end``: ids of git trees, empty without git.

    ``partial`` says in words what could not be compared, empty where everything was.
    """

    files: tuple[ChangedFile, ...] = ()
    commits: tuple[Commit, ...] = ()
    start: str = ""
    end: str = ""
    partial: str = ""

    @property
    def added(self) -> int:
        """The lines added in all files together."""
        return sum(file.added or 0 for file in self.files)

    @property
    def removed(self) -> int:
        """The lines removed in all files together."""
        return sum(file.removed or 0 for file in self.files)

    @property
    def words(self) -> str:
        """The whole in one line: ``3 files +12 −4 · 1 commit``; ``nothing changed`` where nothing did."""
        parts = [f"{counted(len(self.files), 'file')} +{self.added} −{self.removed}"] if self.files else []
        parts += [counted(len(self.commits), "commit")] if self.commits else []
        return " · ".join(parts) or "nothing changed"


def counted(count: int, noun: str) -> str:
    """A number with its noun: ``1 commit``, ``2 commits``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
