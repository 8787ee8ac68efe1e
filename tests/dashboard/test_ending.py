"""Stopping, retrying, deleting: safe against a slip, and true afterwards."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from app.dashboard.plans.actions import carry_out
from app.dashboard.plans.plan import Plan
from app.dashboard.session import Session
from app.model.sentences import Kind
from app.model.status import Status
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import OperationError
from tests.dashboard.opened import opened
from tests.support import delegate, ended, is_alive, until


async def test_stopping_by_key_asks_for_the_key_again(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!sleep 30")
        await seat.sees("▶")
        await seat.finds(lambda: registry.load(registry.ids()[0]).live)
        await seat.press("escape", "x")
        await seat.sees("? x again or y to stop #1 sleep 30")
        task = registry.load(registry.ids()[0])
        assert task.status is Status.RUNNING
        assert task.live
        assert task.live.child
        await seat.press("x")
        await seat.sees("■", "stopped")
        assert not is_alive(task.live.child.pid)


async def test_a_slip_stops_nothing(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!sleep 30")
        await seat.sees("▶")
        await seat.press("escape", "x", "j")
        assert "again" not in seat.hint
        await seat.press("x", "n", "y")
        assert seat.main.pane == "table"
        assert registry.load(registry.ids()[0]).live is not None


async def test_the_question_goes_by_itself_and_then_the_key_asks_anew(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!sleep 30")
        await seat.sees("▶")
        await seat.press("escape", "x")
        await seat.sees_no("x again")
        await seat.press("x")
        await seat.sees("x again")
        assert registry.load(registry.ids()[0]).live is not None


async def test_the_question_is_about_the_task_it_named(registry: Registry, config: Config) -> None:
    first = delegate(registry, "!sleep 31", config)
    second = delegate(registry, "!sleep 32", config)
    async with opened(registry) as seat:
        await seat.sees("sleep 31", "sleep 32")
        await seat.press("g", "x", "j", "x")
        await seat.sees("x again or y to stop #2")
        await seat.press("y")
        await seat.sees("■")
        assert registry.load(first.id).live is not None
        assert ended(registry, second).status is Status.STOPPED


async def test_a_sentence_that_stops_is_shown_and_confirmed(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!sleep 30")
        await seat.sees("▶")
        await seat.type("stop #1")
        await seat.sees("⏎ stop #1 sleep 30 · asks once more")
        await seat.press("enter")
        await seat.sees("? stop #1 sleep 30? y or ⏎")
        assert seat.main.bar.text == "stop #1"
        await seat.press("escape")
        await seat.sees_no("? stop")
        assert registry.load(registry.ids()[0]).live is not None
        await seat.press("enter", "y")
        await seat.sees("■")
        assert seat.main.bar.text == ""


async def test_retry_keeps_the_first_log_and_edit_changes_the_text(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!echo one")
        await seat.sees("✓", "one")
        await seat.press("escape", "r")
        await seat.finds(lambda: len(registry.load(registry.ids()[0]).state.attempts) == 2)
        await seat.finds(lambda: registry.load(registry.ids()[0]).status.ended)
        await seat.sees("✓")
        await seat.press("R")
        await seat.sees("retry #1 › !echo one")
        await seat.enter("-and-a-half")
        await seat.sees("one-and-a-half", "✓")
        task = registry.load(registry.ids()[0])
        assert task.text == "echo one-and-a-half"
        logs = [registry.home.log(attempt.log).read_text() for attempt in task.state.attempts]
        assert logs == ["one\n", "one\n", "one-and-a-half\n"]


async def test_an_edit_keeps_words_that_look_like_options_and_refuses_options(
    registry: Registry, config: Config
) -> None:
    ended(registry, delegate(registry, "set \\p:low for all", config))
    async with opened(registry) as seat:
        await seat.sees("set p:low for all")
        await seat.press("g", "R")
        await seat.sees("retry #1 › set \\p:low for all")
        await seat.enter(" at:18:00")
        await seat.sees("a retry keeps the options of its task")
        assert len(registry.load(registry.ids()[0]).state.attempts) == 1


async def test_delete_and_undo(registry: Registry, config: Config) -> None:
    done = ended(registry, delegate(registry, "!echo gone", config))
    async with opened(registry) as seat:
        await seat.sees("echo gone")
        await seat.press("D")
        await seat.sees("deleted #1 echo gone · U brings it back", "Nothing delegated yet.")
        assert registry.ids() == []
        await seat.press("U")
        await seat.sees("#1 echo gone is back")
        assert registry.load(done.id).status is Status.COMPLETE
        await seat.press("U")
        await seat.sees("! there is no deletion to undo")


async def test_what_undo_brings_back_is_under_the_cursor(registry: Registry, config: Config) -> None:
    for number in (1, 2, 3):
        ended(registry, delegate(registry, f"!echo {number}", config))
    async with opened(registry) as seat:
        await seat.sees("echo 1", "echo 2", "echo 3")
        gone = seat.main.table.cursor_task
        await seat.press("D")
        await seat.sees("U brings it back")
        await seat.press("j", "U")
        await seat.sees("is back")
        assert gone is not None
        await seat.finds(lambda: (task := seat.main.table.cursor_task) and task.id == gone.id)


async def test_a_running_task_is_not_deleted(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!sleep 30")
        await seat.sees("▶")
        await seat.press("escape", "D")
        await seat.sees("! #1 is running: stop it before deleting it")
        assert len(registry.ids()) == 1


async def test_clean_up_takes_the_finished_ones_and_comes_back_as_one(
    registry: Registry, config: Config
) -> None:
    for text in ("!true", "!exit 2"):
        ended(registry, delegate(registry, text, config))
    delegate(registry, "!sleep 30", config)
    async with opened(registry) as seat:
        await seat.sees("true", "exit 2", "sleep 30")
        await seat.press("C")
        await seat.sees("deleted 2 tasks · U brings them back")
        await seat.sees_no("exit 2")
        assert len(registry.ids()) == 1
        await seat.press("U")
        await seat.sees("2 tasks are back", "exit 2")


async def test_a_killed_runner_is_shown_as_lost(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!sleep 30")
        await seat.sees("▶")
        await seat.finds(lambda: (live := registry.load(registry.ids()[0]).live) and live.child)
        live = registry.load(registry.ids()[0]).live
        assert live
        assert live.runner
        psutil.Process(live.runner.pid).kill()
        await seat.sees("lost")
        await seat.press("escape", "x", "x")
        assert live.child
        child = live.child.pid
        assert until(lambda: not is_alive(child))


async def test_what_is_said_of_a_stop_leaves_with_its_end(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!trap 'sleep 0.5; exit 0' TERM; echo ready; while :; do sleep 0.1; done")
        await seat.sees("\n ready")
        await seat.press("escape", "x", "x")
        await seat.finds(lambda: seat.hint.startswith("stopping #1"))
        await seat.sees("■")
        assert seat.hint == ""


async def test_a_preview_is_true_of_the_tasks_as_they_become(registry: Registry, config: Config) -> None:
    task = delegate(registry, "!sleep 30", config)
    async with opened(registry) as seat:
        await seat.sees("▶")
        await seat.press("n")
        await seat.type("stop #1")
        await seat.sees("⏎ stop #1 sleep 30")
        operations.stop(registry, task.id)
        await seat.sees("! #1 has ended already: stopped")


async def test_a_question_about_what_has_ended_meanwhile_is_withdrawn(
    registry: Registry, config: Config
) -> None:
    tasks = [delegate(registry, f"!sleep 3{number}", config) for number in (1, 2, 3)]
    async with opened(registry) as seat:
        await seat.sees("3 running")
        await seat.press("n")
        await seat.enter("/stop all")
        await seat.sees("? stop 3 tasks: #1, #2, #3?")
        operations.stop(registry, tasks[0].id)
        await seat.sees("? stop 2 tasks: #2, #3?")
        for task in tasks[1:]:
            operations.stop(registry, task.id)
        await seat.sees("! #", "has ended already: stopped")
        assert not seat.main.commander.asking


async def test_one_that_has_ended_meanwhile_keeps_no_other_from_being_stopped(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    done = ended(registry, delegate(registry, "!true", config))
    running = delegate(registry, "!sleep 30", config)
    session = Session(registry, config, tmp_path, {})
    told = carry_out(Plan(Kind.STOP, "", (done, running)), session)
    assert told.line == "stopping #2 sleep 30 · #1 has ended already: complete"
    assert ended(registry, running).status is Status.STOPPED
    with pytest.raises(OperationError, match="#1 has ended already"):
        carry_out(Plan(Kind.STOP, "", (done, running)), session)


async def test_a_waiting_task_is_stopped_and_not_said_to_be_stopping(
    registry: Registry, config: Config
) -> None:
    operations.pause(registry)
    delegate(registry, "!true", config)
    async with opened(registry) as seat:
        await seat.sees("◷")
        await seat.press("x", "x")
        await seat.sees("stopped #1 true", "■")
