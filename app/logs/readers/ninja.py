"""Ninja, and whatever it builds: the compiler's own error is what explains a failure."""

from __future__ import annotations

import re

from app.logs.readers.base import Output, Reader, Report, Sighting, last_match, shorten
from app.model.outcome import Outcome, Progress

_STEP = re.compile(r"^\[(\d+)/(\d+)\] \S.*$", re.M)
_STOPPED = re.compile(r"^ninja: (?:build stopped: .*|error: (.*))$", re.M)
_NOTHING = re.compile(r"^ninja: no work to do\.$", re.M)
_FAILED = re.compile(r"^FAILED: (?:\[code=\d+\] )?(\S+).*$", re.M)
_ERROR = re.compile(r"^(\S+?:\d+)(?::\d+)?: (?:fatal )?error: (.*)$", re.M)


def progress(output: Output) -> Sighting | None:
    """Steps done of all; the total grows while the build finds more to do."""
    step = last_match(_STEP, output.text)
    if step is None or int(step.group(1)) > int(step.group(2)) or int(step.group(2)) == 0:
        return None
    return Sighting(step.end(), Progress(int(step.group(1)), int(step.group(2)), phase="build"))


def report(text: str) -> Report | None:
    """Why it stopped, or what it built; of a build that went well it says nothing but its last step."""
    stopped, nothing, step = (last_match(pattern, text) for pattern in (_STOPPED, _NOTHING, _STEP))
    if stopped is not None:
        failed = _FAILED.search(text)
        cause = _ERROR.search(text, failed.end() if failed else 0)
        named = f"{cause.group(2)} ({cause.group(1)})" if cause else None
        plain = stopped.group(1) or (f"{failed.group(1)} could not be built" if failed else "build stopped")
        outcome = Outcome("ninja", "build failed", shorten(named or plain))
        return Report(stopped.end(), outcome, failing=True)
    if nothing is not None:
        return Report(nothing.end(), Outcome("ninja", "nothing to build"), failing=False)
    if step is not None and step.group(1) == step.group(2):
        return Report(step.end(), Outcome("ninja", f"built in {step.group(2)} steps"), failing=False)
    return None


READER = Reader("ninja", ("ninja: ",), progress, report)
