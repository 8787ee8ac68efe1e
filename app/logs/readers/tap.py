"""The Test Anything Protocol, as node, Mocha, tape and others print it."""

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
    last_run,
    near_end,
    verdict_line,
)
from app.logs.readers.traces import node_error
from app.model.outcome import Outcome, Progress

_TOTALS = re.compile(
    r"^# tests +(\d+)\n(?:# (?:suites|pass|fail|cancelled|skipped|todo|duration_ms) +[\d.]+\n?)+", re.M
)
_TOTAL = re.compile(r"(pass|fail|cancelled|skipped) +(\d+)")
_RESULT = re.compile(r"^(not ok|ok) \d+\b(.*)$", re.M)
_ANY = re.compile(r"^ *(?:not ok|ok) \d+\b", re.M)
_DIRECTIVE = re.compile(r"# (SKIP|TODO)\b", re.I)
_FAILURE = re.compile(
    r"^( *)not ok \d+(?: -)? ?(?!.*# (?:TODO|SKIP|todo|skip))(.*)\n((?:\1  .*\n?|\n(?=\1  ))*)", re.M
)
_PLAN = re.compile(r"^1\.\.(\d+)$", re.M)
_YAML = re.compile(r"^ *---\n((?:.*\n)*?) *\.\.\.$", re.M)
_YAML_ERROR = re.compile(
    r"^ *(?:error|message): +(?:[|>]-?\n(?P<block>(?: +.*\n?)+?)(?= *\w+: |\Z)"
    r"|(?P<quote>['\"]?)(?P<line>.*?)(?P=quote)$)",
    re.M,
)
_EMPTY = re.compile(r"^(?:test failed|\d+ subtests? failed|)$")


def progress(output: Output) -> Sighting | None:
    """Tests done; of how many is known where the plan comes first."""
    begin, totals = last_run(_TOTALS, output.text)
    if totals is not None and _RESULT.search(output.text, totals.end()):
        begin, totals = totals.end(), None
    first = _ANY.search(output.text, begin)
    if first is None or (output.cut and begin == 0):
        return None
    plan = _PLAN.search(output.text, begin)
    over = totals is not None
    stop = totals.end() if totals else len(output.text)
    if plan is not None and plan.start() < first.start() and int(plan.group(1)):
        results = list(_RESULT.finditer(output.text, begin, stop))
        total = int(plan.group(1))
        at = totals.end() if totals else first.end()
        return Sighting(at, Progress(min(len(results), total), total), over)
    return _counted(output.text, begin, stop, over=over)


def _counted(text: str, begin: int, stop: int, *, over: bool) -> Sighting | None:
    """Tests at every depth with node, whose details say which of them are suites; else those at the top."""
    details = [found for found in _YAML.finditer(text, begin, stop) if "type: 'suite'" not in found.group(1)]
    if any("duration_ms:" in found.group(1) for found in details):
        failed = sum("failureType:" in found.group(1) for found in details)
        return Sighting(stop if over else details[-1].end(), counted(len(details), "test", failed), over)
    if (
        _YAML.search(text, begin, stop)
        or "duration_ms" in text[begin:stop]
        or "# Subtest" in text[begin:stop]
    ):
        return None
    results = list(_RESULT.finditer(text, begin, stop))
    failed = sum(found.group(1) == "not ok" and not _DIRECTIVE.search(found.group(2)) for found in results)
    if not results:
        return None
    return Sighting(stop if over else results[-1].end(), counted(len(results), "test", failed), over)


def report(text: str) -> Report | None:
    """The totals in the comments at the end, else the results up to a plan, with the first failure."""
    begin, found = last_run(_TOTALS, text)
    if found is None:
        return _by_plan(text)
    total = {word: int(number) for word, number in _TOTAL.findall(found.group())}
    failed = total.get("fail", 0) + total.get("cancelled", 0)
    passed, skipped = total.get("pass", 0), total.get("skipped", 0)
    tool = "node --test" if "duration_ms" in found.group() else "tap"
    headline = verdict_line(passed, failed, skipped=skipped) or "no tests ran"
    error = (_explain(text[begin : found.start()]) or headline) if failed else None
    return Report(found.end(), Outcome(tool, headline, error, passed, failed, skipped), failed > 0)


def _by_plan(text: str) -> Report | None:
    plan = _PLAN.search(text)
    results = list(_RESULT.finditer(text))
    if plan is None or not results or len(results) < int(plan.group(1)):
        return None
    aside = sum(_DIRECTIVE.search(found.group(2)) is not None for found in results)
    failed = sum(found.group(1) == "not ok" and not _DIRECTIVE.search(found.group(2)) for found in results)
    passed = len(results) - failed - aside
    headline = verdict_line(passed, failed, skipped=aside)
    error = (_explain(text) or headline) if failed else None
    outcome = Outcome("tap", headline, error, passed, failed, aside)
    return Report(max(plan.end(), results[-1].end()), outcome, failed > 0)


def _explain(section: str) -> str | None:
    first = None
    for found in _FAILURE.finditer(section):
        reason = _reason(found.group(3))
        if not _EMPTY.match(reason):
            return because(near_end(found.group(2)), reason)
        first = first or found.group(2)
    # A file that cannot be loaded says why in comments, before its result.
    thrown = node_error(re.sub(r"^# ", "", section, flags=re.M)) if first else None
    return because(near_end(first), thrown[1] if thrown else None) if first else None


def _reason(details: str) -> str:
    """The error of a result's YAML, or the first words below it where there is none."""
    error = _YAML_ERROR.search(details)
    if error is not None:
        return assertion(error.group("block") or error.group("line") or "")
    return "" if "---" in details else assertion(details)


READER = Reader("tap", ("ok 1", "# tests "), progress, report)
