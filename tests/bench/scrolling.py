"""A difference of 50,000 lines on the screen: what a key costs from the press to the painted frame."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from textual.pilot import Pilot

from app.dashboard.changes.colouring import Colours
from app.dashboard.changes.diffpane import DiffPane
from app.dashboard.changes.difftable import DiffTable
from app.model.changes import ChangedFile, Kind
from app.workspace.difftext import DiffText
from tests.bench.world import Figure
from tests.dashboard.screens import Host
from tests.workspace.repositories import Repo

LINES = 50_000
KEYS = 60


def scrolling() -> Iterator[Figure]:
    """Pages and ends of a long difference with syntax colours, in one column and side by side."""
    with tempfile.TemporaryDirectory(prefix="delegate-bench-") as folder:
        repo = Repo.make(Path(folder) / "shop")
        start, end = _grown(repo)
        for width, shape in ((100, "one column"), (160, "side by side")):
            with DiffText(repo.facts().git, start, end, ChangedFile("big.py", Kind.MODIFIED)) as text:
                table = DiffTable.of(text, Colours("big.py"), "big.py", "big.py")
                pages, ends, nothing = asyncio.run(_pressed(table, width))
            peer = "a key that does nothing", statistics.median(nothing)
            yield Figure(f"a page of {len(text):,} lines, {shape}", statistics.median(pages), "ms", *peer)
            yield Figure(f"the slowest of {KEYS}", max(pages), "ms", *peer)
            yield Figure("to the end and back, slowest", max(ends), "ms", *peer)


def _grown(repo: Repo) -> tuple[str, str]:
    """Two commits between which half of a long file changes."""
    lines = [f"def number_{number}(a, b='text'):  # a comment\n" for number in range(LINES * 2 // 3)]
    repo.write("big.py", "".join(lines))
    start = repo.commit("Before")
    repo.write("big.py", "".join(line if index % 2 else line.upper() for index, line in enumerate(lines)))
    return start, repo.commit("After")


async def _pressed(table: DiffTable, width: int) -> tuple[list[float], list[float], list[float]]:
    pane = DiffPane()
    app = Host(pane)
    async with app.run_test(size=(width, 45)) as pilot:
        await pilot.pause()
        pane.show(table)
        await pilot.pause()
        pages = [await _press(pilot, "pagedown") for _ in range(KEYS)]
        nothing = [await _press(pilot, "f12") for _ in range(KEYS)]
        ends = [await _press(pilot, key) for key in ("G", "g") * 10]
    return pages, ends, nothing


async def _press(pilot: Pilot[None], key: str) -> float:
    begin = time.perf_counter()
    await pilot.press(key)
    return (time.perf_counter() - begin) * 1000
