"""The table on a screen: what it shows in every width, in every colour and while it is empty."""

from __future__ import annotations

import pytest

from app.dashboard.table.table import TaskTable
from app.model.estimate import Estimate
from app.model.outcome import Outcome
from app.model.status import Status
from tests.dashboard.samples import NOW, task
from tests.dashboard.screens import Host, colours_of, eventually, screen_lines, screen_text
from tests.dashboard.tables import Clock, Watched, fill


async def test_a_wide_screen_shows_everything() -> None:
    app = Host(table := TaskTable())
    async with app.run_test(size=(120, 12)) as pilot:
        fill(table)
        await pilot.pause()
        lines = screen_lines(app)
    assert lines[0].split() == ["#", "Task", "Agent", "Status", "Progress", "Time", "Usual", "Last", "line"]
    running = "▌ ▶ 8 Run integration test suite worker running ██████░░░░░ 47/89 8m15 POST /users"
    assert lines[1].split() == running.split()
    assert lines[3].split()[-3:] == ["queued", "after", "#8"]
    assert lines[4].startswith(" ●✓  7  Fix ESLint errors")
    assert lines[5].startswith("  ✗  9  Update")
    assert lines[5].endswith("conflict in node")


@pytest.mark.parametrize(
    ("width", "there", "gone"),
    [
        (160, ["Last line", "Agent", "█", "47/89", "conflict in node"], []),
        (100, ["Last line", "Agent", "█", "47/89", "conflict in"], []),
        (80, ["Status", "█", "47/89", "conflict in node"], ["Agent", "Last line"]),
        (60, ["Status", "47/89", "conflict in"], ["█", "Agent", "Last line"]),
        (
            45,
            ["Run integration test…  47/89", "8m15", "after #8", "Fix ESLint errors"],
            ["Status", "running", "█"],
        ),
    ],
)
async def test_every_width_has_its_columns(width: int, there: list[str], gone: list[str]) -> None:
    app = Host(table := TaskTable())
    async with app.run_test(size=(width, 12)) as pilot:
        fill(table)
        await pilot.pause()
        text = screen_text(app)
        lines = app.screen._compositor.render_strips()
    assert [needle for needle in there if needle not in text] == []
    assert [needle for needle in gone if needle in text] == []
    assert {strip.cell_length for strip in lines} == {width}


async def test_text_that_looks_like_markup_shows_as_typed() -> None:
    app = Host(table := TaskTable())
    async with app.run_test(size=(80, 6)) as pilot:
        fill(table, [task(1, "[/foo] [bold]x")])
        await pilot.pause()
        assert "[/foo] [bold]x" in screen_text(app)


async def test_no_control_character_reaches_the_screen() -> None:
    evil = "\x1b]0;owned\x07\x1b[2Ja\x9b31mb\x1b"
    failed = task(1, evil, Status.FAILED, exit_code=1, outcome=Outcome(error=evil), agent=evil)
    app = Host(table := TaskTable())
    async with app.run_test(size=(120, 6)) as pilot:
        table.set_tasks([failed], {}, {failed.id: evil}, Clock())
        await pilot.pause()
        text = screen_text(app)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "owned" not in text


async def test_wide_characters_keep_the_columns_aligned() -> None:
    app = Host(table := TaskTable())
    async with app.run_test(size=(80, 6)) as pilot:
        fill(table, [task(1, "日本語のドキュメントを作成する" * 3), task(2, "plain")])
        await pilot.pause()
        strips = app.screen._compositor.render_strips()[1:3]
    found = [[segment.text for segment in strip.crop(41, 51)] for strip in strips]
    assert ["".join(texts) for texts in found] == ["running   ", "running   "]


async def test_an_empty_table_says_what_to_press() -> None:
    app = Host(table := TaskTable())
    async with app.run_test(size=(60, 14)) as pilot:
        await pilot.pause()
        assert "Type a task below and press Enter" in screen_text(app)
        table.set_tasks([], empty=("No task has these words.",))
        await pilot.pause()
        assert "No task has these words." in screen_text(app)


async def test_an_empty_table_can_be_used() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(45, 8)) as pilot:
        await pilot.press("down", "G", "g", "enter", "pagedown")
        await pilot.pause()
        assert table.told == []


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_a_state_has_its_colour_in_each_theme(theme: str) -> None:
    app = Host(table := TaskTable(), theme)
    async with app.run_test(size=(120, 12)) as pilot:
        fill(table)
        await pilot.pause()
        failed, ground = colours_of(app, "failed")
    expected = {"dark": ("#ff8787", "#121212"), "light": ("#af0000", "#ffffff")}
    assert (failed, ground) == expected[theme]


async def test_changing_the_theme_repaints_in_its_colours() -> None:
    app = Host(table := TaskTable())
    async with app.run_test(size=(120, 12)) as pilot:
        fill(table)
        await pilot.pause()
        app.theme = "light"
        await eventually(lambda: colours_of(app, "failed") == ("#af0000", "#ffffff"), "the light theme")


async def test_without_colour_cursor_state_and_unseen_have_their_signs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Host(table := TaskTable())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        await pilot.pause()
        assert app.no_color
        lines = screen_lines(app)
        colours = {
            segment.style.color.name
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if segment.style and segment.style.color
        }
    assert lines[1].startswith("▌ ▶")
    assert lines[4].startswith(" ●✓")
    assert all(red == green == blue for red, green, blue in ((c[1:3], c[3:5], c[5:7]) for c in colours))


@pytest.mark.parametrize("width", [96, 110, 160])
async def test_a_running_task_says_what_is_usual_and_when_it_takes_longer(width: int) -> None:
    app = Host(table := TaskTable())
    late, early = task(8, ran_s=1800), task(9, ran_s=480)
    usual = Estimate(540.0, 720.0, 900.0, 7)
    async with app.run_test(size=(width, 12)) as pilot:
        table.set_tasks([late, early], now=lambda: NOW, estimates={late.id: usual, early.id: usual})
        await pilot.pause()
        lines = screen_lines(app)
        assert ("9–15m!" in lines[1], "9–15m" in lines[2], "9–15m!" in lines[2]) == (True, True, False)
        amber = [s.style.color for s in table.render_line(1) if "9–15m" in s.text and s.style]
        calm = [s.style.color for s in table.render_line(2) if "9–15m" in s.text and s.style]
        assert amber != calm
        table.update_task(late)
        await pilot.pause()
        assert "9–15m" not in screen_lines(app)[1]
