"""What the list of changes says, line by line: totals, files, commits. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.dashboard.drawing.cells import cut, fit, width_of, wrapped
from app.dashboard.screen.header import short_folder
from app.logs.sanitise import sanitise
from app.model.changes import ChangedFile, Changes, Commit, Kind
from app.workspace.review import Review

Run = tuple[str, str]
"""Text and the theme colour it is drawn in; empty for the foreground."""

_SHOWN_ID = 7
_MEASURED = 500
_BLOCKS = 5
_COUNTS = 15
_NARROW = 60
_INKS = {
    Kind.ADDED: "state-complete",
    Kind.DELETED: "state-failed",
    Kind.MODIFIED: "state-running",
    Kind.RENAMED: "state-asking",
    Kind.COPIED: "state-asking",
    Kind.RETYPED: "state-asking",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """The lines of the list; only those that are asked for are made.

    Files and commits can be chosen: ``choice`` is their number, files first.
    """

    head: tuple[tuple[Run, ...], ...]
    files: tuple[ChangedFile, ...] = ()
    commits: tuple[Commit, ...] = ()
    width: int = 80
    names: int = 40

    def __len__(self) -> int:
        return self._commits_at + len(self.commits)

    @property
    def choices(self) -> int:
        """How many lines can be chosen."""
        return len(self.files) + len(self.commits)

    @property
    def _commits_at(self) -> int:
        gap = (2 if self.files else 1) if self.commits else 0
        return len(self.head) + len(self.files) + gap

    def row_of(self, choice: int) -> int:
        """The line of something that can be chosen."""
        return (
            len(self.head) + choice
            if choice < len(self.files)
            else self._commits_at + choice - len(self.files)
        )

    def choice_at(self, row: int) -> int | None:
        """What can be chosen in a line, if anything."""
        if len(self.head) <= row < len(self.head) + len(self.files):
            return row - len(self.head)
        if self._commits_at <= row < len(self):
            return len(self.files) + row - self._commits_at
        return None

    def line(self, row: int) -> tuple[Run, ...]:
        """A line as runs of text, sanitised; nothing behind the end."""
        if row < len(self.head):
            return self.head[row]
        choice = self.choice_at(row)
        if choice is None:
            return (("Commits", "heading"),) if row == self._commits_at - 1 else ()
        if choice < len(self.files):
            return _file_line(self.files[choice], self.width, self.names)
        return _commit_line(self.commits[choice - len(self.files)], self.width)


def listing(found: Review, width: int, *, live: bool) -> Listing:
    """The list for what was found, in ``width`` cells; ``live`` says that the task still works."""
    changes = found.changes
    lines: list[tuple[Run, ...]] = []
    if changes is not None:
        totals = f"{changes.words}{' so far' if live else ''}"
        lines.append(((cut(totals, width), "heading"), *_partial(changes, width - width_of(totals))))
    if where := _place(found):
        lines.append(((cut(sanitise(where), width), "muted"),))
    lines += [((row, "muted"),) for row in wrapped(sanitise(found.remark), width) if found.remark]
    if changes is None:
        return Listing(tuple(lines), width=width)
    if changes.files:
        lines.append(())
    names = max((width_of(name_of(file)) for file in changes.files[:_MEASURED]), default=0)
    return Listing(tuple(lines), changes.files, changes.commits, width, names)


def name_of(file: ChangedFile) -> str:
    """What a file is called, and what it was called before: safe for a terminal."""
    name = sanitise(file.path)
    return name if file.old_path in (None, file.path) else f"{sanitise(file.old_path or '')} → {name}"


def remark_of(file: ChangedFile) -> str:
    """What is special about a file, in a word or two."""
    if file.note:
        return sanitise(file.note)
    words = [
        "untracked" if file.untracked else "",
        "submodule" if file.submodule else "link" if file.link else "binary" if file.binary else "",
        "mode changed" if file.mode != file.old_mode and not file.link else "",
    ]
    return " · ".join(word for word in words if word)


def _place(found: Review) -> str:
    if found.place is None:
        return f"in place, in {_short(found.top)}" if found.changes and found.git and found.top else ""
    where = "" if found.gone else f" · {_short(found.place.folder)}"
    return f"branch {found.place.branch} from {found.place.base[:_SHOWN_ID]}{where}"


def _short(folder: Path) -> str:
    return short_folder(str(folder), str(Path.home()))


def _partial(changes: Changes, room: int) -> tuple[Run, ...]:
    return ((cut(f" · {sanitise(changes.partial)}", room), "state-asking"),) if changes.partial else ()


def _file_line(file: ChangedFile, width: int, names: int) -> tuple[Run, ...]:
    remark = remark_of(file)
    counts = _counts(file) if width >= _NARROW else _short_counts(file)
    counted = sum(width_of(text) for text, _ in counts)
    tail = f"  {remark}" if remark else ""
    room = max(8, width - 3 - counted - min(width_of(tail), _COUNTS))
    room = min(room, max(names, _COUNTS)) if width >= _NARROW else room
    name = fit(tail_of(name_of(file), room), room)
    return ((f"{file.kind.value} ", _INKS[file.kind]), (f"{name} ", ""), *counts, (tail, "muted"))


def _counts(file: ChangedFile) -> tuple[Run, ...]:
    """Lines added and removed, in columns, and how they relate in five blocks."""
    if file.added is None or file.removed is None:
        return ((" " * (_COUNTS + 1 + _BLOCKS), ""),)
    plus, minus = f"+{file.added}" if file.added else "", f"−{file.removed}" if file.removed else ""
    green = round(_BLOCKS * file.added / max(1, file.added + file.removed))
    green = min(max(green, 1 if file.added else 0), _BLOCKS - (1 if file.removed else 0))
    filled = _BLOCKS if file.added or file.removed else 0
    return (
        (f"{plus:>7} ", "state-complete"),
        (f"{minus:<7} ", "state-failed"),
        ("■" * min(green, filled), "state-complete"),
        ("■" * (filled - min(green, filled)), "state-failed"),
        (" " * (_BLOCKS - filled), ""),
    )


def _short_counts(file: ChangedFile) -> tuple[Run, ...]:
    if file.added is None or file.removed is None:
        return ()
    return ((f"+{file.added}", "state-complete"), (f" −{file.removed}", "state-failed"))


def tail_of(text: str, room: int) -> str:
    """A path in at most so many cells: its end, which tells most, behind an ellipsis."""
    if width_of(text) <= room:
        return text
    while text and width_of(text) > room - 1:
        text = text[max(1, (width_of(text) - room) // 2) :]
    return f"…{text}"


def _commit_line(commit: Commit, width: int) -> tuple[Run, ...]:
    author = f"  {sanitise(commit.author)}" if commit.author and width >= _NARROW else ""
    room = max(8, width - _SHOWN_ID - 2 - width_of(author))
    return (
        (f"{sanitise(commit.id)[:_SHOWN_ID]}  ", "accent"),
        (cut(sanitise(commit.subject), room), ""),
        (author, "muted"),
    )
