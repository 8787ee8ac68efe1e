"""Where clients look for definitions of agents: their folders in a project and in the user's home."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.registry.checkout import checkout_of

MOST_FILES = 300
"""How many files of one folder are looked at; the rest is said to be left out."""


@dataclass(frozen=True, slots=True)
class Place:
    """One kind of definitions. ``project`` folders are below the project's, ``user`` ones below the home.

    ``above`` says that the client also finds what lies further up in the repository, not only in the folder
    that it works in. ``suffixes`` are endings of file names, the longest first.
    """

    client: str
    project: tuple[str, ...]
    user: tuple[str, ...]
    suffixes: tuple[str, ...]
    above: bool = True


PLACES = (
    Place("kiro-cli", (".kiro/agents",), (".kiro/agents",), (".json", ".md"), above=False),
    Place("kiro-cli", (".amazonq/cli-agents",), (".aws/amazonq/cli-agents",), (".json",), above=False),
    Place("claude", (".claude/agents",), (".claude/agents",), (".md",)),
    Place(
        "opencode",
        (".opencode/agent", ".opencode/agents"),
        (".config/opencode/agent", ".config/opencode/agents"),
        (".md",),
    ),
    Place("copilot", (".github/agents",), (".copilot/agents",), (".agent.md",)),
)
"""Every kind, in the order in which they win."""


def project_roots(folder: Path) -> tuple[Path, ...]:
    """The folder, and those above it up to the top of its git repository, nearest first.

    Outside of a repository it is the folder alone. The home is the user's, never a project.
    """
    home = Path.home()
    top = checkout_of(folder) or folder
    between = (place for place in (folder, *folder.parents) if place.is_relative_to(top))
    return tuple(place for place in between if place != home)


def project_top(folder: Path) -> Path:
    """The top of the git repository that a folder is in, or the folder itself."""
    return (project_roots(folder) or (folder,))[-1]


def project_folders(place: Place, folder: Path) -> Iterator[tuple[Path, Path]]:
    """The folders of a project that may hold definitions, each with the one that it may not leave."""
    roots = project_roots(folder)
    for root in roots if place.above else roots[:1]:
        if root == folder or place.above:
            yield from ((root / name, roots[-1]) for name in place.project)


def user_folders(place: Place) -> Iterator[Path]:
    """The folders of the user that may hold definitions."""
    config = os.environ.get("XDG_CONFIG_HOME")
    for name in place.user:
        below = name.removeprefix(".config/")
        yield Path(config) / below if config and below != name else Path.home() / name


def files_in(folder: Path, place: Place) -> tuple[list[Path], int]:
    """The definitions in a folder by name, and how many were left out because there are too many."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if _is_definition(entry.name, place))
    except OSError:
        return [], 0
    return [folder / name for name in names[:MOST_FILES]], max(0, len(names) - MOST_FILES)


def stem(name: str, place: Place) -> str:
    """The name of a definition's file without its ending."""
    for suffix in place.suffixes:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def usurper(definition: Path, folder: Path) -> Path | None:
    """A definition of the project whose file is called as this one of the user's, which clients prefer to it.

    None where there is none, and for a definition of the project itself.
    """
    for place in PLACES:
        if definition.parent not in user_folders(place):
            continue
        for agents, _ in project_folders(place, folder):
            rival = agents / definition.name
            if rival != definition and os.path.lexists(rival):
                return rival
    return None


def counterpart(definition: Path, folder: Path) -> Path:
    """The definition as it lies in the working tree of a folder; one of the user's is always itself."""
    if any(definition.parent in user_folders(place) for place in PLACES):
        return definition
    here, there = project_top(folder), _project_of(definition)
    if here == there or there is None:
        return definition
    return here / definition.relative_to(there)


def _project_of(definition: Path) -> Path | None:
    """The top of the project that a definition belongs to."""
    for place in PLACES:
        for name in place.project:
            parts = Path(name).parts
            if definition.parent.parts[-len(parts) :] == parts:
                return project_top(Path(*definition.parent.parts[: -len(parts)]))
    return None


def _is_definition(name: str, place: Place) -> bool:
    lower = name.lower()
    return not lower.startswith(".") and lower.endswith(place.suffixes) and not lower.startswith("readme.")
