"""``node --test``, as its spec and TAP reporters print, and TAP from others."""

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
from app.logs.readers.traces import node_error
from app.model.outcome import Outcome, Progress

_TOTALS = re.compile(r"^([ℹ#]) tests \d+\n(?:\1 (?:suites|pass|fail|cancelled|skipped|todo) \d+\n?)+", re.M)
_TOTAL = re.compile(r"(tests|pass|fail|cancelled|skipped|todo) (\d+)")
_SPEC = re.compile(r"^( *)([✔✖﹣▶]) (.*?)(?: \(\d+\.\d+ms\)(?: # .*)?)?$", re.M)
_SPEC_FAILURES = re.compile(r"^(?:✖ failing tests|Failed tests):$", re.M)
_SPEC_FAILURE = re.compile(
    r"^(?:test at (\S+?):\d+\n)?✖ (.*?) \(\d[\d.]*ms\)\n((?:(?!test at |✖ ).*\n?){1,8})", re.M
)
_TAP = re.compile(r"^( *)(not ok|ok)\b(?: \d+)?(?: -)? ?(.*)$", re.M)
_TAP_FAILURE = re.compile(r"^( *)not ok \d+(?: -)? ?(?!.*# (?:TODO|SKIP))(.*)\n((?:\1  .*\n?)*)", re.M)
_PLAN = re.compile(r"^1\.\.(\d+)$", re.M)
_YAML_ERROR = re.compile(
    r"^ *error: (?:\|-\n(?P<block>(?: +.*\n?)+)|(?P<quote>['\"]?)(?P<line>.*?)(?P=quote)$)", re.M
)
_LOCATION = re.compile(r"^ *location: '?(.*?):\d+'?$", re.M)
_EMPTY_REASON = re.compile(r"^'?(?:test failed|\d+ subtests? failed)'?$")
_YAML = re.compile(r"^ *---\n((?:.*\n)*?) *\.\.\.$", re.M)


def progress(output: Output) -> Sighting | None:
    """Tests done; of how many only a TAP plan at the top tells."""
    if output.cut:
        return None
    totals = last_match(_TOTALS, output.text)
    tap = output.text.rfind("TAP version 1")
    if tap >= 0:
        return _tap_progress(output.text, tap, over=totals is not None and totals.start() > tap)
    stop = totals.start() if totals else len(output.text)
    return _spec_progress(output.text[:stop], over=totals is not None)


def _spec_progress(phase: str, *, over: bool) -> Sighting | None:
    """Suites have a line when they begin and one when they end: the second is no test."""
    suites: set[tuple[str, str]] = set()
    done, failed, at = 0, 0, 0
    for found in _SPEC.finditer(phase):
        indent, glyph, name = found.groups()
        if glyph == "▶":
            suites.add((indent, name))
        elif ((indent, name) not in suites and found.group().endswith(")")) or " # " in found.group():
            done, failed, at = done + 1, failed + (glyph == "✖"), found.end()
    return Sighting(at, counted(done, "test", failed), over) if done else None


def _tap_progress(text: str, start: int, *, over: bool) -> Sighting | None:
    plan = _PLAN.search(text, start)
    first = _TAP.search(text, start)
    if plan and first and plan.start() < first.start() and int(plan.group(1)):
        results = [found for found in _TAP.finditer(text, start) if not found.group(1)]
        done, total = len(results), int(plan.group(1))
        return Sighting(results[-1].end(), Progress(min(done, total), total), over)
    tests = [block for block in _YAML.finditer(text, start) if "type: 'suite'" not in block.group(1)]
    failed = sum("failureType:" in block.group(1) for block in tests)
    return Sighting(tests[-1].end(), counted(len(tests), "test", failed), over) if tests else None


def report(text: str) -> Report | None:
    """The totals at the end and the first failing test that is no mere suite."""
    begin, found = last_run(_TOTALS, text)
    if found is None:
        return _without_totals(text)
    total = {word: int(number) for word, number in _TOTAL.findall(found.group())}
    failed = total.get("fail", 0) + total.get("cancelled", 0)
    passed, skipped = total.get("pass", 0), total.get("skipped", 0)
    headline = verdict_line(passed, failed, skipped=skipped) or "no tests ran"
    error = (_explain(text, begin, found) or headline) if failed else None
    return Report(found.end(), Outcome("node --test", headline, error, passed, failed, skipped), failed > 0)


def _without_totals(text: str) -> Report | None:
    """The dot reporter gives no totals, only the failures."""
    header = _SPEC_FAILURES.search(text)
    error = _spec_failure(text[header.end() :]) if header else None
    return Report(len(text), Outcome("node --test", error=error), failing=True) if error else None


def _explain(text: str, begin: int, totals: re.Match[str]) -> str | None:
    before = text[begin : totals.start()]
    if totals.group(1) == "#":
        said = _tap_failure(before)
        bare = re.sub(r"^# ", "", before, flags=re.M) if said and said.endswith("test failed") else ""
    else:
        said = _spec_failure(text[totals.end() :]) or _spec_failure(before)
        bare = before if said and said.endswith("test failed") else ""
    thrown = node_error(bare)
    return because(said.removesuffix(" - test failed"), thrown[1]) if said and thrown else said


def _spec_failure(section: str) -> str | None:
    first = None
    for found in _SPEC_FAILURE.finditer(section):
        place, name, said = found.groups()
        reason = _joined(said)
        line = because(_subject(place, name), reason)
        if not _EMPTY_REASON.match(reason):
            return line
        first = first or line
    return first


def _tap_failure(section: str) -> str | None:
    first = None
    for found in _TAP_FAILURE.finditer(section):
        error = _YAML_ERROR.search(found.group(3))
        reason = _joined(error.group("block") or error.group("line") or "") if error else ""
        place = _LOCATION.search(found.group(3))
        line = because(_subject(None, found.group(2)), reason)
        if place is None and reason == "":
            line = found.group(2)
        if not _EMPTY_REASON.match(reason):
            return line
        first = first or line
    return first


def _subject(place: str | None, name: str) -> str:
    """The test with its file's line; a file that failed as a whole is its own name."""
    file = (place or "").partition(":")[0]
    if name.endswith(file) and file:
        return file
    return f"{name} ({place})" if place else name


def _joined(said: str) -> str:
    """An assertion's message; where its first line ends with a colon, what follows belongs to it."""
    lines = [line.strip() for line in said.split("\n") if line.strip()]
    if not lines:
        return ""
    message = re.sub(r" \[[\w ]+\](?=:)", "", lines[0])
    if message.endswith(":") and len(lines) > 1 and not lines[1].startswith("at "):
        message = f"{message} {lines[1]}"
    return message.strip("'") if _EMPTY_REASON.match(message) else message


READER = Reader(
    tool="node --test",
    marks=("TAP version 1", "ms)", "# tests ", "ℹ tests "),
    progress=progress,
    report=report,
)
