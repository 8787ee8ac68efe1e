"""Gradle, with a plain and with a rich console."""

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
    last_run,
    shorten,
    verdict_line,
)
from app.model.outcome import Outcome, Progress

_TASK = re.compile(r"^> Task (:\S+)(?: .*)?$", re.M)
_BAR = re.compile(r"^<[=-]+> (\d{1,3})% (?:INITIALIZING|CONFIGURING|EXECUTING|WAITING)\b.*$", re.M)
_END = re.compile(r"^BUILD (SUCCESSFUL|FAILED) in .*$", re.M)
_TESTS = re.compile(r"^(\d+) tests? completed(?:, (\d+) failed)?(?:, (\d+) skipped)?$", re.M)
_TEST_FAILED = re.compile(r"^(\S.* > .*) FAILED\n +(\S.*)$", re.M)
_WRONG = re.compile(r"^\* What went wrong:\n", re.M)
_COMPILER = re.compile(r"^\S+:\d+: error: .*$|^e: .*$", re.M)


def progress(output: Output) -> Sighting | None:
    """The percentage of the rich console; the plain one names the task and nothing else."""
    _, end = last_run(_END, output.text)
    start = end.end() if end else 0
    bar, task = last_match(_BAR, output.text, start), last_match(_TASK, output.text, start)
    if bar is not None and int(bar.group(1)) <= 100:
        return Sighting(bar.end(), Progress(percent=int(bar.group(1)), text=task.group(1) if task else None))
    return Sighting(task.end(), Progress(text=task.group(1))) if task else None


def report(text: str) -> Report | None:
    """How the last build ended, its tests, and what went wrong."""
    begin, end = last_run(_END, text)
    if end is None:
        return None
    region = text[begin : end.start()]
    failing = end.group(1) == "FAILED"
    tests = last_match(_TESTS, region)
    failed = int(tests.group(2) or 0) if tests else None
    skipped = int(tests.group(3) or 0) if tests else None
    passed = int(tests.group(1)) - (failed or 0) - (skipped or 0) if tests else None
    headline = verdict_line(passed, failed, skipped=skipped) or ("build failed" if failing else "built")
    error = (_explain(region) or headline) if failing else None
    return Report(end.end(), Outcome("gradle", headline, error, passed, failed, skipped), failing)


def _explain(region: str) -> str | None:
    test = _TEST_FAILED.search(region)
    if test is not None:
        return because(test.group(1), test.group(2))
    compiler = _COMPILER.search(region)
    if compiler is not None:
        return shorten(compiler.group())
    wrong = _WRONG.search(region)
    if wrong is None:
        return None
    said = region[wrong.end() :].split("\n\n", 1)[0]
    reason = next(
        (line.removeprefix("> ").strip() for line in said.split("\n") if line.startswith("> ")), None
    )
    return because(first_filled(said) or "", reason)


READER = Reader(
    "gradle",
    ("> Task :", "BUILD ", "% EXECUTING", "% CONFIGURING"),
    progress,
    report,
)
