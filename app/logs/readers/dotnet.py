"""dotnet: build and test."""

from __future__ import annotations

import re

from app.logs.readers.base import (
    Output,
    Reader,
    Report,
    Sighting,
    because,
    last_match,
    last_run,
    plural,
    shorten,
    verdict_line,
)
from app.model.outcome import Outcome, Progress

_TESTED = re.compile(
    r"^(Passed|Failed|Skipped)! +- Failed: +(\d+), Passed: +(\d+), Skipped: +(\d+), Total: +\d+"
    r", Duration: .*$",
    re.M,
)
_BUILT = re.compile(r"^Build (succeeded|FAILED)\.$", re.M)
_WARNINGS, _ERRORS = (re.compile(rf"^ +(\d+) {word}\(s\)$", re.M) for word in ("Warning", "Error"))
_ERROR = re.compile(r"^ *(\S.*?)\((\d+),\d+\): error (\w+): (.*?)(?: \[.*\])?$", re.M)
_FAILURE = re.compile(r"^ +Failed (\S.*?) \[.*\]\n +Error Message:\n +(\S.*)$", re.M)
_PROJECT = re.compile(r"^ +(\S+) -> \S.*$", re.M)


def progress(output: Output) -> Sighting | None:
    """The project that was built last: how much there is to do it does not say."""
    found = last_match(_PROJECT, output.text)
    return Sighting(found.end(), Progress(text=f"built {found.group(1)}")) if found else None


def report(text: str) -> Report | None:
    """The tests of all projects added up, or how the build went."""
    tested = list(_TESTED.finditer(text))
    begin, built = last_run(_BUILT, text)
    if tested and (built is None or tested[-1].start() > built.start()):
        return _tests(text, tested)
    if built is None:
        return None
    warnings, errors = (_number(pattern, text, built.end()) for pattern in (_WARNINGS, _ERRORS))
    failing = built.group(1) == "FAILED"
    first = _ERROR.search(text, begin)
    error = (
        f"{first.group(4)} [{first.group(3)}] ({first.group(1)}:{first.group(2)})"
        if first
        else "build failed"
    )
    words = [plural(count, noun) for count, noun in ((errors, "error"), (warnings, "warning")) if count]
    headline = ", ".join([*([] if failing else ["built"]), *words]) or "build failed"
    outcome = Outcome(
        "dotnet", headline, shorten(error) if failing else None, errors=errors, warnings=warnings
    )
    return Report(built.end(), outcome, failing)


def _number(pattern: re.Pattern[str], text: str, start: int) -> int | None:
    found = pattern.search(text, start)
    return int(found.group(1)) if found else None


def _tests(text: str, tested: list[re.Match[str]]) -> Report:
    failed, passed, skipped = (sum(int(found.group(n)) for found in tested) for n in (2, 3, 4))
    headline = verdict_line(passed, failed, skipped=skipped) or "no tests ran"
    failing = any(found.group(1) == "Failed" for found in tested)
    first = _FAILURE.search(text)
    error = because(first.group(1), first.group(2)) if first else headline
    outcome = Outcome("dotnet test", headline, error if failing else None, passed, failed, skipped)
    return Report(tested[-1].end(), outcome, failing)


READER = Reader("dotnet", ("Build succeeded.", "Build FAILED.", ", Duration: ", " -> "), progress, report)
