"""pip: collecting, downloading, installing; and the line that tells which packages conflict."""

from __future__ import annotations

import re

from app.logs.readers.base import Output, Reader, Report, Sighting, last_match, last_run, plural, shorten
from app.model.outcome import Outcome, Progress

_STEP = re.compile(
    r"^(?: *(?P<fetch>Collecting|Downloading|Processing|Building wheel for)"
    r" (?P<what>[\w.\[\]/@~=<>!,-]*[A-Za-z][\w.\[\]/@~=<>!,-]*)(?: \(.*\))?(?: from \S+)?"
    r"|Installing collected packages: (?P<list>.*))$",
    re.M,
)
_DONE = re.compile(r"^Successfully installed (.+)$|^Successfully uninstalled (.+)$", re.M)
_THERE = re.compile(r"^Requirement already satisfied: .*$", re.M)
_CONFLICT = re.compile(r"^The conflict is caused by:\n((?:    .*\n)+)", re.M)
_CAUSE = re.compile(r"^    (.+?) depends on (\S+?)((?:[<>=!~].*)?)$", re.M)
_BROKEN = re.compile(
    r"^(\S+ \S+) (?:requires|has requirement) (\S+?)([<>=!~][^,\n]*(?:,[<>=!~][^,\n]*)*)"
    r", but you have \S+ (\S+?)(?: which is incompatible)?\.$",
    re.M,
)
_IMPOSSIBLE = re.compile(r"^ERROR: ResolutionImpossible: .*$", re.M)
_NONE = re.compile(r"^ERROR: No matching distribution found for (.+)$", re.M)


def progress(output: Output) -> Sighting | None:
    """What is being fetched or installed: how much there is to come pip does not know."""
    _, done = last_run(_DONE, output.text)
    step = last_match(_STEP, output.text, done.end() if done else 0)
    if step is None:
        return None
    if step["list"] is not None:
        words = f"installing {plural(step['list'].count(',') + 1, 'package')}"
    else:
        words = f"{step['fetch'].lower()} {step['what'].rpartition('/')[2]}"
    return Sighting(step.end(), Progress(text=shorten(words, 60)))


def report(text: str) -> Report | None:
    """What was installed, or which packages cannot be installed together."""
    found = [made for made in (_conflict(text), _missing(text), _installed(text)) if made]
    return max(found, key=lambda made: made.at, default=None)


def _conflict(text: str) -> Report | None:
    """``conflict in base: alpha 1.0 wants <2, beta 1.0 wants >=2``."""
    end = last_match(_IMPOSSIBLE, text)
    causes = list(_CAUSE.finditer(found.group(1))) if end and (found := last_match(_CONFLICT, text)) else []
    if end is not None and causes:
        what = causes[0].group(2)
        wants = ", ".join(
            f"{who} wants {bound or 'any'}" for who, of, bound in (c.groups() for c in causes) if of == what
        )
        return Report(
            end.end(),
            Outcome("pip", f"conflict in {what}", shorten(f"conflict in {what}: {wants}")),
            failing=True,
        )
    broken = last_match(_BROKEN, text)
    if broken is None:
        return None
    who, what, bound, there = broken.groups()
    error = shorten(f"conflict in {what}: {who} wants {bound}, {there.rstrip('.')} is installed")
    return Report(broken.end(), Outcome("pip", f"conflict in {what}", error), failing=True)


def _missing(text: str) -> Report | None:
    found = last_match(_NONE, text)
    if found is None:
        return None
    return Report(
        found.end(), Outcome("pip", error=shorten(f"there is no {found.group(1)} to install")), failing=True
    )


def _installed(text: str) -> Report | None:
    done, there = last_match(_DONE, text), last_match(_THERE, text)
    if done is not None:
        count = len((done.group(1) or done.group(2)).split())
        word = "installed" if done.group(1) else "uninstalled"
        broken = last_match(_BROKEN, text)  # pip installs all the same, and calls that a success
        also = f", conflict in {broken.group(2)}" if broken else ""
        return Report(done.end(), Outcome("pip", f"{plural(count, 'package')} {word}{also}"), failing=False)
    return Report(there.end(), Outcome("pip", "nothing to install"), failing=False) if there else None


READER = Reader(
    "pip",
    (
        "Collecting ",
        "Processing ",
        "Installing collected",
        "Requirement already",
        "Successfully ",
        "ERROR: ",
        "has requirement ",
    ),
    progress,
    report,
)
