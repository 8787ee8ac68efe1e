"""Progress of any other program: ``47/89``, ``45%``, bars; and not dates, sizes, versions or addresses."""

from __future__ import annotations

import re

from app.logs.readers.base import Output, Sighting, last_match
from app.model.outcome import Progress

_WINDOW = 8192
"""Bytes at the end that are looked at: what was said before is no longer how far it is."""

_PAIR = re.compile(
    r"(?<![\w./:,#$€£%+-])(\d{1,7})(?: ?/ ?| (?:out )?of )(\d{1,7})(?![\w/:%+]|[.,-]\d| ?/|-\d)"
)
_PERCENT = re.compile(r"(?<![\w./:,$€£+-])(\d{1,3})(?:\.\d+)? ?%(?!\w)")
_BAR = re.compile(
    r"(?<![\w./:,+-])(\d{1,3})%\s*\|[^|\n]*\|\s*([\d.]+)([kMGTP]?)/([\d.]+)([kMGTP]?)(?=[\s,\[]|$)"
)
_COUNTING = re.compile(
    r"(?:[Pp]rogress|[Ss]tep|STEP|[Tt]ests?|[Ff]iles?|[Ii]tems?|[Pp]ages?|[Cc]hunks?|[Ee]pochs?|[Bb]atch|[Tt]asks?"
    r"|[Pp]arts?|[Rr]ows?|[Rr]ecords?|[Jj]obs?|[Ss]tages?|[Pp]ackages?|[Mm]odules?|[Oo]bjects?|[A-Za-z]+ing|[A-Z]?[a-z]+ed)"
    r"\b[ :=#(\[]*$"
)
_COUNTED = re.compile(
    r"^\)?\]? *(?:\w+ )?(?:tests?|files?|items?|pages?|chunks?|steps?|tasks?|rows?|records?|jobs?|packages?|modules?"
    r"|objects?|done|complete|completed|passed|processed|finished|ready|downloaded|uploaded|converted|checked)\b"
)
_OTHER_PERCENT = re.compile(
    r"cover|cpu|mem\b|memory|disk|usage|\bused\b|using|\bhit\b|cache|loss|accura|battery|faster|slower|increas|decreas"
    r"|reduc|sav(?:ed|ing)|confiden|humid|branch|statement|stmts|threshold|discount|\bfull\b|smaller|larger|ratio|\brate\b"
    r"|similar|match|score|of (?:the|all|total)|less|more|\bidle\b|\bload\b|change|margin|tax|vat\b|fee|interest|tolerance",
    re.I,
)


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
    """For each total that is counted towards, the smallest number seen before it: a pair that moves is a count."""
    least: dict[int, int] = {}
    for line in lines:
        for found in _PAIR.finditer(line):
            done, total = int(found.group(1)), int(found.group(2))
            least[total] = min(done, least.get(total, done))
    return least


def _of_line(line: str, seen: dict[int, int]) -> Progress | None:
    line = line[-2000:]
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
    leading = not re.sub(r"^\s*\[[\d:. ]+\]", "", before).strip("[( ") and (
        bracketed or not after.strip(" .…")
    )
    return bool(bracketed or leading or _COUNTING.search(before) or _COUNTED.match(after))


def _of_percent(line: str) -> Progress | None:
    found = last_match(_PERCENT, line)
    if found is None or int(found.group(1)) > 100 or len(_PERCENT.findall(line)) > 1:
        return None
    if line.count("|") > 2 or _OTHER_PERCENT.search(line) or re.match(r"^TOTAL\b|.*\d +\d+ +\d+ *%", line):
        return None
    return Progress(percent=int(found.group(1)))
