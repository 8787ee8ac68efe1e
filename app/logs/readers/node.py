"""``node --test`` as its spec and dot reporters print; its TAP is read with everybody's."""

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
    near_end,
    verdict_line,
)
from app.logs.readers.traces import node_error
from app.model.outcome import Outcome

_TOTALS = re.compile(r"^ℹ tests \d+\n(?:ℹ (?:suites|pass|fail|cancelled|skipped|todo) \d+\n?)+", re.M)
_TOTAL = re.compile(r"(pass|fail|cancelled|skipped) (\d+)")
_LINE = re.compile(r"^( *)(?:([✔✖﹣]) (.*) \(\d[\d.]*ms\)(?: .*)?|▶ (.*?)(?: \(\d[\d.]*ms\))?)$", re.M)
_FAILURES = re.compile(r"^(?:✖ failing tests|Failed tests):$", re.M)
_FAILURE = re.compile(
    r"^(?:test at (\S+?):\d+\n)?✖ (.*?) \(\d[\d.]*ms\)(?: # .*)?\n((?:(?!test at |✖ ).*\n?){1,8})", re.M
)
_EMPTY = re.compile(r"^(?:'?test failed'?|'?\d+ subtests? failed'?|)$")


def progress(output: Output) -> Sighting | None:
    """Tests done; of how many node does not say. Suites have a line when they begin and when they end."""
    if output.cut:
        return None
    begin, totals = last_run(_TOTALS, output.text)
    if totals is not None and _LINE.search(output.text, _end_of_report(output.text, totals)):
        begin, totals = totals.end(), None
    stop = totals.start() if totals else _first_failure(output.text, begin)
    suites: set[tuple[str, str]] = set()
    done = failed = at = 0
    for found in _LINE.finditer(output.text, begin, stop):
        indent, glyph, name, suite = found.groups()
        if suite is not None:
            suites.add((indent, suite))
        elif (indent, name) not in suites:
            done, failed, at = done + 1, failed + (glyph == "✖"), found.end()
    if not done:
        return None
    return Sighting(
        len(output.text) if totals else at, counted(done, "test", failed), over=totals is not None
    )


def _end_of_report(text: str, totals: re.Match[str]) -> int:
    """Behind the totals, or the end of the text where the failures are told once more below them."""
    return len(text) if _FAILURES.search(text, totals.end()) else totals.end()


def _first_failure(text: str, begin: int) -> int:
    found = _FAILURES.search(text, begin)
    return found.start() if found else len(text)


def report(text: str) -> Report | None:
    """The totals at the end and the first failing test that is no mere suite."""
    begin, found = last_run(_TOTALS, text)
    if found is None:
        return _without_totals(text)
    total = {word: int(number) for word, number in _TOTAL.findall(found.group())}
    failed = total.get("fail", 0) + total.get("cancelled", 0)
    passed, skipped = total.get("pass", 0), total.get("skipped", 0)
    headline = verdict_line(passed, failed, skipped=skipped) or "no tests ran"
    error = None
    if failed:
        before = text[begin : found.start()]
        error = _failure(text[found.end() :], before) or _failure(before, before) or headline
    return Report(found.end(), Outcome("node --test", headline, error, passed, failed, skipped), failed > 0)


def _without_totals(text: str) -> Report | None:
    """The dot reporter gives no totals, only the failures."""
    header = last_match(_FAILURES, text)
    error = _failure(text[header.end() :], text) if header else None
    return Report(len(text), Outcome("node --test", error=error), failing=True) if error else None


def _failure(section: str, before: str) -> str | None:
    """The first failure that gives a reason; a file that failed as a whole gave it when it was loaded."""
    first = None
    for found in _FAILURE.finditer(section):
        place, name, said = found.groups()
        reason = assertion(said)
        if not _EMPTY.match(reason):
            return because(_subject(place, name), reason)
        first = first or _subject(place, name)
    thrown = node_error(before) if first else None
    return because(first, thrown[1] if thrown else None) if first else None


def _subject(place: str | None, name: str) -> str:
    file = (place or "").partition(":")[0]
    if not place or name.endswith(file):
        return file or near_end(name)
    return f"{name} ({place})"


READER = Reader("node --test", ("ms)", "ℹ tests "), progress, report)
