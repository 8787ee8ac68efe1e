"""Maven: modules, goals, the tests that Surefire ran, and how the build ended."""

from __future__ import annotations

import re

from app.logs.readers.base import (
    Output,
    Reader,
    Report,
    Sighting,
    last_match,
    last_run,
    shorten,
    verdict_line,
)
from app.model.outcome import Outcome, Progress

_MODULE = re.compile(r"^\[INFO\] Building (\S+).*?(?: +\[(\d+)/(\d+)\])?$", re.M)
_GOAL = re.compile(r"^\[INFO\] --- ([\w.-]+):\S+ .* @ \S+ ---$", re.M)
_END = re.compile(r"^\[INFO\] BUILD (SUCCESS|FAILURE)$", re.M)
_COUNT = r"Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)"
_TESTS = re.compile(rf"^\[(?:INFO|ERROR|WARNING)\] {_COUNT}$", re.M)
_FAILURE = re.compile(r"^\[ERROR\]   (\S+:\d+.*)$", re.M)
_COMPILER = re.compile(r"^\[ERROR\] (\S+):\[(\d+),\d+\] (.*)$", re.M)
_GOAL_FAILED = re.compile(r"^\[ERROR\] Failed to execute goal \S+ (?:\(\S+\) )?on project (\S+): (.*)$", re.M)
_OTHER = re.compile(r"^\[ERROR\] +(?!\[Help|Re-run|To see|For more)(\S.*)$", re.M)
_HELP = re.compile(r" -> \[Help \d+\]$")


def progress(output: Output) -> Sighting | None:
    """The module at work of all, as the tool numbers them, and the goal at work."""
    _, end = last_run(_END, output.text)
    start = end.end() if end else 0
    module, goal = last_match(_MODULE, output.text, start), last_match(_GOAL, output.text, start)
    if module is None:
        return None
    at = max(found.end() for found in (module, goal) if found)
    words = (
        f"{module.group(1)} {goal.group(1)}" if goal and goal.start() > module.start() else module.group(1)
    )
    if module.group(3) is None or not 0 < int(module.group(2)) <= int(module.group(3)):
        return Sighting(at, Progress(text=words))
    return Sighting(at, Progress(int(module.group(2)), int(module.group(3)), text=words))


def report(text: str) -> Report | None:
    """How the last build ended; the tests of all its modules added up."""
    begin, end = last_run(_END, text)
    if end is None:
        return None
    failing = end.group(1) == "FAILURE"
    runs = [[int(number) for number in found.groups()] for found in _TESTS.finditer(text, begin, end.start())]
    ran, failed, errors, skipped = (
        (sum(column) for column in zip(*runs, strict=True)) if runs else (0, 0, 0, 0)
    )
    passed = ran - failed - errors - skipped
    headline = verdict_line(passed, failed, errors, skipped) or ("build failed" if failing else "built")
    at, error = _explain(text, begin, end) if failing else (end.end(), None)
    counts = (passed, failed, skipped, errors) if runs else (None,) * 4
    return Report(at, Outcome("maven", headline, error or (headline if failing else None), *counts), failing)


def _explain(text: str, begin: int, end: re.Match[str]) -> tuple[int, str | None]:
    """Where the account of a failure ends, which is behind the verdict, and its one telling line."""
    goal = _GOAL_FAILED.search(text, end.end())
    at = goal.end() if goal else end.end()
    if test := _FAILURE.search(text, begin, end.start()):
        return at, shorten(test.group(1))
    if compiler := _COMPILER.search(text, begin, at):
        return at, shorten(f"{compiler.group(3)} ({compiler.group(1)}:{compiler.group(2)})")
    if goal is not None:
        return at, shorten(f"{goal.group(1)}: {_HELP.sub('', goal.group(2))}")
    other = _OTHER.search(text, end.end())
    return (other.end(), shorten(_HELP.sub("", other.group(1)))) if other else (at, None)


READER = Reader("maven", ("[INFO] Building ", "[INFO] BUILD "), progress, report)
