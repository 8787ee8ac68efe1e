"""The dashboard in a real terminal of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

Open = Callable[..., Terminal]


@pytest.fixture
def open_terminal(tmp_path: Path) -> Iterator[Open]:
    """Open terminals of a size; all are closed at the end."""
    opened: list[Terminal] = []

    def open_one(width: int = 160, height: int = 45, command: tuple[str, ...] = ()) -> Terminal:
        folder = tmp_path / f"terminal-{len(opened)}"
        folder.mkdir()
        opened.append(Terminal(folder, width, height, command))
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.close()
