"""The cursor of the table: how it is moved, which task it keeps, and what it opens."""

from __future__ import annotations

from textual import events

from app.dashboard.table.rows import ordered
from app.dashboard.table.table import TaskTable
from app.model.status import Status
from tests.dashboard.samples import task
from tests.dashboard.screens import Host, screen_lines, screen_text
from tests.dashboard.tables import Watched, fill, samples, under_cursor


async def test_cursor_keeps_its_task_when_rows_move() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        await pilot.press("down", "down", "down")
        assert under_cursor(table) == 7
        new = [task(20, "One more"), task(21, "And another")]
        fill(table, ordered([*samples()[2:], *new]))
        await pilot.pause()
        assert under_cursor(table) == 7
        assert next(line for line in screen_lines(app) if line.startswith("▌")).startswith("▌●✓  7  Fix")
        assert table.told == ["on 8", "on 10", "on 12", "on 7"]


async def test_cursor_stays_on_its_row_when_its_task_goes() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        await pilot.press("G")
        fill(table, samples()[:-1])
        await pilot.pause()
        assert under_cursor(table) == 7
        fill(table, [])
        await pilot.pause()
        assert under_cursor(table) is None
        assert table.told == ["on 8", "on 9", "on 7", "on none"]


async def test_keys_move_and_open() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        await pilot.press("j", "j", "k", "enter", "G", "up", "g", "k")
        await pilot.pause()
    assert table.told == ["on 8", "on 10", "on 12", "on 10", "opened 10", "on 9", "on 7", "on 8"]


async def test_mouse_selects_opens_and_scrolls() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 5)) as pilot:
        fill(table)
        await pilot.click(TaskTable, offset=(20, 0))
        await pilot.click(TaskTable, offset=(20, 3))
        await pilot.click(TaskTable, offset=(20, 2), times=2)
        await pilot.pause()
        assert table.told == ["on 8", "on 12", "on 10", "opened 10"]
        table.post_message(events.MouseScrollDown(table, 20, 2, 0, 1, 0, False, False, False))
        await pilot.pause()
        assert "Run integration" not in screen_text(app)


async def test_select_puts_the_cursor_on_a_task() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        assert table.select(task(9).id)
        assert not table.select("agent_20000101_000000")
        await pilot.pause()
        assert table.told == ["on 8", "on 9"]


async def test_cursor_out_of_view_is_scrolled_to() -> None:
    many = [task(number, f"Task {number}", Status.COMPLETE) for number in range(100, 0, -1)]
    app = Host(table := TaskTable())
    async with app.run_test(size=(80, 11)) as pilot:
        fill(table, many)
        await pilot.press("G")
        await pilot.pause()
        assert screen_lines(app)[-1].startswith("▌●✓  1   Task 1")
        assert screen_lines(app)[-1].endswith("▐")
        await pilot.press("pageup")
        await pilot.pause()
        assert "Task 10 " in screen_text(app)
        assert under_cursor(table) == 10
