"""Mocha, as its spec, dot and min reporters print; its TAP is read with node's."""

from __future__ import annotations

import re

from app.logs.readers.base import (
    Output,
    Reader,
    Report,
    Sighting,
    assertion,
    because,
    counted,
    last_match,
    last_run,
    verdict_line,
)
from app.model.outcome import Outcome

_END = re.compile(r"^  (\d+) passing(?: \(.*\))?\n(?:  (\d+) pending\n)?(?:  (\d+) failing\n)?", re.M)
_PASSED = re.compile(r"^ {2,}✔ (?!.*\(\d+\.\d+ms\)).*\n", re.M)
_DONE = re.compile(r"^ {2,}(?:✔ (?!.*\(\d+\.\d+ms\))|(\d+)\) |- )\S.*\n", re.M)
_FAILURE = re.compile(r"^  1\) (.+(?:\n {7,}\S.*)*?):\n", re.M)
_BROKEN = re.compile(r"^ ?Exception during run: (.*)$", re.M)


def progress(output: Output) -> Sighting | None:
    """Tests done; Mocha does not say of how many."""
    begin, end = last_run(_END, output.text)
    if end is not None and _PASSED.search(output.text, end.end()):
        begin, end = end.end(), None
    results = list(_DONE.finditer(output.text, begin, end.start() if end else len(output.text)))
    if output.cut or not results or not _PASSED.search(output.text, begin):
        return None
    failed = sum(found.group(1) is not None for found in results)
    # The failures are told below the totals: nothing behind those is another program's.
    at = len(output.text) if end else results[-1].end()
    return Sighting(at, counted(len(results), "test", failed), over=end is not None)


def report(text: str) -> Report | None:
    """The last totals, with the first failure below them."""
    found = last_match(_END, text)
    if found is None:
        broken = _BROKEN.search(text)
        outcome = Outcome("mocha", error=because(broken.group(1), None)) if broken else Outcome()
        return Report(broken.end(), outcome, failing=True) if broken else None
    passed, skipped, failed = (int(number or 0) for number in found.groups())
    headline = verdict_line(passed, failed, skipped=skipped) or "no tests ran"
    error = (_explain(text[found.end() :]) or headline) if failed else None
    return Report(found.end(), Outcome("mocha", headline, error, passed, failed, skipped), failed > 0)


def _explain(section: str) -> str | None:
    found = _FAILURE.search(section)
    if found is None:
        return None
    title = " › ".join(part.strip() for part in found.group(1).split("\n"))
    return because(title, assertion(section[found.end() : found.end() + 4000]))


READER = Reader("mocha", (" passing", "✔ ", "Exception during run: "), progress, report)
