"""RSpec, as its progress and documentation formatters print."""

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
from app.model.outcome import Outcome

_BEGIN = re.compile(r"^(?:Randomized with seed \d+|Run options: .*)$", re.M)
_END = re.compile(
    r"^(\d+) examples?, (\d+) failures?(?:, (\d+) pending)?"
    r"(?:, (\d+) errors? occurred outside of examples)?$",
    re.M,
)
_DOTS = re.compile(r"^[.F*]+$", re.M)
_FAILURE = re.compile(r"^  1\) (.*)\n", re.M)
_SAID = re.compile(r"^     Failure/Error: (.*)\n((?:.*\n)*?)(?=     # |\n  \d+\) |\nFinished in )", re.M)
_RERUN = re.compile(r"^rspec \S+(?: # .*)?$", re.M)


def progress(output: Output) -> Sighting | None:
    """Examples done, one letter each; how many there will be it does not say."""
    begin = last_match(_BEGIN, output.text)
    if begin is None or output.cut or _END.search(output.text, begin.end()):
        return None
    stop = output.text.find("\nFailures:\n", begin.end())
    lines = list(_DOTS.finditer(output.text, begin.end(), stop if stop >= 0 else len(output.text)))
    letters = "".join(line.group() for line in lines)
    return (
        Sighting(lines[-1].end(), counted(len(letters), "example", letters.count("F"))) if letters else None
    )


def report(text: str) -> Report | None:
    """The last count, with the first failure of that run."""
    begin, end = last_run(_END, text)
    if end is None:
        return None
    ran, failed, pending, errors = (int(number or 0) for number in end.groups())
    headline = verdict_line(ran - failed - pending, failed, errors, pending) or "no examples ran"
    failing = bool(failed or errors)
    at = end.end()
    for rerun in _RERUN.finditer(text, at):
        at = rerun.end()
    error = (_explain(text[begin : end.start()]) or headline) if failing else None
    return Report(
        at, Outcome("rspec", headline, error, ran - failed - pending, failed, pending, errors), failing
    )


def _explain(region: str) -> str | None:
    failure = _FAILURE.search(region)
    said = _SAID.search(region, failure.end()) if failure else None
    if failure is None or said is None:
        return None
    lines = [line.strip() for line in said.group(2).split("\n") if line.strip()]
    return because(failure.group(1), ", ".join(lines[:2]) or said.group(1))


READER = Reader("rspec", (" example", "Randomized with seed ", "Run options: "), progress, report)
