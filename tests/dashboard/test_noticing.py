"""Ends that are told, marks of what nobody has seen yet, and coming back after a while."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from textual import events

from app.dashboard.news.away import Presence
from app.dashboard.table.rowpaint import EMPTY
from app.model.status import Attention
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from tests.dashboard.opened import SHORT, opened
from tests.support import delegate, ended


@pytest.mark.parametrize("size", [(120, 30), (45, 24), SHORT])
async def test_a_newcomer_is_told_what_to_do_and_can_type_at_once(
    registry: Registry, size: tuple[int, int]
) -> None:
    async with opened(registry, size) as seat:
        await seat.sees("Nothing delegated yet.", "new task ›", *(line for line in EMPTY if line))
        await seat.type("Run the tests")
        await seat.sees("new task › Run the tests", "⏎ starts now · worker · normal")


async def test_opening_shows_the_summary_and_enter_changes_the_tab(
    registry: Registry, config: Config
) -> None:
    task = ended(registry, delegate(registry, "!echo out; echo '# All well' > $DELEGATE_SUMMARY", config))
    async with opened(registry) as seat:
        await seat.sees("●✓", "out")
        await seat.press("enter")
        await seat.sees("All well")
        assert seat.main.pane == "summary"
        await seat.finds(lambda: registry.load(task.id).state.attention is Attention.SEEN)
        await seat.sees_no("●")
        await seat.press("enter")
        assert seat.main.pane == "changes"
        await seat.press("enter", "enter")
        assert seat.main.pane == "log"
        await seat.press("escape")
        assert seat.main.pane == "table"


async def test_u_goes_from_one_unread_end_to_the_next(registry: Registry, config: Config) -> None:
    tasks = [ended(registry, delegate(registry, f"!echo end-{number}", config)) for number in (1, 2, 3)]
    operations.mark_seen(registry, tasks[1].id)
    async with opened(registry) as seat:
        await seat.sees("●✓")
        visited = []
        for _ in range(2):
            await seat.press("u")
            assert seat.main.table.cursor_task
            visited.append(seat.main.table.cursor_task.number)
        assert set(visited) <= {1, 3}
        await seat.press("space")
        await seat.finds(lambda: tasks and not registry.load(tasks[visited[-1] - 1].id).unread)


async def test_an_end_elsewhere_is_told_once_with_a_bell(registry: Registry, config: Config) -> None:
    rung: list[int] = []
    async with opened(registry) as seat:
        seat.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        await seat.enter("!sleep 30")
        await seat.sees("▶")
        other = delegate(registry, "!echo aside; exit 7", config)
        await seat.sees("#2 failed")
        assert rung == [1]
        assert ended(registry, other).unread
        await seat.sees("●✗")


async def test_the_end_that_is_being_watched_is_not_told(registry: Registry) -> None:
    rung: list[int] = []
    async with opened(registry) as seat:
        seat.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        await seat.enter("!echo watched; sleep 0.2")
        await seat.sees("✓", "watched")
        await seat.finds(lambda: not registry.load(registry.ids()[0]).unread)
        assert rung == []
        assert "#1 complete" not in seat.screen


async def test_an_end_while_the_terminal_has_no_focus_is_told(registry: Registry) -> None:
    rung: list[int] = []
    async with opened(registry) as seat:
        seat.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        await seat.enter("!echo unwatched; sleep 0.3")
        seat.app.post_message(events.AppBlur())
        await seat.sees("#1 complete")
        assert rung == [1]
        assert registry.load(registry.ids()[0]).unread


async def test_coming_back_after_a_while_is_one_line_that_goes_with_the_next_key(
    registry: Registry, config: Config
) -> None:
    async with opened(registry) as seat:
        seat.main.watcher._presence = Presence(time.monotonic() - 47 * 60, datetime.now(UTC), focused=False)
        for text in ("!true", "!exit 2"):
            ended(registry, delegate(registry, text, config))
        await seat.sees("1 ✓ 1 ✗ today")
        seat.app.post_message(events.AppFocus())
        await seat.sees("away 47m", ": 2 finished (1 failed)")
        await seat.press("escape")
        await seat.sees_no("away 47m")


async def test_an_end_passed_by_with_the_cursor_stays_unread_and_one_looked_at_does_not(
    registry: Registry, config: Config
) -> None:
    first, second = (ended(registry, delegate(registry, f"!echo {n}", config)) for n in ("one", "two"))
    async with opened(registry) as seat:
        seat.app.post_message(events.AppFocus())
        await seat.sees("●✓")
        await seat.press("j", "k", "j")
        assert registry.load(second.id).unread
        await seat.finds(lambda: not registry.load(first.id).unread)


async def test_who_was_typing_when_the_terminal_lost_the_focus_goes_on_typing(
    registry: Registry, config: Config
) -> None:
    ended(registry, delegate(registry, "!echo before", config))
    async with opened(registry) as seat:
        await seat.sees("before")
        await seat.press("n")
        seat.app.post_message(events.AppBlur())
        await seat.finds(lambda: seat.main.focused is None)
        ended(registry, delegate(registry, "!echo meanwhile", config))
        await seat.sees("#2 complete")
        seat.app.post_message(events.AppFocus())
        await seat.finds(lambda: seat.main.pane == "input")
        await seat.type("Dx")
        assert seat.main.bar.text == "Dx"


async def test_the_table_takes_the_keys_when_the_log_goes_with_the_last_task(
    registry: Registry, config: Config
) -> None:
    ended(registry, delegate(registry, "!echo out", config))
    async with opened(registry) as seat:
        await seat.sees("out")
        await seat.press("tab", "C")
        await seat.sees("Nothing delegated yet.")
        await seat.finds(lambda: seat.main.pane == "table" and seat.main.focused is not None)
        await seat.sees_no("follow")
        await seat.press("U")
        await seat.sees("is back")
