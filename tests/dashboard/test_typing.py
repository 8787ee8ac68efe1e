"""What is typed: previews, problems, drafts, history, completion, the filter, the editor."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from textual import events

from app.model.status import Status
from app.registry.config import Config, load_config
from app.registry.store import Registry
from tests.dashboard.opened import Seat, opened
from tests.support import delegate, ended


async def test_markup_and_control_characters_show_as_typed(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!echo '[/foo] [bold]x'")
        await seat.sees("✓")
        assert "✓" in seat.row("echo '[/foo] [bold]x'")
        await seat.sees("\n [/foo] [bold]x\n")


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


async def test_filter_by_words_and_status(registry: Registry, config: Config) -> None:
    for text in ("!true apple", "!exit 2", "!true pear"):
        ended(registry, delegate(registry, text, config))
    async with opened(registry) as seat:
        await seat.sees("apple", "exit 2", "pear")
        await seat.press("slash")
        await seat.type("failed")
        await seat.sees_no("pear")
        await seat.sees("1 of 3 fit · ⏎ keeps it")
        assert seat.row("exit 2")
        await seat.press("enter")
        await seat.sees("filter: failed · 1 of 3")
        ended(registry, delegate(registry, "!exit 4", config))
        await seat.sees("filter: failed · 2 of 4")
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
        await seat.type("Fix lint p:h")
        await seat.sees("tab  p:high")
        await seat.press("tab")
        assert seat.main.bar.text == "Fix lint p:high "
        await seat.sees("⏎ starts now · worker · high")
        await seat.type("now ")
        await seat.press("tab")
        assert seat.main.pane == "table"


async def test_tab_completes_a_path_in_a_sentence_and_never_leaves_a_word(
    registry: Registry, tmp_path: Path
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "billing.py").touch()
    async with opened(registry, folder=tmp_path) as seat:
        await seat.type("Fix lint in s")
        await seat.press("tab")
        assert seat.main.bar.text == "Fix lint in src/"
        await seat.press("tab")
        assert seat.main.bar.text == "Fix lint in src/billing.py "
        await seat.type("and tell x")
        await seat.press("tab")
        await seat.sees("nothing to complete · esc goes back to the table")
        await seat.type("p")
        assert seat.main.bar.text == "Fix lint in src/billing.py and tell xp"
        await seat.sees("⏎ starts now")
        assert not seat.main.paused


def at_once(seat: Seat, *keys: str) -> None:
    """Keys that arrive together, as a slow line or a busy machine brings them."""
    for key in keys:
        seat.app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_keys_that_arrive_together_edit_in_their_order(registry: Registry) -> None:
    async with opened(registry) as seat:
        at_once(seat, *"teh", "backspace", "backspace", *"he", "left", "X", "right", "Y")
        await seat.finds(lambda: seat.main.bar.text == "thXeY")
        at_once(seat, "ctrl+u", *"again", "home", *"run ")
        await seat.finds(lambda: seat.main.bar.text == "run again")


async def test_what_is_typed_right_behind_n_is_text_and_presses_nothing(
    registry: Registry, config: Config
) -> None:
    task = ended(registry, delegate(registry, "!true", config))
    async with opened(registry) as seat:
        await seat.sees("✓")
        seat.main.focus_pane("table")
        at_once(seat, *"nDrpq")
        await seat.sees("new task › Drpq")
        assert not seat.main.paused
        assert registry.ids() == [task.id]
        assert registry.load(task.id).status.ended
        assert seat.main.pane == "input"


async def test_a_key_right_behind_escape_is_pressed_in_the_table(registry: Registry, config: Config) -> None:
    """tmux sends the two as one, with alt; Textual takes that for a letter to be typed."""
    for text in ("!echo one", "!echo two"):
        ended(registry, delegate(registry, text, config))
    async with opened(registry) as seat:
        await seat.sees("✓  1", "✓  2")
        seat.main.focus_pane("input")
        await seat.type("draft")
        seat.app.post_message(events.Key("alt+shift+g", "G"))
        await seat.finds(lambda: seat.main.table.cursor_task and seat.main.table.cursor_task.number == 1)
        await seat.sees("new task › draft")
        assert seat.main.pane == "table"
        await seat.press("z")
        await seat.sees_no("log  summary")
        seat.app.post_message(events.Key("alt+k", "k"))
        await seat.sees("log  summary")
        await seat.finds(lambda: seat.main.table.cursor_task and seat.main.table.cursor_task.number == 2)


async def test_a_sign_right_behind_escape_is_pressed_in_the_table(registry: Registry, config: Config) -> None:
    ended(registry, delegate(registry, "!echo one", config))
    async with opened(registry) as seat:
        await seat.sees("✓  1")
        seat.main.focus_pane("input")
        await seat.type("draft")
        seat.app.post_message(events.Key("alt+slash", "/"))
        await seat.sees("filter ›")
        await seat.press("escape")
        await seat.sees("new task › draft")
        seat.app.post_message(events.Key("alt+question_mark", "?"))
        await seat.finds(lambda: seat.app.screen is not seat.main)


async def test_two_presses_that_arrive_together_stop_a_task(registry: Registry, config: Config) -> None:
    task = delegate(registry, "!sleep 300", config)
    async with opened(registry) as seat:
        await seat.sees("running")
        seat.main.focus_pane("table")
        at_once(seat, "x", "x")
        await seat.sees("stopped")
    assert registry.load(task.id).status is Status.STOPPED


async def test_the_theme_is_changed_and_kept(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("/theme light")
        await seat.finds(lambda: seat.app.theme == "light")
        assert load_config().theme == "light"
        await seat.enter("/theme pink")
        await seat.sees("! no theme pink")
        assert load_config().theme == "light"


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


async def test_a_click_on_a_hint_of_the_input_bar_is_a_press_of_its_key(registry: Registry) -> None:
    async with opened(registry) as seat:
        await seat.enter("!true")
        await seat.sees("✓", "↑ history")
        line = seat.screen.splitlines()[-1]
        await seat.pilot.click(offset=(line.index("history"), 29))
        await seat.finds(lambda: seat.main.bar.text == "!true")
        await seat.pilot.click(offset=(line.index("back"), 29))
        await seat.finds(lambda: seat.main.pane == "table")


async def test_what_is_typed_right_behind_enter_is_the_next_task(registry: Registry) -> None:
    async with opened(registry) as seat:
        for key in "!echo a\n!echo b\n!ec":
            named = {"\n": "enter", " ": "space", "!": "exclamation_mark"}.get(key, key)
            seat.app.post_message(events.Key(named, key if key != "\n" else "\r"))
        await seat.finds(lambda: len(registry.ids()) == 2)
        assert {registry.load(task).text for task in registry.ids()} == {"echo a", "echo b"}
        await seat.finds(lambda: seat.main.bar.text == "!ec")
