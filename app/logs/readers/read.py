"""The two questions asked of an output, put to the readers of all tools; the last to speak is believed."""

from __future__ import annotations

import re
import signal as signals
from dataclasses import replace

from app.logs.readers import (
    bars,
    cargo,
    ctest,
    docker,
    dotnet,
    eslint,
    generic,
    go,
    gradle,
    jest,
    maven,
    mocha,
    mypy,
    ninja,
    node,
    nox,
    npm,
    phpunit,
    pip,
    pytest,
    rspec,
    ruff,
    swift,
    tap,
    tox,
    tsc,
    unittest,
    vitest,
)
from app.logs.readers.base import Output, Reader, Report, Sighting, no_progress, shorten
from app.logs.readers.errors import any_error, last_said, strong_error
from app.model.outcome import Outcome, Progress

READERS: tuple[Reader, ...] = (
    pytest.READER,
    unittest.READER,
    node.READER,
    tap.READER,
    jest.READER,
    vitest.READER,
    mocha.READER,
    cargo.READER,
    go.READER,
    eslint.READER,
    ruff.READER,
    mypy.READER,
    tsc.READER,
    gradle.READER,
    maven.READER,
    rspec.READER,
    phpunit.READER,
    dotnet.READER,
    swift.READER,
    ctest.READER,
    ninja.READER,
    docker.READER,
    pip.READER,
    npm.READER,
    bars.READER,
    tox.READER,
    nox.READER,
)
"""Every tool that is understood; any other program's output goes to the generic reader."""

_COUNTING = tuple(reader for reader in READERS if reader.progress is not no_progress)
"""Those that can say anything before the end: looking for the marks of the others costs time too."""

WRAPPERS = ("tox", "nox")
"""Tools that run others: what is at work in them names the phase of whatever it counts."""

_STAMP = re.compile(r"^\[\d\d:\d\d:\d\d\] ", re.M)
_NEAR = 2000
"""Characters that may follow a tool's report for it to count as the last thing that happened."""


def read_progress(tail: str, *, cut: bool = False) -> Progress | None:
    """How far the run has come, or None where its output does not tell.

    ``tail`` is the newest part of the log; ``cut`` says that older output is missing from it, and then only
    numbers that the tool printed itself are used, since lines can no longer be counted.
    """
    output = Output(_plain(tail), cut)
    sightings = [
        (found, reader.tool)
        for reader in _COUNTING
        if reader.concerns(output.text) and (found := reader.progress(output))
    ]
    newest, tool = max(sightings, key=lambda seen: seen[0].at, default=(None, ""))
    if newest is None or newest.over:
        newest = _behind(output, newest)
    if newest is None:
        return None
    around = next((seen for seen, of in sightings if of in WRAPPERS and of != tool), None)
    return _within(newest.progress, around)


def _within(progress: Progress, around: Sighting | None) -> Progress:
    """Progress with the part of the whole that it counts: the environment of tox, the session of Nox."""
    if around is None or around.over or around.progress.phase is None:
        return progress
    return replace(progress, phase=around.progress.phase)


def _behind(output: Output, newest: Sighting | None) -> Sighting | None:
    """What an unknown program counts: alone, or after a tool has come to its end."""
    after = newest.at if newest else 0
    return generic.progress(Output(output.text[after:], output.cut)) or newest


def read_outcome(head: str, tail: str, exit_code: int | None, signal: int | None) -> Outcome:
    """What the run came to. ``head`` and ``tail`` are the oldest and newest part of the log and may overlap.

    ``error`` is None when ``exit_code`` is 0, and otherwise the one line that explains the end. A tool's
    report of success is no headline for a run that failed.
    """
    text = _plain(_joined(head, tail))
    reports = [made for reader in READERS if reader.concerns(text) and (made := reader.report(text))]
    reports.sort(key=lambda made: made.at)
    last = reports[-1] if reports else None
    if exit_code == 0:
        return replace(last.outcome, error=None) if last else Outcome()
    if signal is not None:
        return _killed(text, last, signal)
    if exit_code is None:
        return last.outcome if last else Outcome()
    return _failed(text, reports, exit_code)


def _killed(text: str, last: Report | None, signal: int) -> Outcome:
    by = f"killed by {_signal_name(signal)}"
    if last is None:
        return Outcome(error=by)
    if last.failing and last.outcome.error and len(text) - last.at <= _NEAR:
        return last.outcome
    headline = last.outcome.headline
    return replace(last.outcome, headline=f"{by} after {headline}" if headline else None, error=by)


def _failed(text: str, reports: list[Report], exit_code: int) -> Outcome:
    last = reports[-1] if reports else None
    if last is None:
        return Outcome(error=any_error(text) or _exit(exit_code))
    if last.failing and last.wraps:
        return _unwrapped(last.outcome, reports[:-1])
    if last.failing:
        return last.outcome if last.outcome.error else replace(last.outcome, error=any_error(text))
    rest = text[last.at :]
    said = strong_error(rest)
    earlier = None if said else _unresolved(reports)
    if earlier is not None:
        return earlier.outcome
    headline = f"exit {exit_code} after {last.outcome.headline}" if last.outcome.headline else None
    return replace(last.outcome, headline=headline, error=said or last_said(rest) or _exit(exit_code))


def _unwrapped(outcome: Outcome, inner: list[Report]) -> Outcome:
    """The account of a tool that runs others, with the reason of the one in it that failed."""
    cause = _unresolved(inner)
    if cause is None or not cause.outcome.error or not outcome.error:
        return outcome
    where = outcome.error.rpartition(": exit ")[0]
    return replace(outcome, error=shorten(f"{where}: {cause.outcome.error}"))


def _unresolved(reports: list[Report]) -> Report | None:
    """The newest report of a failure; each tool has given only its last, so none has been made good since."""
    return next((made for made in reversed(reports) if made.failing), None)


def _exit(code: int) -> str:
    """A bare exit code in words: a shell gives 128 + n for a command that was killed by signal n."""
    if code > 128 and (name := _signal_name(code - 128)).startswith("SIG"):
        return f"exit {code}: killed by {name}"
    return f"exit {code}"


def _signal_name(number: int) -> str:
    try:
        return signals.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _joined(head: str, tail: str) -> str:
    """Head and tail as one text, with what stands in both only once."""
    if not head or tail.startswith(head):
        return tail
    if head.endswith(tail):
        return head
    probe = head[-256:]
    at = tail.find(probe)
    if at >= 0 and head.endswith(tail[: at + len(probe)]):
        return head + tail[at + len(probe) :]
    return f"{head}\n{tail}"


def _plain(text: str) -> str:
    """Line ends as ``\\n``, and no times in front of lines as our own worker writes them."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _STAMP.sub("", text) if "] " in text else text
