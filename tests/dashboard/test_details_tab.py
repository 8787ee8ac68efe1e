"""The details tab on a real task: what it shows, when it looks, and when nothing moves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.dashboard.details import factspane
from app.model.status import Status
from app.registry.config import Config
from app.registry.store import Registry
from tests.dashboard.opened import NARROW, Seat, opened
from tests.support import delegate, until


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look every few moments: tests need not wait two seconds for what comes next."""
    monkeypatch.setattr(factspane, "PERIOD_S", 0.1)


async def open_details(seat: Seat) -> None:
    """Select the newest task and bring the fourth tab into view."""
    await seat.finds(lambda: seat.main.table.cursor_task)
    seat.main.focus_pane("table")
    seat.main.details.select_tab("details")
    await seat.pilot.pause()


def clock_runs(seat: Seat) -> bool:
    """Whether the pane's timer is going."""
    ticker = seat.main.details.facts_pane._ticker
    return ticker is not None and ticker._active.is_set()


async def test_it_says_why_a_running_task_is_shown_as_running(registry: Registry, config: Config) -> None:
    task = delegate(registry, "!printf 'Name: '; sleep 60", config)
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    live = registry.load(task.id).live
    assert live is not None
    assert live.child is not None
    async with opened(registry, (120, 60)) as seat:
        await open_details(seat)
        await seat.sees(f"{live.child.pid} start verified", "lock held", "looks like a question: Name:")
        await seat.sees("Why the screen thinks so", "Asked for", "Limits", "Attempts", "Processes", "sleep")
        await seat.sees("PATH", "(names only)")
        assert os.environ["PATH"] not in seat.screen


async def test_enter_goes_through_all_four_tabs(registry: Registry, config: Config) -> None:
    delegate(registry, "!sleep 60", config)
    async with opened(registry, (120, 40)) as seat:
        await seat.finds(lambda: seat.main.table.cursor_task)
        seat.main.focus_pane("table")
        await seat.press("enter")
        tabs = [seat.main.details.tab]
        for _ in range(4):
            await seat.press("enter")
            tabs.append(seat.main.details.tab)
        assert tabs == ["log", "summary", "changes", "details", "log"]
        assert seat.main.pane == "log"


@pytest.mark.usefixtures("often")
async def test_it_looks_only_while_it_is_seen_and_the_task_lives(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    delegate(registry, f"!until [ -e {go} ]; do sleep 0.05; done", config)
    async with opened(registry, (120, 40)) as seat:
        await seat.finds(lambda: seat.main.table.cursor_task and seat.main.table.cursor_task.status.live)
        assert not clock_runs(seat)
        await open_details(seat)
        await seat.sees("lock held")
        assert clock_runs(seat)
        pane = seat.main.details.facts_pane
        await seat.finds(lambda: len(pane._samples) >= 3)
        seat.main.details.select_tab("log")
        await seat.finds(lambda: not clock_runs(seat))
        seat.main.details.select_tab("details")
        await seat.finds(lambda: clock_runs(seat))
        go.touch()
        await seat.sees("exit 0")
        await seat.finds(lambda: not clock_runs(seat))
        assert "lock held" not in seat.screen


async def test_it_does_not_look_while_another_screen_is_in_front(registry: Registry, config: Config) -> None:
    delegate(registry, "!sleep 60", config)
    async with opened(registry, (120, 40)) as seat:
        await open_details(seat)
        await seat.sees("lock held")
        await seat.press("?")
        await seat.finds(lambda: not seat.main.is_active)
        pane = seat.main.details.facts_pane
        count = len(pane._samples)
        pane._look()
        await seat.pilot.pause()
        assert not pane._looking
        assert len(pane._samples) == count


async def test_it_scrolls_and_keeps_its_place_and_fits_80_columns(registry: Registry, config: Config) -> None:
    delegate(registry, "!sleep 60", config)
    async with opened(registry, NARROW) as seat:
        await open_details(seat)
        await seat.sees("lock held")
        seat.main.focus_pane("details")
        await seat.press("z", "G")
        await seat.sees("size")
        await seat.press("g")
        await seat.sees("Why the screen thinks so")


async def test_a_task_that_waits_says_for_what(registry: Registry, config: Config) -> None:
    from app.supervisor import operations

    operations.pause(registry)
    delegate(registry, "!true", config)
    async with opened(registry, (100, 40)) as seat:
        await open_details(seat)
        await seat.sees("waits", "queue paused")
        assert not clock_runs(seat)
