"""Vitest."""

from __future__ import annotations

import re

from app.logs.readers.base import (
    Output,
    Reader,
    Report,
    Sighting,
    because,
    counted,
    first_filled,
    last_match,
    last_run,
    verdict_line,
)
from app.model.outcome import Outcome, Progress

_START = re.compile(r"^ (?:RUN|DEV) +v\d", re.M)
_END = re.compile(r"^ Test Files  (?P<files>.*) \((?P<total>\d+)\)\n +Tests  (?P<tests>.*)\n", re.M)
_COUNT = re.compile(r"(\d+) (failed|passed|skipped|todo)")
_FILE = re.compile(r"^ [✓❯×↓] (?:\|.*?\| |\S+ )?(\S+) \((\d+) tests?(.*?)\)(?: .*)?$", re.M)
_TEST = re.compile(r"^ ([✓×↓]) (?:\|.*?\| )?\S+\.\S+ > .*$", re.M)
_FAILED = re.compile(r"(\d+) failed")
_FAILURE = re.compile(r"^ FAIL  (?:\|.*?\| )?(.*)$", re.M)
_NONE = re.compile(r"^No test files found.*$", re.M)
_UNHANDLED = re.compile(r"^⎯+ Unhandled (?:Errors?|Rejection|Exception) ⎯+$", re.M)
_THROWN = re.compile(r"^\w*(?:Error|Exception)\b.*$", re.M)


def progress(output: Output) -> Sighting | None:
    """Tests done of the newest run, counted file by file or test by test as the reporter prints."""
    start = last_match(_START, output.text)
    if start is None:
        return None
    end = _END.search(output.text, start.end())
    if end is not None and (total := _total(end)):
        return Sighting(end.end(), Progress(total, total), over=True)
    tests = list(_TEST.finditer(output.text, start.end()))
    files = list(_FILE.finditer(output.text, start.end()))
    done, failed = len(tests), sum(found.group(1) == "×" for found in tests)
    if not tests:
        done = sum(int(found.group(2)) for found in files)
        failed = sum(int(number) for found in files for number in _FAILED.findall(found.group(3)))
    return Sighting((tests or files)[-1].end(), counted(done, "test", failed)) if done else None


def _total(end: re.Match[str]) -> int:
    total = re.search(r"\((\d+)\)$", end.group("tests"))
    return int(total.group(1)) if total else 0


def report(text: str) -> Report | None:
    """The last block of totals, with the first failure of its run."""
    begin, found = last_run(_END, text)
    if found is None:
        none = _NONE.search(text) if _START.search(text) else None
        outcome = Outcome("vitest", "no test files found", "no test files found")
        return Report(none.end(), outcome, failing=True) if none else None
    tests = {word: int(number) for number, word in _COUNT.findall(found.group("tests"))}
    files = {word: int(number) for number, word in _COUNT.findall(found.group("files"))}
    failed, passed, skipped = tests.get("failed", 0), tests.get("passed", 0), tests.get("skipped", 0)
    region = text[begin : found.start()]
    broken = region.count("⎯ Failed Suites ") and max(0, files.get("failed", 0) - (1 if failed else 0))
    unhandled = _UNHANDLED.search(region) is not None
    failing = bool(failed or files.get("failed") or unhandled)
    headline = verdict_line(passed, failed, broken, skipped) or "no tests ran"
    error = (_explain(region) or headline) if failing else None
    return Report(found.end(), Outcome("vitest", headline, error, passed, failed, skipped, broken), failing)


def _explain(region: str) -> str | None:
    found = _FAILURE.search(region)
    if found is not None:
        subject = re.sub(r" \[ .* \]$", "", found.group(1))
        # Failures alike are listed under one another with the reason below the last.
        rest = re.sub(r"^(?: FAIL  .*\n)+", "", region[found.end() + 1 :])
        return because(subject, (first_filled(rest) or "").partition(" // ")[0])
    unhandled = _UNHANDLED.search(region)
    thrown = _THROWN.search(region, unhandled.end()) if unhandled else None
    return because("unhandled", thrown.group()) if thrown else None


READER = Reader("vitest", (" RUN  v", " DEV  v", " Test Files  "), progress, report)
