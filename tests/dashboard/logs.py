"""Logs for the tests of the pane that shows them."""

from __future__ import annotations

from pathlib import Path

import pytest


def write(path: Path, *lines: str, end: str = "\n") -> Path:
    """Append lines to a log."""
    with path.open("ab") as log:
        log.write("".join(line + end for line in lines).encode())
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of a hundred lines."""
    return write(tmp_path / "a.log", *(f"line {number}" for number in range(100)))
