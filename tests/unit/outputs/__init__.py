"""What real tools printed, word for word but for the machine's paths; and how to read it in a test."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
ALL = tuple(sorted(str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.glob("*/*.txt")))
"""Every output, as ``pytest/failed``."""


def output(name: str) -> str:
    """The output of that name."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
