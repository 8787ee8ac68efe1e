"""Nox: one session after another, each with a tool of its own in it."""

from __future__ import annotations

import re

from app.logs.readers.base import (
    Output,
    Reader,
    Report,
    Sighting,
    counted,
    last_match,
    last_run,
    listed,
    plural,
)
from app.model.outcome import Outcome, Progress

_RUNNING = re.compile(r"^nox > Running session (.+)$", re.M)
_ENDED = re.compile(
    r"^nox > Session (.+?) (?:was (successful)|(failed|aborted)|(skipped))(?: in [^.]*)?[.:].*$", re.M
)
_LIST = re.compile(r"^nox > Ran (?:multiple|\d+) sessions:\n((?:nox > \* .*(?:\n|$))+)", re.M)
_LINE = re.compile(r"^nox > \* (.+?): (success|failed|aborted|skipped)\b.*$", re.M)
_WHY = re.compile(r"^nox > Command .* failed with exit code (\d+).*$", re.M)


def progress(output: Output) -> Sighting | None:
    """The sessions that are done, and the one that is at work; how many there will be it does not say."""
    listing = last_match(_LIST, output.text)
    start = listing.end() if listing and _RUNNING.search(output.text, listing.end()) else 0
    running, ended = last_match(_RUNNING, output.text, start), list(_ENDED.finditer(output.text, start))
    if running is None:
        return None
    last = ended[-1] if ended else None
    working = running.group(1) if last is None or running.start() > last.start() else None
    at = max(found.end() for found in (running, last) if found)
    if output.cut:
        return Sighting(at, Progress(text=working, phase=working)) if working else None
    done = counted(len(ended), "session", sum(bool(found.group(3)) for found in ended))
    return Sighting(
        at,
        Progress(done.done, text=done.text if ended else None, phase=working),
        over=bool(listing and not start),
    )


def report(text: str) -> Report | None:
    """The list of sessions at the end; of a single one its own last line."""
    _, listing = last_run(_LIST, text)
    single = last_match(_ENDED, text)
    if listing is not None and (single is None or single.start() < listing.start()):
        lines = [found.groups() for found in _LINE.finditer(listing.group(1))]
        at = listing.end()
    elif single is not None:
        verdict = "success" if single.group(2) else "skipped" if single.group(4) else "failed"
        lines, at = [(single.group(1), verdict)], single.end()
    else:
        return None
    failed = [name for name, verdict in lines if verdict in ("failed", "aborted")]
    good, left = (sum(verdict == word for _, verdict in lines) for word in ("success", "skipped"))
    words = listed((len(failed), "failed"), (good, "passed"), (left, "skipped"))
    why = _WHY.search(text)
    error = f"{failed[0]}: exit {why.group(1) if why else 1}" if failed else None
    outcome = Outcome("nox", f"{plural(len(lines), 'session')}: {words}", error)
    return Report(at, outcome, failing=bool(failed), wraps=True)


READER = Reader("nox", ("nox > ",), progress, report)
