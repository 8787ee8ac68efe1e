"""What of the table is repainted, and when: only what changed, and the clock only while something runs."""

from __future__ import annotations

import time
from datetime import timedelta

from app.dashboard.table.table import TaskTable
from app.model.outcome import Progress
from app.model.status import Status
from tests.dashboard.samples import NOON, task
from tests.dashboard.screens import Host, eventually, screen_text
from tests.dashboard.tables import Clock, Watched, fill, samples


def clock_runs(table: TaskTable) -> bool:
    """Whether the table's timer is going."""
    return table._ticker is not None and table._ticker._active.is_set()


async def test_a_second_repaints_only_the_lines_of_live_rows() -> None:
    clock = Clock()
    app = Host(table := Watched())
    async with app.run_test(size=(120, 12)) as pilot:
        fill(table, clock=clock)
        await pilot.pause()
        table.drawn.clear()
        clock.passed = 1
        table.tick()
        await pilot.pause()
        assert sorted(set(table.drawn)) == [1, 2]
        assert "8m16" in screen_text(app)
        table.drawn.clear()
        table.tick()
        await pilot.pause()
        assert table.drawn == []


async def test_the_clock_runs_by_itself_while_something_runs() -> None:
    clock = Clock()
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table, clock=clock)
        await pilot.pause()
        clock.passed = 5
        await eventually(lambda: "8m20" in screen_text(app), "the tick")


async def test_the_clock_rests_when_nothing_runs() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        await pilot.pause()
        assert clock_runs(table)
        fill(table, samples()[2:])
        await pilot.pause()
        assert not clock_runs(table)


async def test_an_update_repaints_one_line() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(120, 12)) as pilot:
        fill(table)
        await pilot.pause()
        table.drawn.clear()
        table.update_task(samples()[0], Progress(48, 89), "GET /users")
        await pilot.pause()
        assert set(table.drawn) == {1}
        assert "48/89" in screen_text(app)
        assert "GET /users" in screen_text(app)


async def test_the_same_tasks_again_repaint_nothing() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(120, 12)) as pilot:
        fill(table)
        await pilot.pause()
        table.drawn.clear()
        fill(table)
        await pilot.pause()
        assert table.drawn == []


async def test_an_unknown_task_is_not_added_by_an_update() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        table.update_task(task(99, "Stranger"), None, "")
        await pilot.pause()
        assert "Stranger" not in screen_text(app)


async def test_ten_thousand_rows_draw_no_more_than_are_in_view() -> None:
    many = [
        task(number, f"Task {number}", Status.COMPLETE, seen=True, ended=NOON - timedelta(seconds=number))
        for number in range(10_000)
    ]
    app = Host(table := Watched())
    async with app.run_test(size=(120, 40)) as pilot:
        table.drawn.clear()
        started = time.perf_counter()
        fill(table, many)
        spent = time.perf_counter() - started
        await pilot.pause()
        assert len(table.drawn) <= 80
        assert spent < 1
        await pilot.press("G")
        await pilot.pause()
        assert "Task 9999" in screen_text(app)
