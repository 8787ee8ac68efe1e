"""The dashboard on real tasks: rows, panes and layouts, and what is there after coming back."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from app.model.status import Status
from app.registry.config import Config
from app.registry.store import Registry
from tests.dashboard.opened import COLUMN, NARROW, SHORT, WIDE, opened
from tests.support import delegate, ended


@pytest.mark.parametrize("size", [WIDE, NARROW, COLUMN])
async def test_a_typed_command_stands_in_the_table_runs_and_ends(
    registry: Registry, size: tuple[int, int]
) -> None:
    async with opened(registry, size) as seat:
        await seat.enter("!echo hello from it; sleep 1; exit 3")
        await seat.sees("\n hello from it", "▶")
        assert seat.main.bar.text == ""
        await seat.sees("✗", "1 ✗ today")
        assert registry.load(registry.ids()[0]).status is Status.FAILED


async def test_a_new_row_stands_within_a_tenth_of_a_second(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.type("!sleep 30")
        began = time.monotonic()
        seat.main.bar.field.press("send")
        await seat.finds(lambda: seat.row("sleep 30"))
        assert (
            time.monotonic() - began < 1.0
        )  # the figure itself is the benchmark's; this catches a wait for the bell
        await seat.sees("1 running")


async def test_pause_holds_new_tasks_and_says_so(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("/pause")
        await seat.sees("queue paused")
        await seat.type("!echo later")
        await seat.sees("⏎ waits: queue paused")
        await seat.press("enter")
        await seat.sees("◷", "It has not started yet: queue paused.")
        await seat.press("escape")
        await seat.sees("p resume")
        await seat.press("p")
        await seat.sees("queue resumed", "✓")
        await seat.sees_no("p resume")


async def test_zoom_gives_the_room_to_one_pane_and_back(registry: Registry, config: Config) -> None:
    ended(registry, delegate(registry, "!echo out", config))
    async with opened(registry) as seat:
        await seat.sees("out", "Task")
        await seat.press("z")
        await seat.sees_no("summary")
        await seat.press("z", "tab", "z")
        await seat.sees("summary")
        await seat.sees_no("Task")
        await seat.press("escape")
        await seat.sees("Task", "summary")


@pytest.mark.parametrize("size", [WIDE, COLUMN])
async def test_the_footer_of_each_tab_says_where_enter_leads(
    registry: Registry, config: Config, tmp_path: Path, size: tuple[int, int]
) -> None:
    ended(registry, delegate(registry, "!true", config, tmp_path))
    async with opened(registry, size, folder=tmp_path) as seat:
        await seat.sees("✓", "? help")
        seat.main.focus_pane("table")
        await seat.press("enter")
        for here, following in (("summary", "changes"), ("changes", "details"), ("details", "log")):
            assert seat.main.pane == here
            await seat.sees(f"⏎ {following}  esc back  z zoom", "? help")
            await seat.press("enter")
        assert seat.main.pane == "log"
        await seat.sees("⏎ summary  esc back", "? help")


async def test_a_filter_is_typed_without_the_keys_of_a_task(registry: Registry, config: Config) -> None:
    ended(registry, delegate(registry, "!true", config))
    async with opened(registry) as seat:
        await seat.sees("✓")
        await seat.press("slash")
        await seat.sees("filter ›", "esc shows all")
        assert seat.screen.splitlines()[-1].strip() == "esc back"
        await seat.press("escape", "n")
        await seat.sees("new task ›", "↑ history")


async def test_a_filter_in_force_is_told_although_a_draft_waits(registry: Registry, config: Config) -> None:
    for text in ("!echo one", "!echo two"):
        ended(registry, delegate(registry, text, config))
    async with opened(registry) as seat:
        await seat.sees("✓  1", "✓  2")
        seat.main.focus_pane("input")
        await seat.type("run the tests")
        await seat.press("escape", "slash")
        await seat.enter("one")
        await seat.sees("new task › run the tests", "filter: one · 1 of 2 · / changes it, esc shows all")
        await seat.press("n")
        await seat.sees("⏎ starts now")
        await seat.press("escape")
        await seat.sees("filter: one · 1 of 2")
        await seat.press("escape")
        await seat.sees("✓  2", "⏎ starts now")
        await seat.sees_no("filter: one")


async def test_a_short_screen_shows_table_or_details(registry: Registry, config: Config) -> None:
    ended(registry, delegate(registry, "!echo out", config))
    async with opened(registry, SHORT) as seat:
        await seat.sees("Task")
        await seat.sees_no("log  summary")
        await seat.press("tab")
        await seat.sees("log  summary")
        await seat.sees_no("Task")
        await seat.press("tab")
        assert seat.main.pane == "input"
        await seat.press("tab")
        await seat.sees("Task")


async def test_help_lists_every_key_and_command(registry: Registry) -> None:
    async with opened(registry, (100, 150)) as seat:
        await seat.press("escape", "question_mark")
        await seat.sees("keys and commands", "stop a task and everything it started", "/theme", "p:high")
        await seat.press("escape")
        await seat.sees_no("stop a task and everything it started")


async def test_quitting_leaves_tasks_running(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!sleep 30")
        await seat.sees("▶")
        await seat.press("escape", "q")
    assert registry.load(registry.ids()[0]).status is Status.RUNNING
    async with opened(registry) as seat:
        await seat.sees("▶", "sleep 30")
        assert seat.main.pane == "table"


async def test_a_damaged_record_is_named_and_the_others_are_shown(registry: Registry, config: Config) -> None:
    tasks = [ended(registry, delegate(registry, f"!echo {word}", config)) for word in ("whole", "broken")]
    registry.home.task_file(tasks[1].id, "state.toml").write_text("\0\0")
    async with opened(registry) as seat:
        await seat.sees("echo whole", "1 record is damaged")


async def test_hundreds_of_older_tasks_come_behind(registry: Registry, config: Config) -> None:
    ended(registry, delegate(registry, "!true", config))
    (first,) = registry.ids()
    for number in range(2, 402):
        copy = registry.home.tasks / f"agent_20270101_{number:06}"
        shutil.copytree(registry.home.task(first), copy)
        text = (copy / "task.toml").read_text()
        (copy / "task.toml").write_text(
            text.replace("number = 1", f"number = {number}").replace(first, copy.name)
        )
    async with opened(registry) as seat:
        await seat.finds(lambda: len(seat.main.board.tasks) == 401)
        await seat.press("G")
        await seat.finds(lambda: (task := seat.main.table.cursor_task) and task.number == 1)


async def test_the_shown_log_is_wrapped_and_followed_from_the_table_too(
    registry: Registry, config: Config
) -> None:
    ended(registry, delegate(registry, f"!echo {'x' * 150}", config))
    async with opened(registry, NARROW) as seat:
        await seat.sees("x" * 77 + "\n")
        assert seat.main.pane == "table"
        await seat.press("w")
        await seat.sees("x›")
        await seat.press("f")
        assert not seat.main.details.log_pane.following
        seat.main.details.select_tab("summary")
        await seat.press("w")
        await seat.sees("no log is in view")
