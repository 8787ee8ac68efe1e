"""TypeScript's compiler, plain and pretty, once and watching. Where it finds nothing it says nothing."""

from __future__ import annotations

import re

from app.logs.readers.base import Reader, Report, last_match, no_progress, plural, shorten
from app.model.outcome import Outcome

_ERROR = re.compile(r"^(\S.*?)(?:\((\d+),\d+\):|:(\d+):\d+ -) error (TS\d+): (.*)$", re.M)
_GLOBAL = re.compile(r"^error (TS\d+): (.*)$", re.M)
_FOUND = re.compile(r"^(?:.* - )?Found (\d+) errors?(?:\.| in .*)(?: Watching for file changes\.)?$", re.M)
_WATCHING = re.compile(r"^.* - (?:Starting compilation in watch mode|File change detected\.).*$", re.M)


def report(text: str) -> Report | None:
    """The errors of the newest compilation: counted by the tool where it does, else line by line."""
    newest = last_match(_WATCHING, text)
    begin = newest.end() if newest else 0
    errors = list(_ERROR.finditer(text, begin))
    found = last_match(_FOUND, text, begin) if errors or newest else None
    if found is not None and found.group(1) == "0":
        return Report(found.end(), Outcome("tsc", "no type errors", errors=0), failing=False)
    if not errors:
        return _unplaced(text, begin)
    count = int(found.group(1)) if found else len(errors)
    first, end = errors[0], max(errors[-1].end(), found.end() if found else 0)
    place = f"{first.group(1)}:{first.group(2) or first.group(3)}"
    files = len({error.group(1) for error in errors})
    headline = f"{plural(count, 'error')} in {plural(files, 'file')}"
    error = shorten(f"{first.group(5)} [{first.group(4)}] ({place})")
    return Report(end, Outcome("tsc", headline, error, errors=count), failing=True)


def _unplaced(text: str, begin: int) -> Report | None:
    """An error of the project itself, such as a bad tsconfig.json."""
    found = last_match(_GLOBAL, text, begin)
    if found is None:
        return None
    error = shorten(f"{found.group(2)} [{found.group(1)}]")
    return Report(found.end(), Outcome("tsc", error=error), failing=True)


READER = Reader("tsc", ("error TS", " errors. Watching", "compilation in watch mode"), no_progress, report)
