"""The definitions in a project's and the user's folders, read: one candidate for each file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.agents.catalog.found import Found
from app.agents.catalog.places import (
    MOST_FILES,
    PLACES,
    Place,
    files_in,
    project_folders,
    stem,
    user_folders,
)
from app.agents.catalog.reading import Broken, read_bytes, text_of
from app.model.agent import Origin

MOST_REMEMBERED = 256
"""How many definitions stay in memory, so that nothing is parsed twice while somebody types."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that defines an agent: what it says, or the ``problem`` with it in one line that names it.

    ``name`` is that of the file, for one that could not be read. ``data`` are its bytes.
    """

    path: Path
    client: str
    origin: Origin
    name: str
    found: Found | None = None
    data: bytes = b""
    problem: str = ""


def definitions_in(folder: Path | None) -> Iterator[Candidate]:
    """Every definition for work in a folder, the project's before the user's, nearer ones before others."""
    seen: set[Path] = set()
    if folder is not None:
        for place in PLACES:
            for agents, inside in project_folders(place, folder):
                yield from _candidates(agents, place, Origin.PROJECT, inside, seen)
    for place in PLACES:
        for agents in user_folders(place):
            yield from _candidates(agents, place, Origin.USER, None, seen)


def _candidates(
    agents: Path, place: Place, origin: Origin, inside: Path | None, seen: set[Path]
) -> Iterator[Candidate]:
    if agents in seen:
        return
    seen.add(agents)
    files, more = files_in(agents, place)
    for path in files:
        yield _candidate(path, place, origin, inside)
    if more:
        problem = f"{agents}: only the first {MOST_FILES} definitions are read; {more} are left out"
        yield Candidate(agents, place.client, origin, "", problem=problem)


def _candidate(path: Path, place: Place, origin: Origin, inside: Path | None) -> Candidate:
    name = stem(path.name, place)
    try:
        found, data = _read(path, place, inside)
    except Broken as broken:
        return Candidate(path, place.client, origin, name, problem=broken.at(path))
    return Candidate(path, place.client, origin, name, found, data)


_remembered: dict[tuple[object, ...], tuple[Found, bytes]] = {}


def _read(path: Path, place: Place, inside: Path | None) -> tuple[Found, bytes]:
    key = _state(path, inside)
    if key not in _remembered:
        data = read_bytes(path, inside)
        found = _parsed(text_of(data), stem(path.name, place), path.suffix.lower(), place.client)
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        _remembered[key] = found, data
    return _remembered[key]


def _state(path: Path, inside: Path | None) -> tuple[object, ...]:
    """What changes when a file does, or when a link leads elsewhere."""
    try:
        info = path.stat()
    except (OSError, ValueError):
        return (path, inside)
    real = os.path.realpath(path)
    return (path, inside, real, info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)


def _parsed(document: str, name: str, suffix: str, client: str) -> Found:
    if suffix == ".json":
        from app.agents.catalog.kiro import read_json

        return read_json(document, name)
    from app.agents.catalog.markdown import read_markdown

    return read_markdown(document, name, client)
