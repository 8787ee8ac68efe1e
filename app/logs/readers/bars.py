"""Progress bars of libraries: tqdm's, and those of rich, which pip draws too."""

from __future__ import annotations

import re

from app.logs.readers.base import Output, Reader, Report, Sighting
from app.model.outcome import Progress

_WINDOW = 8192
"""Characters at the end that are looked at."""

_LONGEST = 1000
"""Characters of a line that are looked at: no bar is longer."""

_TQDM = re.compile(
    r"^(?:(?P<phase>.*?): +)?(?P<percent>\d{1,3})%\|[^|]*\| +(?P<done>[\d.]+)(?P<unit>[kMGTP]?)"
    r"/(?P<total>[\d.]+)(?P<unit2>[kMGTP]?) \[[\d:?]+<.*\]?"
)
_TQDM_OPEN = re.compile(r"^(?:(?P<phase>.*?): +)?(?P<done>\d+) ?(?P<noun>[A-Za-z]*) \[[\d:]+, [^\]]*\]$")
_RICH = re.compile(
    r"^(?P<phase>.*?) *[━╸╺]{6,} +(?:(?P<percent>\d{1,3})%|(?P<done>[\d.]+) ?/ ?(?P<total>[\d.]+))(?: |$)"
)


def progress(output: Output) -> Sighting | None:
    """The newest line that is a bar."""
    start = max(0, len(output.text) - _WINDOW)
    end = len(output.text)
    for line in reversed(output.text[start:].split("\n")):
        if len(line) <= _LONGEST and (found := _of_line(line.strip())):
            return Sighting(end, found, over=found.fraction == 1)
        end -= len(line) + 1
    return None


def _of_line(line: str) -> Progress | None:
    if found := _TQDM.match(line):
        return _of_bar(found, exact=not (found["unit"] or found["unit2"]))
    if found := _RICH.match(line):
        return _of_bar(found, exact=True)
    if found := _TQDM_OPEN.match(line):
        done, noun = int(found["done"][:15]), found["noun"] or "it"
        return Progress(done, text=f"{done} {noun}", phase=_name(found["phase"]))
    return None


def _of_bar(found: re.Match[str], *, exact: bool) -> Progress | None:
    """Counts where they are whole numbers of things, else the percentage; sizes in kB are no counts."""
    phase, done, total = _name(found["phase"]), found["done"], found["total"]
    percent = int(found["percent"]) if found["percent"] else None
    if percent is not None and percent > 100:
        return None
    if done and total and exact and done.isdecimal() and total.isdecimal() and len(total) < 16:
        return Progress(int(done), int(total), percent, phase=phase) if int(done) <= int(total) != 0 else None
    if percent is None and done and total:
        percent = _share(done, total)
    return None if percent is None else Progress(percent=percent, phase=phase)


def _share(done: str, total: str) -> int | None:
    try:
        part, whole = float(done), float(total)
    except ValueError:
        return None
    return int(100 * part / whole) if 0 <= part <= whole and whole > 0 else None


def _name(phase: str | None) -> str | None:
    words = " ".join((phase or "").split())
    return words[:60] or None


def no_report(text: str) -> Report | None:
    """A bar reports no end."""
    del text
    return None


READER = Reader("bar", ("%|", "━━", "/s]", "s/it]"), progress, no_report)
