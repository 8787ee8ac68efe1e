"""What was typed before, and what is still being typed: both survive a restart."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.registry.files import read_regular
from app.registry.safety import expect_own_folder

MAX_ENTRIES = 500
"""Entries kept in the file and in memory; older ones go."""

_SLACK = 200
_LONGEST = 16 * 1024 * 1024


@dataclass(slots=True)
class History:
    """Walks through earlier inputs like a shell: up goes back, down comes forward to the line being typed.

    ``entries`` are oldest first. ``kept`` is what was being typed when the walk began.
    """

    entries: list[str] = field(default_factory=list)
    kept: str = ""
    position: int | None = None

    def back(self, current: str) -> str | None:
        """The entry before the shown one, None at the oldest. Those equal to ``current`` are passed over."""
        position = len(self.entries) if self.position is None else self.position
        while position > 0:
            position -= 1
            if self.entries[position] != current:
                if self.position is None:
                    self.kept = current
                self.position = position
                return self.entries[position]
        return None

    def forward(self) -> str | None:
        """The entry after the shown one, at the end the text that was being typed; None when not walking."""
        if self.position is None:
            return None
        if self.position + 1 < len(self.entries):
            self.position += 1
            return self.entries[self.position]
        self.position = None
        return self.kept

    def reset(self) -> None:
        """Ends the walk: the shown text is now being edited."""
        self.position = None

    def add(self, text: str) -> None:
        """Takes a new entry; the same text as the newest is kept once."""
        self.position = None
        if text.strip() and (not self.entries or self.entries[-1] != text):
            self.entries.append(text)
            del self.entries[:-MAX_ENTRIES]


@dataclass(frozen=True, slots=True)
class InputStore:
    """The files behind history and draft, in a folder of their own.

    Neither is worth an error: what cannot be read is empty, what cannot be written is forgotten.
    """

    folder: Path

    @property
    def history_file(self) -> Path:
        """One JSON object a line: ``{"input": "…"}``."""
        return self.folder / "history.jsonl"

    @property
    def draft_file(self) -> Path:
        """The unsent text, as it is."""
        return self.folder / "draft.txt"

    def load_history(self) -> list[str]:
        """The earlier inputs, oldest first; lines that do not parse are passed over."""
        try:
            lines = self._read(self.history_file).split("\n")
        except OSError:
            return []
        entries = [entry for line in lines if (entry := _entry(line)) is not None][-MAX_ENTRIES:]
        if len(lines) > MAX_ENTRIES + _SLACK:
            self._write(self.history_file, "".join(_line(entry) for entry in entries))
        return entries

    def append(self, text: str) -> None:
        """Adds one input at the end of the history file."""
        with suppress(OSError):
            self._make_folder()
            with open(self.history_file, "a", encoding="utf-8", opener=_own) as file:
                file.write(_line(text))

    def load_draft(self) -> str:
        """The unsent text of the last session, or an empty string."""
        try:
            return self._read(self.draft_file)
        except OSError:
            return ""

    def save_draft(self, text: str) -> None:
        """Keeps the unsent text; an empty one leaves no file behind."""
        if text.strip():
            self._write(self.draft_file, text)
        else:
            with suppress(OSError):
                self.draft_file.unlink(missing_ok=True)

    def _write(self, path: Path, text: str) -> None:
        with suppress(OSError):
            self._make_folder()
            fresh = path.with_suffix(".new")
            with open(fresh, "w", encoding="utf-8", errors="replace", opener=_own) as file:
                file.write(text)
            fresh.replace(path)

    def _read(self, path: Path) -> str:
        return read_regular(path, _LONGEST).decode("utf-8", "replace")

    def _make_folder(self) -> None:
        """Make the folder; one that is a link, or that others can change, is not written to."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        expect_own_folder(self.folder)


def _own(path: str, flags: int) -> int:
    """Open a file of the user's alone, following no link in its place."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)


def _entry(line: str) -> str | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    text = record.get("input") if isinstance(record, dict) else None
    return text if isinstance(text, str) else None


def _line(text: str) -> str:
    return json.dumps({"input": text}) + "\n"
