"""Which tasks may write in the same checkout at the same time, and which have touched the same file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a task works in place. ``place`` is the top of its checkout, or its folder where there is none.

    Both are real paths, free of links. A task with a worktree of its own has that as its place. ``writes`` is
    False for a task that only reads.
    """

    number: int
    place: str
    repository: bool = True
    writes: bool = True


@dataclass(frozen=True, slots=True)
class Touched:
    """The paths that a running task has changed by now, relative to the top of its checkout.

    ``repository`` is what all checkouts of one repository share, so that worktrees can be compared.
    """

    repository: str
    paths: frozenset[str]


def holder(wanting: Claim, running: Iterable[Claim]) -> Claim | None:
    """The running task that has to end before another may start; None where nothing is in the way.

    One task at a time writes in a place; those that only read neither wait nor keep anybody waiting.
    """
    if not wanting.writes:
        return None
    return next((claim for claim in running if claim.writes and _same_place(wanting, claim)), None)


def busy(wanting: Claim, running: Iterable[Claim]) -> str | None:
    """Why a task waits, in the words on its row: ``folder busy with #9``."""
    claim = holder(wanting, running)
    return None if claim is None else f"folder busy with #{claim.number}"


def collisions(touched: Mapping[int, Touched]) -> Mapping[int, tuple[int, ...]]:
    """For each task the others that have touched a file which it has touched too; the rest is left out."""
    by_file: dict[tuple[str, str], list[int]] = {}
    for number, what in touched.items():
        for path in what.paths:
            by_file.setdefault((what.repository, path), []).append(number)
    found: dict[int, set[int]] = {}
    for numbers in by_file.values():
        if len(numbers) > 1:
            for number in numbers:
                found.setdefault(number, set()).update(other for other in numbers if other != number)
    return {number: tuple(sorted(others)) for number, others in sorted(found.items())}


def _same_place(one: Claim, other: Claim) -> bool:
    """Whether two tasks would write over each other. A repository inside a folder is a place of its own."""
    if one.place == other.place:
        return True
    inner, outer = (one, other) if len(one.place) > len(other.place) else (other, one)
    return not inner.repository and inner.place.startswith(f"{outer.place.rstrip('/')}/")
