"""Which running tasks have changed the same file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Touched:
    """The paths that a running task has changed by now, relative to the top of its checkout.

    ``repository`` is what all checkouts of one repository share, so that worktrees can be compared.
    """

    repository: str
    paths: frozenset[str]


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
