"""What was typed before, and what is still being typed: both survive a restart."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

MAX_ENTRIES = 500
"""Entries kept in the file and in memory; older ones go."""

_SLACK = 200


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
            lines = self.history_file.read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            return []
        entries = [entry for line in lines if (entry := _entry(line)) is not None][-MAX_ENTRIES:]
        if len(lines) > MAX_ENTRIES + _SLACK:
            self._write(self.history_file, "".join(_line(entry) for entry in entries))
        return entries

    def append(self, text: str) -> None:
        """Adds one input at the end of the history file."""
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self.history_file.open("a", encoding="utf-8") as file:
                self.history_file.chmod(0o600)
                file.write(_line(text))

    def load_draft(self) -> str:
        """The unsent text of the last session, or an empty string."""
        try:
            return self.draft_file.read_text(encoding="utf-8", errors="replace")
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
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(text, encoding="utf-8", errors="replace")
            fresh.replace(path)


def _entry(line: str) -> str | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    text = record.get("input") if isinstance(record, dict) else None
    return text if isinstance(text, str) else None


def _line(text: str) -> str:
    return json.dumps({"input": text}) + "\n"
