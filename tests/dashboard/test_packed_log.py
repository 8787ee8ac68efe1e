"""Logs that were compressed, damaged or dropped, as the log pane and the details show them."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.dashboard.details.details import Details
from app.dashboard.log.pane import LogPane
from app.logs.packing import pack
from app.model.status import Status
from app.registry.store import Registry
from tests.dashboard.samples import task
from tests.dashboard.screens import Host, eventually, screen_lines, screen_text


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of many lines, more than one member holds once it is compressed."""
    path = tmp_path / "a.log"
    path.write_text("".join(f"line {number} {os.urandom(20).hex()}\n" for number in range(20_000)))
    return path


async def test_a_packed_log_is_scrolled_like_any_other(log: Path) -> None:
    pack(log)
    app = Host(pane := LogPane())
    async with app.run_test(size=(60, 5)) as pilot:
        pane.show(log, live=False)
        pane.focus()
        await eventually(lambda: "line 19999 " in screen_text(app))
        await pilot.press("home")
        await eventually(lambda: screen_lines(app)[0].strip().startswith("line 0 "))
        await pilot.press("pagedown")
        await eventually(lambda: "line 5 " in screen_text(app))
        await pilot.press("end")
        await eventually(lambda: "line 19999 " in screen_text(app))


async def test_a_log_that_is_packed_while_it_is_shown_stays_in_view(log: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(60, 5)) as pilot:
        pane.show(log, live=True)
        pane.focus()
        await eventually(lambda: "line 19999 " in screen_text(app))
        pack(log)
        await pilot.press("home")
        await eventually(lambda: screen_lines(app)[0].strip().startswith("line 0 "))
        pane.show(log, live=False)
        await pilot.press("end")
        await eventually(lambda: "line 19999 " in screen_text(app))


async def test_a_damaged_packed_log_says_so_and_ends_nothing(log: Path) -> None:
    small = pack(log)
    content = bytearray(small.read_bytes())
    content[100] ^= 1
    small.write_bytes(content)
    app = Host(pane := LogPane())
    async with app.run_test(size=(80, 5)) as pilot:
        pane.show(log, live=False)
        pane.focus()
        await eventually(lambda: "line 19999 " in screen_text(app))
        await pilot.press("home")
        await eventually(lambda: "The log cannot be read: the compressed log is damaged" in screen_text(app))
        await pilot.press("pagedown", "pageup")
        assert app.is_running


async def test_a_dropped_log_is_told_of_in_both_tabs(registry: Registry) -> None:
    dropped = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    ended = task(status=Status.COMPLETE)
    assert ended.attempt is not None
    attempt = replace(ended.attempt, log_dropped=dropped)
    ended = replace(ended, state=replace(ended.state, attempts=(attempt,)))
    app = Host(details := Details(registry.home))
    async with app.run_test(size=(100, 20)):
        details.show(ended)
        await eventually(lambda: "Log dropped on 2026-11-21" in screen_text(app))
        details.select_tab("summary")
        await eventually(lambda: "Log dropped on 2026-11-21" in screen_text(app))
