"""pytest, in all its verbosities, also spread over processes by xdist."""

from __future__ import annotations

import re

from app.logs.readers.base import (
    Output,
    Reader,
    Report,
    Sighting,
    because,
    last_match,
    last_run,
    shorten,
    verdict_line,
)
from app.logs.readers.traces import exception_line
from app.model.outcome import Outcome, Progress

_ITEM = r"\d+ (?:failed|passed|skipped|deselected|xfailed|xpassed|warnings?|errors?|rerun|[a-z]+ [a-z]+)"
_SUMMARY = re.compile(
    rf"^(?:=+ )?(no tests ran|{_ITEM}(?:, {_ITEM})*)(?: in \d[\d.]*s)(?: \([\d:, a-z]+\))?(?: =+)?$", re.M
)
_COUNT = re.compile(r"(\d+) (failed|passed|skipped|warning|error)")
_SESSION = "test session starts"
_COLLECTED = re.compile(r"^(?:collecting.* )?collected (\d+) items?\b(?:.* (\d+) selected)?.*\n", re.M)
_SHARED_OUT = re.compile(r"^(?:\d+ workers? \[(\d+) items?\]|gw\d+ \[(\d+)\](?: / .*)?)\n", re.M)
_BANNER = re.compile(r"^(?:={3,} .* =+|!{3,} .* !+)$", re.M)
_MARK = r"\[ *(?:(\d{1,3})%|(\d+)/(\d+))\]"
_LETTERS = re.compile(
    # A mark may have been written half when the log was read.
    rf"^(?=[^\n])(?:[^\s:]+\.(?:pyi?|rst|md|txt|ya?ml|ipynb) )?([.FEsxXPu]*)"
    rf"(?: *{_MARK}| +(?:\[[ \d]*)?/?\d*%?|\[(?:gw?\d*.*)?)?$",
    re.M,
)
_VERBOSE = re.compile(
    rf"^\S+::.* (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b.*?(?:{_MARK})?$"
    rf"|^\[gw\d+\] {_MARK} (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS) ",
    re.M,
)
_VERBOSE_FAILURE = re.compile(
    r"^(?:\[gw\d+\] \[.*?\] (?:FAILED|ERROR) (\S+::.*?)|(\S+::.*?) (?:FAILED|ERROR)\b.*) *$", re.M
)
_SHORT = "short test summary info"
_SHORT_LINE = re.compile(r"^(?:FAILED|ERROR|SUBFAIL\S*) (.+?)(?: - (.*))?$", re.M)
_SECTION = re.compile(r"^_{2,} (.+?) _{2,}$", re.M)
_E_LINE = re.compile(r"^E   +(?! )(.*)$", re.M)
_CONFTEST = re.compile(r"^ImportError while loading conftest '(.*)'\.$", re.M)
_INTERNAL = re.compile(r"^INTERNALERROR> ([\w.]+(?:: .*)?)$", re.M)
_BANG = re.compile(r"^!{3,} (?:_pytest\S+: )?(.*?) !{3,}$", re.M)
_PLAIN_ERROR = re.compile(
    r"^(?:ERROR: (?!usage)|FAIL |ERROR )((?:file|not|Coverage|Required|found no).*)$", re.M
)


def progress(output: Output) -> Sighting | None:
    """The tests done of those collected, or the percentage alone where the number is not shown (``-q``)."""
    if not any(mark in output.text for mark in (_SESSION, "%]", "collected ")):
        return None
    run = _current_run(output.text)
    start = max(run.rfind(_SESSION), 0)
    banner = _BANNER.search(run, run.find("\n", start) + 1 if start else 0)
    phase = run[start : banner.start()] if banner else run[start:]
    total = _total(phase)
    tally = _Tally(phase, known=total is not None or start > 0)
    if not total and tally.percent is None:
        return _begun(output.text, run, start)
    done = tally.done_of(total, whole=not output.cut or start > 0) if total else None
    text = f"{tally.failed} failed" if tally.failed else None
    summary = last_match(_SUMMARY, run)
    at = summary.end() if summary else start + tally.end
    made = Progress(done, total or None, tally.percent, text)
    return Sighting(len(output.text) - len(run) + at, made, over=summary is not None)


def _begun(text: str, run: str, start: int) -> Sighting | None:
    """A session that has shown no test yet, which keeps its other figures from being taken for progress."""
    if _SESSION not in run:
        return None
    at = len(text) - len(run) + start
    summary = last_match(_SUMMARY, run)
    if summary is None:
        return Sighting(at, Progress(text="collecting tests"))
    return Sighting(len(text), Progress(text="no tests"), over=True)


def _current_run(text: str) -> str:
    """The text from the last run on: a run ends with its summary, unless nothing of another follows."""
    ends = [found.end() for found in _SUMMARY.finditer(text)]
    for end in reversed(ends):
        if _SESSION in text[end:] or _LETTERS.search(text, end):
            return text[end:]
    return text


def _total(phase: str) -> int | None:
    total = None
    for found in _COLLECTED.finditer(phase):
        total = int(found.group(2) or found.group(1))
    for found in _SHARED_OUT.finditer(phase):
        total = int(found.group(1) or found.group(2))
    return total


