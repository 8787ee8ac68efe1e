"""Progress of any other program: ``47/89``, ``45%``, bars; and not dates, sizes, versions or addresses."""

from __future__ import annotations

import re

from app.logs.readers.base import Output, Sighting, last_match
from app.model.outcome import Progress

_WINDOW = 8192
"""Bytes at the end that are looked at: what was said before is no longer how far it is."""

_LONGEST = 500
"""Characters at the end of a line that are looked at."""

_PAIR = re.compile(
    r"(?<![\w./:,#$€£%+-])(\d{1,7})(?: ?/ ?| (?:out )?of )(\d{1,7})(?![\w/:%+]|[.,-]\d| ?/|-\d)"
)
_PERCENT = re.compile(r"(?<![\w./:,$€£+-])(\d{1,3})(?:\.\d+)? ?%(?!\w)")
_BAR = re.compile(
    r"(?<![\w./:,+-])(\d{1,3})%\s*\|[^|\n]*\|\s*([\d.]+)([kMGTP]?)/([\d.]+)([kMGTP]?)(?=[\s,\[]|$)"
)
_NOUNS = (
    r"(?:tests?|files?|items?|pages?|chunks?|epochs?|batch(?:es)?|tasks?|parts?|rows?|records?|jobs?|stages?"
    r"|packages?|modules?|objects?|steps?|images?|suites?|targets?)"
)
_COUNTING = re.compile(rf"(?:\bprogress|\b{_NOUNS}|\b[a-z]+ing|\b[a-z]+ed)\b[ :=#(\[]*$", re.I)
_COUNTED = re.compile(
    rf"[)\]]* *(?:\w+ )?(?:{_NOUNS}|done|completed?|passed|processed|finished|ready|downloaded|uploaded"
    r"|converted|checked)\b",
    re.I,
)
_OTHER_PERCENT = re.compile(
    r"cover|cpu|mem\b|memory|disk|usage|\bused\b|using|\bhit\b|cache|loss|accura|battery|faster|slower|increas"
    r"|decreas|reduc|sav(?:ed|ing)|confiden|humid|branch|statement|stmts|threshold|discount|\bfull\b|smaller"
    r"|larger|ratio|\brate\b|similar|match|score|of (?:the|all|total)|less|more|\bidle\b|\bload\b|change"
    r"|margin|tax|vat\b|fee|interest|tolerance",
    re.I,
)
_TABLE = re.compile(r"TOTAL\b|.*\d +\d+ +\d+ *%")
_STAMP = re.compile(r"\s*\[[\d:. ]+\]")


def progress(output: Output) -> Sighting | None:
    """The newest line that counts something, as far as the last few kilobytes tell."""
    start = max(0, len(output.text) - _WINDOW)
    lines = output.text[start:].split("\n")
    seen = _totals(lines)
    at = len(output.text)
    for line in reversed(lines):
        found = _of_line(line, seen)
        if found is not None:
            return Sighting(at, found)
        at -= len(line) + 1
    return None


def _totals(lines: list[str]) -> dict[int, int]:
    """The smallest number seen with each total: a pair whose number moves towards its total is a count."""
    least: dict[int, int] = {}
    for line in lines:
        for found in _PAIR.finditer(line):
            done, total = int(found.group(1)), int(found.group(2))
            least[total] = min(done, least.get(total, done))
    return least


def _of_line(line: str, seen: dict[int, int]) -> Progress | None:
    line = line[-_LONGEST:]
    bar = _BAR.search(line)
    if bar is not None:
        return _of_bar(bar)
    for found in reversed(list(_PAIR.finditer(line))):
        done, total = int(found.group(1)), int(found.group(2))
        if done <= total and total > 1 and (_is_count(line, found) or seen.get(total, done) < done):
            return Progress(done, total)
    return _of_percent(line)


def _of_bar(bar: re.Match[str]) -> Progress | None:
    percent, done, total = int(bar.group(1)), bar.group(2), bar.group(4)
    if percent > 100:
        return None
    plain = done.isdigit() and total.isdigit() and not bar.group(3) and not bar.group(5) and len(total) < 16
    if plain and int(total) > 0 and int(done) <= int(total):
        return Progress(int(done), int(total), percent)
    return Progress(percent=percent)


def _is_count(line: str, pair: re.Match[str]) -> bool:
    """Whether the words or brackets around a pair say that it counts."""
    before, after = line[: pair.start()], line[pair.end() :]
    bracketed = before[-1:] in ("[", "(") and after[:1] in ("]", ")", " ")
    leading = not _STAMP.sub("", before, count=1).strip("[( ") and (bracketed or not after.strip(" .…"))
    return bool(bracketed or leading or _COUNTING.search(before[-40:]) or _COUNTED.match(after))


def _of_percent(line: str) -> Progress | None:
    found = last_match(_PERCENT, line)
    if found is None or int(found.group(1)) > 100 or len(_PERCENT.findall(line)) > 1:
        return None
    if line.count("|") > 2 or _OTHER_PERCENT.search(line) or _TABLE.match(line):
        return None
    return Progress(percent=int(found.group(1)))
