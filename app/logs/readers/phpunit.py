"""PHPUnit."""

from __future__ import annotations

import re

from app.logs.readers.base import (
    Output,
    Reader,
    Report,
    Sighting,
    because,
    first_filled,
    last_match,
    verdict_line,
)
from app.model.outcome import Outcome, Progress

_START = re.compile(r"^PHPUnit [\d.]+ by .*$", re.M)
_COUNT = re.compile(r"^[.FEWRISND]+ +(\d+) / (\d+) \( *\d+%\)$", re.M)
_OK = re.compile(r"^OK \((\d+) tests?, \d+ assertions?\)$", re.M)
_TOTALS = re.compile(r"^Tests: (\d+), Assertions: \d+((?:, [A-Z][\w ]+: \d+)*)\.$", re.M)
_NUMBER = re.compile(r"(\w+): (\d+)")
_FAILURE = re.compile(r"^1\) (\S+.*)\n", re.M)


def progress(output: Output) -> Sighting | None:
    """Tests done of all, at the end of each line of letters."""
    start = last_match(_START, output.text)
    found = last_match(_COUNT, output.text, start.end() if start else 0)
    if found is None or not 0 <= int(found.group(1)) <= int(found.group(2)):
        return None
    over = bool(_OK.search(output.text, found.end()) or _TOTALS.search(output.text, found.end()))
    return Sighting(found.end(), Progress(int(found.group(1)), int(found.group(2))), over)


def report(text: str) -> Report | None:
    """The last verdict, with the first failure of that run."""
    start = last_match(_START, text)
    begin = start.end() if start else 0
    good, totals = last_match(_OK, text, begin), last_match(_TOTALS, text, begin)
    if good is not None:
        passed = int(good.group(1))
        return Report(good.end(), Outcome("phpunit", verdict_line(passed, 0), None, passed, 0), failing=False)
    if totals is None:
        return None
    numbers = {word.lower(): int(number) for word, number in _NUMBER.findall(totals.group(2))}
    failed, errors = numbers.get("failures", 0), numbers.get("errors", 0)
    skipped = numbers.get("skipped", 0) + numbers.get("incomplete", 0)
    passed = max(0, int(totals.group(1)) - failed - errors - skipped)
    failing = bool(failed or errors)
    headline = verdict_line(passed, failed, errors, skipped) or "no tests ran"
    error = (_explain(text[begin : totals.start()]) or headline) if failing else None
    return Report(totals.end(), Outcome("phpunit", headline, error, passed, failed, skipped, errors), failing)


def _explain(region: str) -> str | None:
    failure = _FAILURE.search(region)
    return because(failure.group(1), first_filled(region[failure.end() :])) if failure else None


READER = Reader("phpunit", ("PHPUnit ", " assertions)", ", Assertions: "), progress, report)
