"""From the words of a sentence that name places to paths, as typed."""

from __future__ import annotations

import re
import shlex

# "the app" may be a folder of that name; "our app" and "this package" hardly are.
_EVERYWHERE = re.compile(
    r"(?:everything|here|(?:all |all of )?(?:the |this |our |my |your |its )?(?:whole |entire |current )?"
    r"(?:project|code ?base|repo|repository|source code)"
    r"|(?:the |this |our |my |your |its )(?:whole |entire |current )?(?:code|folder|directory|files)"
    r"|(?:this |our |my |your )(?:whole |entire )?(?:app|application|package))$",
    re.I,
)
_FOLDER_WORDS = re.compile(
    r"^(?:(?:the|our|my|all|files|of|in|folder|directory|file|path)\s+)+|\s+(?:folder|directory|dir|files?|tree)$",
    re.I,
)
_BETWEEN = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+&\s+", re.I)


def named_paths(match: re.Match[str]) -> tuple[str, ...] | None:
    """The places that a sentence names, none for the whole project; None where they are not places at all."""
    groups = match.groupdict()
    place = groups.get("place") or groups.get("where")
    if not place or _EVERYWHERE.match(place):
        return ()
    paths = [_path(part) for part in _parts(place)]
    return tuple(path for path in paths if path) if all(paths) else None


def _parts(place: str) -> list[str]:
    """``src, lib and "my app"`` as its three parts; quotes keep what stands between them together."""
    quoted = re.findall(r"\"[^\"]*\"|'[^']*'|`[^`]*`", place)
    for index, part in enumerate(quoted):
        place = place.replace(part, f"\x00{index}\x00", 1)
    parts = [part for part in _BETWEEN.split(place) if part]
    return [
        re.sub(r"\x00(\d+)\x00", lambda found: shlex.quote(quoted[int(found[1])][1:-1]), part)
        for part in parts
    ]


def _path(part: str) -> str | None:
    """One place without words such as "the … folder"; None when more than one word is left."""
    words = shlex.split(_FOLDER_WORDS.sub("", part)) if part.count("'") % 2 == 0 else []
    return words[0] if len(words) == 1 and not words[0].startswith("-") else None
