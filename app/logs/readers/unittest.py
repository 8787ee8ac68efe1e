"""Python's unittest, and Django's test command, which prints the same."""

from __future__ import annotations

import re

from app.logs.readers.base import (
    Output,
    Reader,
    Report,
    Sighting,
    because,
    counted,
    last_match,
    last_run,
    verdict_line,
)
from app.logs.readers.traces import exception_line
from app.model.outcome import Outcome, Progress

_END = re.compile(r"^Ran (\d+) tests? in [\d.]+s\n\n(OK|FAILED|NO TESTS RAN)(?: \((.*)\))?$", re.M)
_RAN = re.compile(r"^Ran \d+ tests? in ", re.M)
_COUNT = re.compile(r"(failures|errors|skipped|expected failures|unexpected successes)=(\d+)")
_FAILURE = re.compile(r"^={70}\n(?:FAIL|ERROR): (\S+)(?: \((.*?)\))?(.*)$", re.M)
_RULE = re.compile(r"^(?:={70}|-{70}\nRan )", re.M)
_FOUND = re.compile(r"^Found (\d+) test\(s\)\.$", re.M)
_DOTS = re.compile(r"^[.FEsxu]+$", re.M)
_VERBOSE = re.compile(r"^.* \.\.\. (ok|FAIL|ERROR|skipped .*|expected failure|unexpected success)$", re.M)
_LETTERS = ".FEsxu"
_MARKS = ("Ran ", " ... ", "Found ", "unittest")
_NAMED = re.compile(r"^\w+ \([\w.]+\)(?:\n| \.\.\. )", re.M)


def progress(output: Output) -> Sighting | None:
    """Tests done, one letter or one line each; of how many only Django says."""
    text = output.text
    if text[:1] not in _LETTERS and not any(mark in text for mark in _MARKS):
        return None
    last = last_match(_END, text)
    start = last.end() if last and _more(text[last.end() :]) else 0
    stop = text.find("=" * 70, start)
    ran = _RAN.search(text, start)
    end = min(at for at in (stop, ran.start() if ran else -1, len(text)) if at >= 0)
    phase = text[start:end]
    found = _FOUND.search(phase)
    done, failed, at = _count(phase, certain=found is not None or "unittest" in text)
    if not at or (output.cut and not found):
        return None
    over = ran is not None
    at = (last.end() - start if last and last.end() > start else len(text) - start) if over else at
    if found:
        total = int(found.group(1))
        note = f"{failed} failed" if failed else None
        return Sighting(start + at, Progress(min(done, total), total, text=note), over)
    return Sighting(start + at, counted(done, "test", failed), over)


def _more(text: str) -> bool:
    return _DOTS.search(text) is not None or _NAMED.search(text) is not None


def _count(phase: str, *, certain: bool) -> tuple[int, int, int]:
    """Results, failed ones among them, and where the last stands (0: none is sure to be one)."""
    if _NAMED.search(phase):
        results = list(_VERBOSE.finditer(phase))
        failed = sum(found.group(1) in ("FAIL", "ERROR") for found in results)
        return len(results), failed, results[-1].end() if results else 0
    lines = list(_DOTS.finditer(phase))
    # Dots alone may be anything that waits; as the very first output they are a test run.
    if not lines or not (certain or not phase[: lines[0].start()].strip()):
        return 0, 0, 0
    letters = "".join(line.group() for line in lines)
    return len(letters), letters.count("F") + letters.count("E"), lines[-1].end()


def report(text: str) -> Report | None:
    """The last ``Ran … tests`` with its verdict and the first failure of that run."""
    begin, found = last_run(_END, text)
    if found is None:
        return None
    counts = {word: int(number) for word, number in _COUNT.findall(found.group(3) or "")}
    ran, verdict = int(found.group(1)), found.group(2)
    failed = counts.get("failures", 0) + counts.get("unexpected successes", 0)
    errors, skipped = counts.get("errors", 0), counts.get("skipped", 0)
    passed = max(0, ran - failed - errors - skipped - counts.get("expected failures", 0))
    headline = verdict_line(passed, failed, errors, skipped) or "no tests ran"
    failing = verdict != "OK" or ran == 0
    error = (_explain(text[begin : found.end()]) or headline) if failing else None
    return Report(found.end(), Outcome("unittest", headline, error, passed, failed, skipped, errors), failing)


def _explain(region: str) -> str | None:
    found = _FAILURE.search(region)
    if found is None:
        return None
    end = _RULE.search(region, found.end())
    block = region[found.end() : end.start() if end else len(region)]
    return because(_name(found.group(1), found.group(2), found.group(3)), exception_line(block))


def _name(test: str, owner: str | None, detail: str) -> str:
    """The dotted name: since Python 3.11 the part in brackets ends with the test's own, before it did not."""
    owner = (owner or "").removeprefix("unittest.loader._FailedTest").lstrip(".")
    whole = owner if owner == test or owner.endswith(f".{test}") else f"{owner}.{test}".lstrip(".")
    return whole + detail.rstrip()


READER = Reader(
    tool="unittest",
    # A run in its first line shows letters and nothing else yet.
    marks=("Ran ", " ... ", "Found ", *_LETTERS),
    progress=progress,
    report=report,
)
