"""npm: what an installation changed, which packages conflict, and how many vulnerabilities an audit found."""

from __future__ import annotations

import re

from app.logs.readers.base import Reader, Report, last_match, no_progress, shorten
from app.model.outcome import Outcome

_CHANGED = re.compile(
    r"^(?:added (\d+) packages?)?(?:,? ?(?:and )?removed (\d+) packages?)?"
    r"(?:,? ?(?:and )?changed (\d+) packages?)?"
    r"(?:, and audited \d+ packages?)? in [\d.]+(?:ms|s|m)$",
    re.M,
)
_UP_TO_DATE = re.compile(r"^up to date(?:, audited \d+ packages?)? in [\d.]+(?:ms|s|m)$", re.M)
_FOUND = re.compile(
    r"^(?:found )?(\d+) (?:(low|moderate|high|critical) severity )?vulnerabilit(?:y|ies)(?: \((.*)\))?$", re.M
)
_FAILED = re.compile(r"^npm (?:ERR!|error) (?:code )?ERESOLVE\b.*$", re.M)
_THERE = re.compile(r"^npm (?:ERR!|error) Found: (\S+)@(\S+)$", re.M)
_WANTED = re.compile(
    r"^npm (?:ERR!|error) (?:peer(?:Optional)?|dev|optional)? ?(\S+)@\"([^\"]+)\""
    r" from (?:the root project|(\S+))$",
    re.M,
)
_LAST = re.compile(r"^npm (?:ERR!|error) .*$", re.M)
_RESOLVE = re.compile(r"^npm (?:ERR!|error) Could not resolve dependency:$", re.M)


def report(text: str) -> Report | None:
    """Whichever came last of a conflict, an installation and an audit."""
    found = [made for made in (_conflict(text), _installed(text), _audited(text)) if made]
    return max(found, key=lambda made: made.at, default=None)


def _conflict(text: str) -> Report | None:
    """``conflict in react: react-dom@17.0.2 wants 17.0.2, 18.3.1 is there``."""
    failed = last_match(_FAILED, text)
    there = _THERE.search(text) if failed else None
    resolve = _RESOLVE.search(text, there.end()) if there else None
    wanted = _WANTED.search(text, resolve.end()) if resolve else None
    last = last_match(_LAST, text)
    if failed is None or there is None or wanted is None or last is None:
        return None
    what, bound, who = wanted.groups()
    has = there.group(2) if there.group(1) == what else f"{there.group(1)}@{there.group(2)}"
    error = shorten(f"conflict in {what}: {who or 'the project'} wants {bound}, {has} is there")
    return Report(last.end(), Outcome("npm", f"conflict in {what}", error), failing=True)


def _installed(text: str) -> Report | None:
    changed, same = last_match(_CHANGED, text), last_match(_UP_TO_DATE, text)
    if changed is None or (same is not None and same.start() > changed.start()):
        return Report(same.end(), Outcome("npm", "nothing to install"), failing=False) if same else None
    counts = zip(changed.groups(), ("added", "removed", "changed"), strict=True)
    words = [f"{number} {word}" for number, word in counts if number]
    return Report(
        changed.end(), Outcome("npm", f"packages: {', '.join(words)}" if words else None), failing=False
    )


def _audited(text: str) -> Report | None:
    found = last_match(_FOUND, text)
    if found is None:
        return None
    count = int(found.group(1))
    kinds = found.group(3) or (f"{count} {found.group(2)}" if found.group(2) else "")
    noun = "vulnerability" if count == 1 else "vulnerabilities"
    headline = f"{count} {noun}" + (f" ({kinds})" if kinds else "") if count else "no vulnerabilities"
    return Report(
        found.end(), Outcome("npm", headline, headline if count else None, errors=count), failing=count > 0
    )


READER = Reader(
    "npm",
    (" packages in ", " package in ", " packages, ", " package, ", "up to date", "vulnerabilit", "ERESOLVE"),
    no_progress,
    report,
)
