"""What every reader is made of: the shapes that it gives back, and the small things they all need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.model.outcome import Outcome, Progress

ERROR_LENGTH = 300
"""Longest explaining line in characters; what is longer is cut with ``…``."""


@dataclass(frozen=True, slots=True)
class Output:
    """The part of a log that is at hand: plain text, line ends as ``\\n``.

    ``cut`` says that earlier output is missing, so that counting lines would not give the tool's own numbers.
    """

    text: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """Progress as read at the offset ``at`` of the text. ``over`` when the tool had printed its own end."""

    at: int
    progress: Progress
    over: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A tool's own account of its end. ``at`` is the offset of its last line, ``failing`` what it says itself."""

    at: int
    outcome: Outcome
    failing: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """One tool's output understood: how far it is, and how it ended.

    ``marks`` are texts of which at least one stands in any output of the tool; without one it is not asked,
    which keeps a log of something else cheap.
    """

    tool: str
    marks: tuple[str, ...]
    progress: Callable[[Output], Sighting | None]
    report: Callable[[Output], Report | None]
    follows: tuple[str, ...] = field(default=())

    def concerns(self, text: str) -> bool:
        """Whether the text may be this tool's output."""
        return any(mark in text for mark in self.marks)


def counted(done: int, word: str, failed: int = 0) -> Progress:
    """A count without a total, as ``12 tests`` or ``12 tests, 1 failed``."""
    noun = word if done == 1 else f"{word}s"
    return Progress(done=done, text=f"{done} {noun}, {failed} failed" if failed else f"{done} {noun}")


def listed(*parts: tuple[int | None, str]) -> str | None:
    """Counts in words: ``3 failed, 153 passed``; zeros and unknowns are left out, None if nothing is left."""
    words = [f"{count} {word}" for count, word in parts if count]
    return ", ".join(words) or None


def shorten(line: str, length: int = ERROR_LENGTH) -> str:
    """One line with its blanks run together, cut to ``length`` characters."""
    flat = " ".join(line[: length * 4].split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def line_at(text: str, offset: int) -> str:
    """The rest of the line that holds ``offset``, from there on."""
    end = text.find("\n", offset)
    return text[offset:] if end < 0 else text[offset:end]
