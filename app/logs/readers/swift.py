"""Swift: ``swift build`` and ``swift test`` with XCTest."""

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
    near_end,
    plural,
    shorten,
    verdict_line,
)
from app.model.outcome import Outcome, Progress

_STEP = re.compile(
    r"^\[(\d+)/(\d+)\] (Compiling|Emitting|Linking|Building|Write|Copying|Merging|Wrapping)\b.*$", re.M
)
_CASE = re.compile(r"^Test Case '.*' (passed|failed|skipped) \([\d.]+ seconds\)\.?$", re.M)
_EXECUTED = re.compile(
    r"^\t? *Executed (\d+) tests?, with (?:(\d+) tests? skipped and )?(\d+) failures?"
    r" \(\d+ unexpected\) in .*$",
    re.M,
)
_BUILT = re.compile(r"^Build complete!.*$", re.M)
_ERROR = re.compile(r"^(\S+?:\d+)(?::\d+)?: error: (.*)$", re.M)
_NOT_BUILT = re.compile(r"^error: (?:fatalError|.*emit-module.*|build had \d+ command failures?.*)$", re.M)


def progress(output: Output) -> Sighting | None:
    """Steps of the build, then tests that have run."""
    cases = list(_CASE.finditer(output.text))
    if cases and not output.cut:
        failed = sum(case.group(1) == "failed" for case in cases)
        over = _EXECUTED.search(output.text, cases[-1].end()) is not None
        return Sighting(cases[-1].end(), counted(len(cases), "test", failed), over)
    step = last_match(_STEP, output.text)
    if step is None or not int(step.group(1)) <= int(step.group(2)):
        return None
    return Sighting(
        step.end(), Progress(int(step.group(1)), int(step.group(2)), text="building", phase="build")
    )


def report(text: str) -> Report | None:
    """What the last suite, which holds all others, counted; else how the build went."""
    executed, broken, built = (last_match(pattern, text) for pattern in (_EXECUTED, _NOT_BUILT, _BUILT))
    if executed is not None:
        ran, skipped, failures = (int(number or 0) for number in executed.groups())
        failed = min(failures, ran) if failures else 0
        cases = sum(case.group(1) == "failed" for case in _CASE.finditer(text)) or failed
        passed = max(0, ran - cases - skipped)
        headline = verdict_line(passed, cases, skipped=skipped) or "no tests ran"
        error = (_explain(text) or headline) if failures else None
        outcome = Outcome("swift test", headline, error, passed, cases, skipped)
        return Report(executed.end(), outcome, failing=failures > 0)
    if broken is not None:
        errors = len(_ERROR.findall(text)) or 1
        outcome = Outcome(
            "swift", plural(errors, "error"), _explain(text) or shorten(broken.group()), errors=errors
        )
        return Report(broken.end(), outcome, failing=True)
    return Report(built.end(), Outcome("swift", "built"), failing=False) if built else None


def _explain(text: str) -> str | None:
    found = _ERROR.search(text)
    if found is None:
        return None
    subject, colon, reason = found.group(2).partition(" : ")
    place = near_end(found.group(1))
    return because(subject, f"{reason} ({place})") if colon else shorten(f"{subject} ({place})")


READER = Reader(
    "swift",
    ("Test Case '", "Build complete!", "] Compiling ", "error: fatalError"),
    progress,
    report,
)
