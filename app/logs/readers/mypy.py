"""mypy: errors line by line, and the count at its end."""

from __future__ import annotations

import re

from app.logs.readers.base import Reader, Report, last_run, no_progress, plural, shorten
from app.model.outcome import Outcome

_END = re.compile(
    r"^(?:Found (?P<errors>\d+) errors? in (?P<files>\d+) files?"
    r" \((?:checked \d+ source files?|errors prevented further checking)\)"
    r"|Success: no issues found in (?P<clean>\d+) source files?)$",
    re.M,
)
_ERROR = re.compile(r"^(\S[^:\n]*(?::\d+)?)(?::\d+)?: error: (.*?)(?: +\[([\w-]+)\])?$", re.M)


def report(text: str) -> Report | None:
    """The last count, with the first error of that run."""
    begin, found = last_run(_END, text)
    if found is None:
        return None
    if found.group("clean"):
        headline = f"no type errors in {plural(int(found.group('clean')), 'file')}"
        return Report(found.end(), Outcome("mypy", headline, errors=0), failing=False)
    errors = int(found.group("errors"))
    headline = f"{plural(errors, 'error')} in {plural(int(found.group('files')), 'file')}"
    first = _ERROR.search(text, begin, found.start())
    error = shorten(_words(first)) if first else headline
    return Report(found.end(), Outcome("mypy", headline, error, errors=errors), failing=True)


def _words(found: re.Match[str]) -> str:
    code = f" [{found.group(3)}]" if found.group(3) else ""
    return f"{found.group(2).strip()}{code} ({found.group(1)})"


READER = Reader("mypy", (" source file", "errors prevented further checking)"), no_progress, report)
