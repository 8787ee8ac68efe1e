"""ESLint's stylish output, with and without ``--fix``."""

from __future__ import annotations

import re

from app.logs.readers.base import (
    Reader,
    Report,
    first_filled,
    last_match,
    last_run,
    near_end,
    no_progress,
    plural,
    shorten,
)
from app.model.outcome import Outcome

_END = re.compile(
    r"^✖ (\d+) problems? \((\d+) errors?, (\d+) warnings?\)$"
    r"(?:\n.*potentially fixable with the `--fix` option\.)?(\n\nESLint found too many warnings.*)?",
    re.M,
)
_LINE = re.compile(r"^ +(\d+):\d+ +(error|warning) +(.+?)(?:  +([\w@/.-]+))?$", re.M)
_FILE = re.compile(r"^(/\S.*|[A-Z]:\\.*|\S+\.\w+)$", re.M)
_OOPS = re.compile(r"^Oops! Something went wrong! :\(\n\nESLint: .*\n", re.M)


def report(text: str) -> Report | None:
    """The last count of problems, with the first error of that run."""
    begin, found = last_run(_END, text)
    oops = last_match(_OOPS, text)
    if oops is not None and (found is None or oops.start() > found.start()):
        error = shorten(first_filled(text[oops.end() :]) or "Something went wrong")
        return Report(oops.end(), Outcome("eslint", error=error), failing=True)
    return _counted(text[begin : found.end()], found) if found else None


def _counted(region: str, end: re.Match[str]) -> Report:
    problems, errors, warnings = (int(number) for number in end.group(1, 2, 3))
    failing = errors > 0 or end.group(4) is not None
    headline = plural(problems, "problem") if errors else plural(warnings, "warning")
    error = (_first(region, "error" if errors else "warning") or headline) if failing else None
    if failing and not errors:
        error = shorten(f"too many warnings: {error}")
    return Report(end.end(), Outcome("eslint", headline, error, errors=errors, warnings=warnings), failing)


def _first(region: str, kind: str) -> str | None:
    file = ""
    for line in region.split("\n"):
        found = _LINE.match(line)
        if found is None:
            named = _FILE.match(line)
            file = named.group(1) if named else file
        elif found.group(2) == kind:
            rule = f"{found.group(4)}: " if found.group(4) else ""
            return shorten(f"{rule}{found.group(3).strip()} ({near_end(file)}:{found.group(1)})")
    return None


READER = Reader("eslint", ("✖ ", "Oops! Something went wrong!"), no_progress, report)
