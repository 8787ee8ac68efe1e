"""What starts, when, and how much of it at once, by keys and by words."""

from __future__ import annotations

from dataclasses import replace

from app.model.status import Priority, Status
from app.registry.config import Config, load_config, save_setting
from app.registry.store import Registry
from tests.dashboard.opened import opened
from tests.support import delegate


async def test_a_task_that_waits_for_its_time_says_so_and_a_key_starts_it(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.type("!sleep 30")
        await seat.press("enter")
        await seat.sees("▶")
        await seat.type("Run the tests delay:2h retries:3")
        await seat.sees("⏎ starts in 2h", "tries again 3 times")
        await seat.press("enter")
        await seat.sees("◷")
        task = registry.load(registry.ids()[-1])
        assert task.request.not_before is not None
        await seat.press("escape")
        await seat.sees("F start now")
        await seat.press("F")
        await seat.finds(lambda: registry.load(task.id).state.freed)
        await seat.sees("starting #2")


async def test_a_key_frees_a_task_of_a_failed_one(registry: Registry, config: Config) -> None:
    delegate(registry, "!false", config)
    async with opened(registry) as seat:
        await seat.sees("✗")
        await seat.press("n")
        await seat.enter("Run the tests after:1")
        await seat.sees("after #1, which failed")
        await seat.press("escape", "F")
        await seat.sees_no("which failed")
        assert registry.load(registry.ids()[-1]).status is not Status.QUEUED


async def test_plus_and_minus_move_a_waiting_task(registry: Registry, config: Config) -> None:
    save_setting("limit", 1)
    held = replace(config, limit=1)
    delegate(registry, "!sleep 31", held)
    second, third = delegate(registry, "!sleep 32", held), delegate(registry, "!sleep 33", held)
    async with opened(registry, config=held) as seat:
        await seat.sees("sleep 33")
        seat.main.select(registry.load(third.id))
        await seat.press("plus", "plus", "plus")
        await seat.finds(lambda: registry.load(third.id).priority is Priority.CRITICAL)
        await seat.sees("critical priority")
        await seat.finds(lambda: seat.main.table.cursor_task and seat.main.table.cursor_task.id == third.id)
        await seat.press("minus")
        await seat.finds(lambda: registry.load(third.id).priority is Priority.HIGH)
        await seat.press("i")
        await seat.enter(f"make #{second.number} low priority")
        await seat.finds(lambda: registry.load(second.id).priority is Priority.LOW)


async def test_a_running_task_has_no_place_in_the_queue(registry: Registry, config: Config) -> None:
    delegate(registry, "!sleep 30", config)
    async with opened(registry) as seat:
        await seat.sees("▶")
        await seat.press("plus")
        await seat.sees("#1 does not wait: running")


async def test_the_limit_is_shown_set_and_kept(registry: Registry) -> None:
    save_setting("limit", 1)
    delegate(registry, "!sleep 31", load_config())
    second = delegate(registry, "!sleep 32", load_config())
    async with opened(registry, config=load_config()) as seat:
        await seat.sees("slot 1/1")
        await seat.press("i")
        await seat.enter("/limit")
        await seat.sees("at most 1 task at once")
        await seat.enter("/limit 2")
        await seat.sees("at most 2 tasks at once")
        await seat.finds(lambda: registry.load(second.id).status is Status.RUNNING)
    assert load_config().limit == 2


async def test_a_limit_that_was_changed_elsewhere_holds(registry: Registry) -> None:
    async with opened(registry) as seat:
        save_setting("limit", 1)
        await seat.enter("!sleep 31")
        await seat.sees("▶")
        await seat.type("!sleep 32")
        await seat.sees("⏎ waits: 1 of 1 running")
        await seat.press("enter")
        await seat.sees("slot 1/1")
