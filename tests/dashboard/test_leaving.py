"""Leaving the dashboard: tasks go on, are stopped, or it is asked, as the settings have it."""

from __future__ import annotations

import pytest

from app.model.status import Status
from app.registry.config import Config
from app.registry.store import Registry
from tests.dashboard.opened import Seat, opened
from tests.support import until


async def with_a_running_task(seat: Seat, registry: Registry) -> str:
    """Start a task, go to the table, and return its id."""
    await seat.enter("!sleep 30")
    await seat.sees("▶")
    await seat.press("escape")
    (task_id,) = registry.ids()
    return task_id


def left(seat: Seat) -> bool:
    """Whether the dashboard has ended or is about to."""
    return seat.app._exit


async def test_tasks_go_on_by_default(registry: Registry) -> None:
    async with opened(registry) as seat:
        task_id = await with_a_running_task(seat, registry)
        await seat.press("q")
        assert left(seat)
    assert registry.load(task_id).status is Status.RUNNING


async def test_stopping_all_is_asked_for_once(registry: Registry) -> None:
    async with opened(registry, config=Config(grace_s=0.5, on_quit="stop")) as seat:
        task_id = await with_a_running_task(seat, registry)
        await seat.press("q")
        await seat.sees("q again or y stops #1 sleep 30 and leaves")
        await seat.press("escape")
        await seat.sees_no("q again")
        assert not left(seat)
        await seat.press("q", "q")
        await seat.finds(lambda: left(seat))
    assert until(lambda: registry.load(task_id).status is Status.STOPPED)


@pytest.mark.parametrize("policy", ["stop", "ask"])
async def test_with_nothing_to_stop_nothing_is_asked(registry: Registry, policy: str) -> None:
    async with opened(registry, config=Config(on_quit=policy)) as seat:
        await seat.press("escape", "q")
        await seat.finds(lambda: left(seat))


async def test_asking_offers_both_and_staying(registry: Registry) -> None:
    async with opened(registry, config=Config(grace_s=0.5, on_quit="ask")) as seat:
        task_id = await with_a_running_task(seat, registry)
        await seat.press("q")
        await seat.sees("y stops it and leaves, n leaves it running, esc stays")
        await seat.press("escape")
        assert not left(seat)
        await seat.press("q", "n")
        await seat.finds(lambda: left(seat))
    assert registry.load(task_id).status is Status.RUNNING


async def test_asking_and_a_yes_stops_all(registry: Registry) -> None:
    async with opened(registry, config=Config(grace_s=0.5, on_quit="ask")) as seat:
        task_id = await with_a_running_task(seat, registry)
        await seat.press("i")
        await seat.enter("/quit")
        await seat.sees("y stops it and leaves")
        await seat.press("y")
        await seat.finds(lambda: left(seat))
    assert until(lambda: registry.load(task_id).status is Status.STOPPED)


async def test_ctrl_q_leaves_as_q_does(registry: Registry) -> None:
    async with opened(registry, config=Config(grace_s=0.5, on_quit="ask")) as seat:
        await with_a_running_task(seat, registry)
        await seat.press("question_mark", "ctrl+q")
        await seat.sees("y stops it and leaves")
        assert not left(seat)
