"""Mocha, as its spec, dot and min reporters print; its TAP is read with node's."""

from __future__ import annotations

import re

from app.logs.readers.base import Output, Reader, Report, Sighting, because, counted, last_match, verdict_line
from app.model.outcome import Outcome

_END = re.compile(r"^  (\d+) passing(?: \(.*\))?\n(?:  (\d+) pending\n)?(?:  (\d+) failing\n)?", re.M)
_DONE = re.compile(r"^(?: {4,}(✔)(?! .*\(\d+\.\d+ms\)) | {2,}(\d+)\) | {4,}- )\S.*$", re.M)
_FAILURE = re.compile(r"^  1\) (.+(?:\n {7,}\S.*)*?):\n", re.M)
_BROKEN = re.compile(r"^ ?Exception during run: (.*)$", re.M)


def progress(output: Output) -> Sighting | None:
    """Tests done; Mocha does not say of how many."""
    end = None
    begin = 0
    for end in _END.finditer(output.text):
        if not _DONE.search(output.text, end.end()):
            break
        begin = end.end()
    phase = output.text[begin : end.start()] if end and end.start() >= begin else output.text[begin:]
    results = list(_DONE.finditer(phase))
    if output.cut or not any(found.group(1) for found in results):
        return None
    failed = sum(found.group(2) is not None for found in results)
    over = end is not None and end.start() >= begin
    return Sighting(begin + results[-1].end(), counted(len(results), "test", failed), over)


def report(text: str) -> Report | None:
    """The last totals, with the first failure below them."""
    found = last_match(_END, text)
    if found is None:
        broken = _BROKEN.search(text)
        outcome = Outcome("mocha", error=because(broken.group(1), None)) if broken else Outcome()
        return Report(broken.end(), outcome, failing=True) if broken else None
    passed, skipped, failed = (int(number or 0) for number in found.groups())
    headline = verdict_line(passed, failed, skipped=skipped) or "no tests ran"
    error = (_explain(text[found.end() :]) or headline) if failed else None
    return Report(found.end(), Outcome("mocha", headline, error, passed, failed, skipped), failed > 0)


def _explain(section: str) -> str | None:
    found = _FAILURE.search(section)
    if found is None:
        return None
    title = " › ".join(part.strip() for part in found.group(1).split("\n"))
    lines = [line.strip() for line in section[found.end() : found.end() + 4000].split("\n") if line.strip()]
    if not lines:
        return title
    reason = re.sub(r" \[[\w ]+\](?=:)", "", lines[0])
    if reason.endswith(":") and len(lines) > 1:
        reason = f"{reason} {lines[1]}"
    return because(title, reason)


READER = Reader("mocha", (" passing", "✔ ", "Exception during run: "), progress, report)
