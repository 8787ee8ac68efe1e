"""From paths as they were typed to files and folders that are really there."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from app.agents.worker.jobs import UnableError

_WILD = frozenset("*?[")


def resolve(folder: Path, typed: Iterable[str], base: Path) -> tuple[str, ...]:
    """The places relative to ``base``; patterns such as ``src/*.js`` are expanded.

    What stands behind ``::``, as in ``tests/test_pay.py::test_total``, is kept. Raises UnableError for what
    does not exist.
    """
    return tuple(
        os.path.relpath(path, base) + ("/" if place.endswith("/") else "") + colons + inner
        for text in typed
        for place, colons, inner in [text.partition("::")]
        for path in _existing(folder, place)
    )


def _existing(folder: Path, place: str) -> list[Path]:
    path = folder / os.path.expanduser(place)  # noqa: PTH111 - it never raises
    if path.exists():
        return [path]
    wild = bool(_WILD.intersection(place)) and not Path(place).is_absolute()
    found = sorted(folder.glob(place)) if wild else []
    if not found:
        raise UnableError(f'There is no file or folder "{place}" in {folder}.')
    return found
