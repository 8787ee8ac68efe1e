"""The log of an agent's task: what it says as it comes, and one line for everything else."""

from __future__ import annotations

import os

from app.logs.sanitise import sanitise, sanitise_keep_newlines

LINE_LENGTH = 500
"""The longest line that is written of one event, in characters; what an agent says is written whole."""

THOUGHT = "  ┊ "
"""Stands before each line of what an agent thinks."""


class Log:
    """Writes to a descriptor. Text of agents is made safe for terminals here, once, at the border.

    A log that takes nothing must not end the work: what is lost is counted, and told when there is room.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._within: str | None = None
        self._lost = 0

    def flow(self, text: str, *, thought: bool = False) -> None:
        """Write a piece of text that goes on where the last one ended."""
        kind = "thought" if thought else "speech"
        # A line end that comes in two pieces must not become two.
        text = sanitise_keep_newlines(text.removesuffix("\r"))
        if not text:
            return
        begins = self._within != kind
        if begins:
            self.end_line()
        ended = text.endswith("\n")
        if thought:
            text = (THOUGHT if begins else "") + text.removesuffix("\n").replace("\n", f"\n{THOUGHT}")
            text += "\n" if ended else ""
        self._write(text)
        self._within = None if ended else kind

    def line(self, text: str) -> None:
        """Write one line."""
        self.end_line()
        self._write(f"{shortened(text)}\n")

    def begin(self, key: str, text: str) -> None:
        """Write a line that ``complete`` may go on with, as long as nothing comes in between."""
        self.end_line()
        self._write(shortened(text))
        self._within = f"line {key}"

    def complete(self, key: str, more: str, otherwise: str) -> None:
        """Complete the line of this key; where something has come in between, write the other one."""
        if self._within != f"line {key}":
            return self.line(otherwise)
        self._within = None
        return self._write(f"{shortened(more)}\n")

    def end_line(self) -> None:
        """End the line that is being written, if there is one."""
        if self._within is not None:
            self._within = None
            self._write("\n")

    def _write(self, text: str) -> None:
        data = text.encode(errors="replace")
        try:
            if self._lost:
                os.write(self._descriptor, f"\n… {self._lost} bytes could not be written here …\n".encode())
                self._lost = 0
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError:
            self._lost += len(data)


def shortened(text: str, length: int = LINE_LENGTH) -> str:
    """Text as one safe line of a bounded length."""
    line = sanitise(text[: length * 4].strip()).rstrip() if len(text) > length else sanitise(text)
    return line if len(line) <= length else f"{line[: length - 1]}…"
