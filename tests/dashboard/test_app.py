"""The dashboard on real tasks: what a person types and presses, and what the screen says then."""

from __future__ import annotations

import shutil
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from textual import events

from app.dashboard.away import Presence
from app.model.status import Attention, Status
from app.registry.config import Config, load_config
from app.registry.store import Registry
from app.supervisor import operations
from tests.dashboard.opened import COLUMN, NARROW, SHORT, WIDE, opened
from tests.support import delegate, ended, is_alive, until


async def test_a_newcomer_is_told_what_to_do_and_can_type_at_once(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.sees("Nothing delegated yet.", "new task ›")
        await seat.type("Run it")
        await seat.sees("new task › Run it", "⏎ starts now · worker · normal · stops after 1h")


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
        seat.main.bar.field.post_message(seat.main.bar.field.Submitted("!sleep 30"))
        await seat.finds(lambda: seat.row("sleep 30"))
        assert (
            time.monotonic() - began < 1.0
        )  # the figure itself is the benchmark's; this catches a wait for the bell
        await seat.sees("1 running")


async def test_markup_and_control_characters_show_as_typed(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!echo '[/foo] [bold]x'")
        await seat.sees("✓")
        assert "✓" in seat.row("echo '[/foo] [bold]x'")
        await seat.sees("\n [/foo] [bold]x\n")


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


async def test_what_cannot_be_is_said_in_words_and_the_text_stays(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.type("Fix it p:urgent")
        await seat.sees("! p:urgent: a priority is critical, high, normal, low")
        await seat.press("enter")
        assert seat.main.bar.text == "Fix it p:urgent"
        assert registry.ids() == []


async def test_an_error_of_an_action_is_one_line_and_the_text_comes_back(
    registry: Registry, tmp_path: Path
) -> None:
    folder = tmp_path / "soon-gone"
    folder.mkdir()
    async with opened(registry, folder=folder) as seat:
        await seat.type("!true")
        folder.rmdir()
        await seat.press("enter")
        await seat.sees("is not a folder")
        await seat.finds(lambda: seat.main.bar.text == "!true")
        assert "Traceback" not in seat.screen


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


async def test_pause_holds_new_tasks_and_says_so(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("/pause")
        await seat.sees("queue paused")
        await seat.type("!echo later")
        await seat.sees("⏎ waits: queue paused")
        await seat.press("enter")
        await seat.sees("◷", "It has not started yet: queue paused.")
        await seat.press("escape", "p")
        await seat.sees("queue resumed", "✓")


async def test_filter_by_words_and_status(registry: Registry, config: Config) -> None:
    for text in ("!true apple", "!exit 2", "!true pear"):
        ended(registry, delegate(registry, text, config))
    async with opened(registry) as seat:
        await seat.sees("apple", "exit 2", "pear")
        await seat.press("slash")
        await seat.type("failed")
        await seat.sees_no("pear")
        assert seat.row("exit 2")
        await seat.press("enter")
        await seat.sees("filter: failed")
        assert seat.main.pane == "table"
        await seat.press("escape")
        await seat.sees("pear", "apple")


async def test_a_draft_survives_the_filter_and_a_restart(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!true")
        await seat.sees("✓")
        await seat.type("half a thou")
        await seat.press("escape", "slash")
        await seat.type("x")
        await seat.press("escape", "n")
        assert seat.main.bar.text == "half a thou"
        await seat.press("escape", "q")
    async with opened(registry) as seat:
        await seat.sees("new task › half a thou")
        await seat.type("ght")
        assert seat.main.bar.text == "half a thought"


async def test_history_comes_back_with_up_also_after_a_restart(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!echo first")
        await seat.enter("!echo second")
        await seat.type("unsent")
        await seat.press("up", "up")
        assert seat.main.bar.text == "!echo first"
        await seat.press("down", "down")
        assert seat.main.bar.text == "unsent"
        await seat.press("ctrl+u")
    async with opened(registry) as seat:
        await seat.press("n", "up")
        await seat.finds(lambda: seat.main.bar.text == "!echo second")


async def test_a_paste_of_several_lines_stays_one_task(registry: Registry) -> None:
    async with opened(registry) as seat:
        seat.main.bar.field.post_message(events.Paste("!echo a\r\necho b\x1b[2J\recho c"))
        await seat.finds(lambda: seat.main.bar.text == "!echo a\necho b\necho c")
        await seat.press("enter")
        await seat.sees("✓")
        (task_id,) = registry.ids()
        assert registry.load(task_id).text == "echo a\necho b\necho c"
        assert registry.home.log(f"{task_id}.log").read_text() == "a\nb\nc\n"


async def test_tab_completes_an_option_and_otherwise_leaves(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.type("Fix it p:h")
        await seat.sees("tab  p:high")
        await seat.press("tab")
        assert seat.main.bar.text == "Fix it p:high "
        await seat.sees("⏎ starts now · worker · high")
        await seat.type("now ")
        await seat.press("tab")
        assert seat.main.pane == "table"


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
        assert seat.main.pane == "log"
        await seat.press("escape")
        assert seat.main.pane == "table"


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
    async with opened(registry, (100, 110)) as seat:
        await seat.press("escape", "question_mark")
        await seat.sees("keys and commands", "stop a task and everything it started", "/theme", "p:high")
        await seat.press("escape")
        await seat.sees_no("keys and commands")


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


async def test_quitting_leaves_tasks_running(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!sleep 30")
        await seat.sees("▶")
        await seat.press("escape", "q")
    assert registry.load(registry.ids()[0]).status is Status.RUNNING
    async with opened(registry) as seat:
        await seat.sees("▶", "sleep 30")
        assert seat.main.pane == "table"


async def test_the_theme_is_changed_and_kept(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("/theme light")
        await seat.finds(lambda: seat.app.theme == "light")
        assert load_config().theme == "light"
        await seat.enter("/theme pink")
        await seat.sees("! no theme pink")
        assert load_config().theme == "light"


async def test_a_damaged_record_is_named_and_the_others_are_shown(registry: Registry, config: Config) -> None:
    tasks = [ended(registry, delegate(registry, f"!echo {word}", config)) for word in ("whole", "broken")]
    registry.home.task_file(tasks[1].id, "state.toml").write_text("\0\0")
    async with opened(registry) as seat:
        await seat.sees("echo whole", "1 record is damaged")


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


async def test_ctrl_g_opens_the_editor_of_the_user(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(registry) as seat:
        await seat.type("draft")
        await seat.press("ctrl+g")
        await seat.sees("! this terminal cannot be lent to an editor")
        monkeypatch.setattr(type(seat.app), "suspend", lambda _: nullcontext())
        monkeypatch.setenv("EDITOR", "sed -i s/draft/written/")
        await seat.press("ctrl+g")
        await seat.sees("new task › written", "⏎ starts now")
