"""tox: one environment after another, each with a tool of its own in it."""

from __future__ import annotations

import re

from app.logs.readers.base import Output, Reader, Report, Sighting, counted, last_match, listed, plural
from app.model.outcome import Outcome, Progress

_BEGUN = re.compile(
    r"^([\w.,-]+): (?:commands\[\d+\]> |install_deps> |install_package(?:_deps)?> |\.pkg: )", re.M
)
_ENDED = re.compile(r"^([\w.,-]+): (OK|FAIL|SKIP) \S in [\d.]+ seconds$", re.M)
_VERDICT = re.compile(r"^  (?:congratulations :\)|evaluation failed :\() \([\d.]+ seconds\)$", re.M)
_LINE = re.compile(r"^  ([\w.,-]+): (OK|FAIL|SKIP)(?: code (\d+))?(?: \(.*\))?$", re.M)


def progress(output: Output) -> Sighting | None:
    """The environments that are done, and the one that is at work; how many there will be it does not say."""
    end = last_match(_VERDICT, output.text)
    start = end.end() if end and _BEGUN.search(output.text, end.end()) else 0
    begun, ended = last_match(_BEGUN, output.text, start), list(_ENDED.finditer(output.text, start))
    if begun is None and not ended:
        return None
    last = ended[-1] if ended else None
    working = begun.group(1) if begun and (last is None or begun.start() > last.start()) else None
    at = max(found.end() for found in (begun, last) if found)
    if output.cut:
        return Sighting(at, Progress(text=working, phase=working)) if working else None
    over = bool(end and not start)
    if end and over:  # of the last one nothing is said but in the list
        ended, working, at = _summary(output.text[: end.start()]), None, end.end()
    failed = sum(found.group(2) == "FAIL" for found in ended)
    done = counted(len(ended), "environment", failed)
    return Sighting(at, Progress(done.done, text=done.text if ended else None, phase=working), over)


def report(text: str) -> Report | None:
    """The list of environments at the end."""
    end = last_match(_VERDICT, text)
    if end is None:
        return None
    lines = _summary(text[: end.start()])
    failed = [line for line in lines if line.group(2) == "FAIL"]
    passed = sum(line.group(2) == "OK" for line in lines)
    skipped = sum(line.group(2) == "SKIP" for line in lines)
    words = listed((len(failed), "failed"), (passed, "passed"), (skipped, "skipped"))
    error = f"{failed[0].group(1)}: exit {failed[0].group(3) or 1}" if failed else None
    headline = f"{plural(len(lines), 'environment')}: {words}" if words else None
    failing = "failed" in end.group()
    return Report(end.end(), Outcome("tox", headline, error if failing else None), failing, wraps=True)


def _summary(text: str) -> list[re.Match[str]]:
    """The lines straight before the verdict."""
    lines: list[re.Match[str]] = []
    for line in reversed(text.rstrip("\n").split("\n")[-500:]):
        found = _LINE.match(line)
        if found is None:
            break
        lines.insert(0, found)
    return lines


READER = Reader(
    "tox",
    (": commands[", ": install_", "congratulations :)", "evaluation failed :(", ": OK ", ": FAIL "),
    progress,
    report,
)