class _Tally:
    """The results shown one by one: how many, and the last mark (``[ 45%]``, ``[45/89]``) beside them."""

    def __init__(self, phase: str, *, known: bool) -> None:
        self.percent: int | None = None
        self.failed = 0
        self.end = 0
        self._shown = 0
        self._at_mark = 0
        self._marked_done: int | None = None
        for found in _LETTERS.finditer(phase):
            if known or self.percent is not None or found.group(2):
                letters = found.group(1)
                self._add(found, len(letters), letters.count("F") + letters.count("E"), 2)
        for found in _VERBOSE.finditer(phase):
            word = found.group(1) or found.group(8)
            self._add(found, 1, int(word in ("FAILED", "ERROR")), 2 if found.group(1) else 5)

    def _add(self, found: re.Match[str], results: int, failed: int, mark: int) -> None:
        self._shown += results
        self.failed += failed
        self.end = max(self.end, found.end())
        percent, done, total = found.group(mark, mark + 1, mark + 2)
        if percent:
            self.percent = min(100, int(percent))
            self._at_mark = self._shown
        elif done and int(total):
            self._marked_done = int(done)
            self.percent = min(100, int(done) * 100 // int(total))
            self._at_mark = self._shown

    def done_of(self, total: int, *, whole: bool) -> int:
        """Tests done: the results counted, held within what the last mark allows."""
        if self._marked_done is not None:
            return min(total, self._marked_done)
        since = self._shown - self._at_mark
        if self.percent is None:
            return min(total, since) if whole else 0
        least = -(-self.percent * total // 100)
        most = max(least, -(-(self.percent + 1) * total // 100) - 1)
        if not whole:
            return min(total, least)
        return min(total, max(least, min(self._at_mark, most)) + since)


def report(text: str) -> Report | None:
    """The last summary line with its counts, or what kept pytest from getting that far."""
    begin, found = last_run(_SUMMARY, text)
    if found is None:
        return _without_summary(text)
    counts = {word: int(number) for number, word in _COUNT.findall(found.group(1))}
    # A path that is not there is said behind the summary.
    return _counted(counts, text[begin : found.end() + 500], found)


def _counted(counts: dict[str, int], region: str, summary: re.Match[str]) -> Report:
    failed, errors = counts.get("failed", 0), counts.get("error", 0)
    passed, skipped = counts.get("passed", 0), counts.get("skipped", 0)
    nothing = not (failed or errors or passed or skipped) and "xfailed" not in summary.group()
    stopped = _stopped(region)
    headline = verdict_line(passed, failed, errors, skipped) or (
        "no tests ran" if nothing else summary.group(1)
    )
    if stopped and not (failed or errors):
        headline = f"interrupted, {headline}"
    failing = bool(failed or errors or stopped or nothing)
    error = (stopped or _explain(region) or headline) if failing else None
    if failed or errors:
        error = _explain(region) or stopped or headline
    outcome = Outcome("pytest", headline, error, passed, failed, skipped, errors, counts.get("warning"))
    return Report(summary.end(), outcome, failing)


def _stopped(region: str) -> str | None:
    """What ended the run before its time: an error in pytest or a plugin, an interruption."""
    internal = last_match(_INTERNAL, region)
    bang = _BANG.search(region)
    if internal is not None:
        return because("pytest itself", internal.group(1))
    return shorten(bang.group(1)) if bang else None


def _without_summary(text: str) -> Report | None:
    for pattern in (_CONFTEST, _INTERNAL):
        found = last_match(pattern, text)
        if found is not None:
            subject = "conftest.py" if pattern is _CONFTEST else "pytest itself"
            reason = _reason(text[found.end() :]) if pattern is _CONFTEST else found.group(1)
            return Report(len(text), Outcome("pytest", error=because(subject, reason)), failing=True)
    at = text.rfind(f"= {_SHORT} =")
    lines = _SHORT_LINE.findall(text, at) if at >= 0 else []
    if not lines:
        return None
    failed = len(re.findall(r"^FAILED ", text[at:], re.M))
    errors = len(re.findall(r"^ERROR ", text[at:], re.M))
    headline = verdict_line(None, failed, errors)
    outcome = Outcome("pytest", headline, _explain(text), failed=failed, errors=errors)
    return Report(len(text), outcome, failing=True)


def _explain(region: str) -> str | None:
    """The first line of the short summary with its reason whole, else the first failure that is told of."""
    at = region.rfind(f"= {_SHORT} =")
    found = _SHORT_LINE.search(region, at) if at >= 0 else None
    if found is not None:
        node, reason = found.group(1), found.group(2)
        return because(node, _completed(region, reason) if reason else _reason_of(region, node))
    plain = _PLAIN_ERROR.search(region)
    if plain is not None:
        return shorten(plain.group(1))
    section = _SECTION.search(region)
    if section is not None:
        return because(section.group(1), _reason(region[section.end() :]))
    verbose = _VERBOSE_FAILURE.search(region)
    return (verbose.group(1) or verbose.group(2)) if verbose else None


def _completed(region: str, reason: str) -> str:
    """A reason that pytest cut to the width of the terminal, whole again from the failure's own lines."""
    if not reason.endswith("..."):
        return reason
    begin = reason[:-3]
    lines = _E_LINE.findall(region) + region.split("\n")
    return next(
        (line for line in lines if len(line) > len(reason) and begin and line.startswith(begin)), reason
    )


def _reason_of(region: str, node: str) -> str | None:
    name = node.rpartition("::")[2] if "::" in node else node
    for section in _SECTION.finditer(region):
        if section.group(1).endswith(name):
            return _reason(region[section.end() :])
    return None


def _reason(block: str) -> str | None:
    """Why, from the ``E`` lines that follow: the line that names an exception before any other."""
    end = _SECTION.search(block)
    lines = _E_LINE.findall(block[: end.start()] if end else block)
    named = next((line for line in lines if exception_line(line)), None)
    return named or (lines[0] if lines else None)


READER = Reader(
    tool="pytest",
    marks=(
        "passed",
        "failed",
        "error",
        "no tests ran",
        "%]",
        "collected ",
        _SESSION,
        _SHORT,
        "INTERNALERROR>",
        "while loading conftest",
        "skipped",
        "deselected",
    ),
    progress=progress,
    report=report,
)
