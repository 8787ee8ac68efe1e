"""Ruff's check, in its full, concise and grouped forms, and its format."""

from __future__ import annotations

import re

from app.logs.readers.base import Reader, Report, last_match, last_run, listed, no_progress, plural, shorten
from app.model.outcome import Outcome

_END = re.compile(
    r"^(?:Found (?P<found>\d+) errors?(?: \((?P<fixed>\d+) fixed, (?P<left>\d+) remaining\))?\."
    r"|(?P<clean>All checks passed!))$",
    re.M,
)
_FORMAT = re.compile(
    r"^(?:\d+ files? (?:would be reformatted|reformatted|already formatted|left unchanged)(?:, (?=\d)|$))+$",
    re.M,
)
_UNFORMATTED = re.compile(r"^(?:Would reformat: (\S+)|unformatted: .*\n *--> (\S+?):\d+)", re.M)
_CODE = r"(?:[A-Z]+\d+|invalid-syntax|SyntaxError|syntax-error)"
_CONCISE = re.compile(rf"^(\S+?):(\d+):\d+: ({_CODE}:?) (?:\[.\] )?(.*)$", re.M)
_FULL = re.compile(rf"^({_CODE}:?) (?:\[.\] )?(.*)\n *--> (\S+?):(\d+):\d+$", re.M)
_GROUPED = re.compile(rf"^(\S+):\n +(\d+):\d+ +({_CODE}:?) (?:\[.\] )?(.*)$", re.M)
_STATISTICS = re.compile(r"^\d+\t(\S+)\t(?:\[.\] )?(\S+)$", re.M)
_BROKEN = re.compile(r"^ruff failed\n  Cause: (.*)(?:\n(?:  Cause|[ \d]*\|| ).*)*(?:\n(\S.*))?", re.M)


def report(text: str) -> Report | None:
    """Whichever came last: a check's count, a format's count, or a ruff that could not start."""
    reports = [made for made in (_checked(text), _formatted(text), _failed(text)) if made]
    return max(reports, key=lambda made: made.at, default=None)


def _checked(text: str) -> Report | None:
    begin, found = last_run(_END, text)
    if found is None:
        return None
    if found.group("clean"):
        return Report(found.end(), Outcome("ruff", "all checks passed", errors=0), failing=False)
    fixed = int(found.group("fixed") or 0)
    left = int(found.group("left")) if found.group("left") else int(found.group("found"))
    parts = listed((fixed, "fixed"), (left, "left")) if fixed else plural(left, "problem")
    error = (_first(text[begin : found.end()]) or plural(left, "problem")) if left else None
    outcome = Outcome("ruff", parts, error, errors=left, fixed=fixed or None)
    return Report(found.end(), outcome, failing=left > 0)


def _first(region: str) -> str | None:
    concise, full, grouped = _CONCISE.search(region), _FULL.search(region), _GROUPED.search(region)
    for found, order in ((concise, (3, 4, 1, 2)), (full, (1, 2, 3, 4)), (grouped, (3, 4, 1, 2))):
        if found is not None:
            code, message, file, line = found.group(*order)
            return shorten(f"{code} {message} ({file}:{line})")
    counted = _STATISTICS.search(region)
    return f"{counted.group(1)} {counted.group(2)}" if counted else None


def _formatted(text: str) -> Report | None:
    found = last_match(_FORMAT, text)
    if found is None:
        return None
    failing = "would be" in found.group()
    file = _UNFORMATTED.search(text)
    error = f"{found.group()}: {file.group(1) or file.group(2)}" if file else found.group()
    return Report(found.end(), Outcome("ruff", found.group(), error if failing else None), failing)


def _failed(text: str) -> Report | None:
    found = last_match(_BROKEN, text)
    if found is None:
        return None
    error = ": ".join(part for part in found.groups() if part)
    return Report(found.end(), Outcome("ruff", error=shorten(error)), failing=True)


READER = Reader(
    "ruff",
    ("Found ", "All checks passed!", "ruff failed", "reformatted", "already formatted", "left unchanged"),
    no_progress,
    report,
)
