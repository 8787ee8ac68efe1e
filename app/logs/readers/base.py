"""What every reader is made of: the shapes that it gives back, and the small things they all need."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

from app.model.outcome import Outcome, Progress

ERROR_LENGTH = 300
"""Longest explaining line in characters; what is longer is cut with ``…``."""


_CODE = re.compile(r" \[[\w ]+\](?=: )|(?<=\w) \[\w+\](?=:$)")


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
    """A tool's own account of its end, up to the offset ``at``; ``failing`` is what the tool says itself.

    ``wraps`` is for a tool that runs others, which know better than it does why one of them failed.
    """

    at: int
    outcome: Outcome
    failing: bool
    wraps: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """One tool's output understood: how far it is, and how it ended.

    ``marks`` are texts of which at least one stands in any output of the tool; without one it is not asked,
    which keeps a log of something else cheap.
    """

    tool: str
    marks: tuple[str, ...]
    progress: Callable[[Output], Sighting | None]
    report: Callable[[str], Report | None]

    def concerns(self, text: str) -> bool:
        """Whether the text may be this tool's output."""
        return any(mark in text for mark in self.marks)


def last_match(
    pattern: re.Pattern[str], text: str, start: int = 0, end: int = sys.maxsize
) -> re.Match[str] | None:
    """The last place where the pattern stands, or None."""
    found = None
    for match in pattern.finditer(text, start, end):
        found = match
    return found


def last_run(end: re.Pattern[str], text: str) -> tuple[int, re.Match[str] | None]:
    """The last place where a tool ended, and where that run began: behind the end before it."""
    begin, found = 0, None
    for match in end.finditer(text):
        begin, found = (found.end() if found else 0), match
    return begin, found


def no_progress(output: Output) -> Sighting | None:
    """The progress of a tool that says nothing until it is done."""
    del output
    return None


def counted(done: int, noun: str, failed: int = 0) -> Progress:
    """A count without a total, as ``12 tests`` or ``12 tests, 1 failed``."""
    words = plural(done, noun)
    return Progress(done=done, text=f"{words}, {failed} failed" if failed else words)


def plural(count: int, noun: str) -> str:
    """A count with its noun: ``1 test``, ``2 tests``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(*parts: tuple[int | None, str]) -> str | None:
    """Counts in words: ``3 failed, 153 passed``; zeros and unknowns are left out, None if nothing is left."""
    words = [f"{count} {word}" for count, word in parts if count]
    return ", ".join(words) or None


def verdict_line(
    passed: int | None, failed: int | None, errors: int | None = None, skipped: int | None = None
) -> str | None:
    """The headline of a test run: failures first, skipped tests only where nothing else ran."""
    error_word = "error" if errors == 1 else "errors"
    line = listed((failed, "failed"), (errors, error_word), (passed, "passed"))
    return line or listed((skipped, "skipped"))


def shorten(line: str, length: int = ERROR_LENGTH) -> str:
    """One line with its blanks run together, cut to ``length`` characters."""
    flat = " ".join(line[: length * 4].split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def because(subject: str, reason: str | None) -> str:
    """An explaining line: what failed, and why where that is known."""
    return shorten(f"{subject} - {reason}" if reason else subject)


def near_end(path: str) -> str:
    """An absolute path reduced to its last two parts; a relative one as it is."""
    parts = path.split("/")
    return path if not path.startswith("/") or len(parts) < 4 else "/".join(parts[-2:])


def assertion(said: str) -> str:
    """An assertion's message; where its first line ends with a colon, what follows belongs to it."""
    lines = [line.strip() for line in said[:8000].split("\n") if line.strip()]
    if not lines:
        return ""
    message = _CODE.sub("", lines[0])
    if message.endswith(":") and len(lines) > 1 and not lines[1].startswith("at "):
        message = f"{message} {lines[1]}"
    return message.strip("'") if message[:1] == message[-1:] == "'" else message


def first_filled(lines: str) -> str | None:
    """The first line that is not blank, stripped, or None."""
    stripped = lines.lstrip()
    return stripped.partition("\n")[0].rstrip() or None
