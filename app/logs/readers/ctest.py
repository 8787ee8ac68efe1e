"""CTest."""

from __future__ import annotations

import re

from app.logs.readers.base import Output, Reader, Report, Sighting, last_run, verdict_line
from app.model.outcome import Outcome, Progress

_TEST = re.compile(r"^ *(\d+)/(\d+) Test +#\d+: (\S+) \.*(?:\*\*\*|   )(.*?) +[\d.]+ sec *$", re.M)
_END = re.compile(r"^(\d+)% tests passed, (\d+) tests? failed out of (\d+)$", re.M)
_TOTAL = re.compile(r"^Total Test time \(real\) = +[\d.]+ sec$", re.M)
_FAILED = re.compile(r"^The following tests FAILED:\n\t *\d+ - (\S+) \((.*?)\)", re.M)
_TAIL = re.compile(r"^Errors while running CTest$", re.M)
_NONE = re.compile(r"^No tests were found!!!$", re.M)


def progress(output: Output) -> Sighting | None:
    """Tests done of all, as each line says."""
    found, failed = None, 0
    for found in _TEST.finditer(output.text):
        if found.group(1) == "1":
            failed = 0
        failed += found.group(4).startswith(("Failed", "Timeout", "Exception", "SEGFAULT"))
    if found is None or not int(found.group(1)) <= int(found.group(2)):
        return None
    over = _END.search(output.text, found.end())
    note = f"{failed} failed" if failed else None
    done = Progress(int(found.group(1)), int(found.group(2)), text=note)
    return Sighting((over or found).end(), done, over is not None)


def report(text: str) -> Report | None:
    """The last count, with the first test that failed."""
    _, end = last_run(_END, text)
    if end is None:
        none = _NONE.search(text)
        outcome = Outcome("ctest", "no tests found", "no tests found")
        return Report(none.end(), outcome, failing=True) if none else None
    failed, total = int(end.group(2)), int(end.group(3))
    passed = max(0, total - failed)
    headline = verdict_line(passed, failed) or "no tests ran"
    first = _FAILED.search(text, end.end())
    error = (f"{first.group(1)} - {first.group(2).lower()}" if first else headline) if failed else None
    at = max(
        [end.end()] + [found.end() for tail in (_TOTAL, _TAIL) for found in tail.finditer(text, end.end())]
    )
    return Report(at, Outcome("ctest", headline, error, passed, failed), failing=failed > 0)


READER = Reader("ctest", (" Test ", " tests passed, ", "No tests were found!!!"), progress, report)
