"""docker build, as BuildKit's plain output and the classic builder print it."""

from __future__ import annotations

import re

from app.logs.readers.base import Output, Reader, Report, Sighting, last_match, shorten
from app.model.outcome import Outcome, Progress

_STEP = re.compile(r"^(?:#\d+ \[(?:([\w.-]+) +)?(\d+)/(\d+)\]|Step (\d+)/(\d+) :) ?(.*)$", re.M)
_BUILT = re.compile(
    r"^(?:#\d+ (?:naming to|writing image) (\S+?)(?: .*)?|Successfully (?:tagged|built) (\S+))$", re.M
)
_FAILED = re.compile(r"^(?:ERROR: failed to (?:solve|build)|error: failed to solve): (.*)$", re.M)
_CLASSIC = re.compile(r"^The command '(.*)' returned a non-zero code: (\d+)$", re.M)
_SAID = re.compile(r"^(?: > |#\d+ [\d.]+ )(.*\b(?:[Ee]rror|ERROR|not found|failed)\b.*)$", re.M)
_PROCESS = re.compile(r'process "(?:/bin/sh -c )?(.*)" did not complete successfully: exit code: (\d+)')


def progress(output: Output) -> Sighting | None:
    """The step at work of all in its stage, as the tool numbers it."""
    last = None
    for found in _STEP.finditer(output.text):
        last = found
    if last is None:
        return None
    step, total = int(last.group(2) or last.group(4)), int(last.group(3) or last.group(5))
    if not 0 < step <= total:
        return None
    return Sighting(last.end(), Progress(step, total, phase=last.group(1)))


def report(text: str) -> Report | None:
    """The image that was built, or the step that failed with what it said."""
    failed, classic, built = (last_match(pattern, text) for pattern in (_FAILED, _CLASSIC, _BUILT))
    if failed is not None:
        process = _PROCESS.search(failed.group(1))
        step = f"{process.group(1)}: exit {process.group(2)}" if process else failed.group(1)
        said = last_match(_SAID, text, 0, failed.start())
        error = shorten(f"{step} - {said.group(1).strip()}" if said and process else step)
        return Report(failed.end(), Outcome("docker build", "build failed", error), failing=True)
    if classic is not None:
        error = shorten(f"{classic.group(1).removeprefix('/bin/sh -c ')}: exit {classic.group(2)}")
        return Report(classic.end(), Outcome("docker build", "build failed", error), failing=True)
    if built is None:
        return None
    return Report(
        built.end(), Outcome("docker build", f"built {built.group(1) or built.group(2)}"), failing=False
    )


READER = Reader(
    "docker build",
    ("] RUN ", "] FROM ", "] COPY ", "Step ", "failed to solve", "Successfully ", " naming to "),
    progress,
    report,
)
