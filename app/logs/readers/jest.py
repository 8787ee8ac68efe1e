"""Jest."""

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

_END = re.compile(
    r"^Test Suites: (?P<suites>.*?),? ?(?P<files>\d+) total\nTests: +(?P<tests>.*?),? ?\d+ total$", re.M
)
_COUNT = re.compile(r"(\d+) (failed|passed|skipped|todo)")
_FILE = re.compile(r"^(PASS|FAIL) +(?:\S+ )?(\S+\.[cm]?[jt]sx?)(?: \(.*\))?$", re.M)
_BULLET = re.compile(r"^  ● (?!Console$|Deprecation Warning)(.*)$", re.M)
_NONE = re.compile(r"^No tests found.*$", re.M)
_MATCHER = re.compile(r"^expect\(")
_COMPARED = re.compile(r"^ *Expected(?: \w+)*: +(.*)\n *Received(?: \w+)*: +(.*)$", re.M)


def progress(output: Output) -> Sighting | None:
    """Test files done; Jest tells of how many only at the end."""
    end = last_match(_END, output.text)
    files = list(_FILE.finditer(output.text))
    if end is not None and (not files or files[-1].start() < end.start()):
        total = int(end.group("files"))
        return Sighting(end.end(), Progress(total, total), over=True) if total else None
    files = [found for found in files if end is None or found.start() > end.end()]
    if not files or output.cut:
        return None
    names = {found.group(2): found.group(1) for found in files}
    failed = sum(word == "FAIL" for word in names.values())
    return Sighting(files[-1].end(), counted(len(names), "test file", failed))


def report(text: str) -> Report | None:
    """The last block of totals, with the first failure of its run."""
    begin, found = last_run(_END, text)
    if found is None:
        return _nothing(text)
    tests = {word: int(number) for number, word in _COUNT.findall(found.group("tests"))}
    suites = {word: int(number) for number, word in _COUNT.findall(found.group("suites"))}
    failed, passed, skipped = tests.get("failed", 0), tests.get("passed", 0), tests.get("skipped", 0)
    region = text[begin : found.start()]
    broken = region.count("\n  ● Test suite failed to run\n")
    failing = bool(failed or suites.get("failed"))
    headline = verdict_line(passed, failed, broken, skipped) or "no tests ran"
    error = (_explain(region) or headline) if failing else None
    outcome = Outcome("jest", headline, error, passed, failed, skipped, broken)
    return Report(found.end(), outcome, failing)


def _nothing(text: str) -> Report | None:
    found = _NONE.search(text)
    if found is None or "testMatch:" not in text[found.end() : found.end() + 1500]:
        return None
    return Report(found.end(), Outcome("jest", "no tests found", "no tests found"), failing=True)


def _explain(region: str) -> str | None:
    found = _BULLET.search(region)
    if found is None:
        return None
    file = last_match(_FILE, region, 0, found.start())
    following = _BULLET.search(region, found.end())
    block = region[found.end() : following.start() if following else found.end() + 3000]
    title = "" if found.group(1) == "Test suite failed to run" else found.group(1)
    subject = " › ".join(part for part in (file.group(2) if file else "", title) if part)
    return because(subject or "Test suite failed to run", _reason(block))


def _reason(block: str) -> str | None:
    message = first_filled(block)
    compared = _COMPARED.search(block)
    if message and _MATCHER.match(message) and compared:
        return f"expected {compared.group(1)}, received {compared.group(2)}"
    return message.partition(" // ")[0] if message else None


READER = Reader("jest", ("Test Suites: ", "PASS ", "FAIL ", "No tests found"), progress, report)
