"""The log pane on a screen: the end first, wrapping, colours, gaps, notes, selecting."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.dashboard.log.pane import LogPane
from tests.dashboard.logs import log as log
from tests.dashboard.logs import write
from tests.dashboard.screens import Host, colours_of, eventually, screen_lines, screen_text


async def test_shows_the_end_first(log: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(40, 5)) as pilot:
        pane.show(log, live=False)
        await pilot.pause()
        assert [line.split("▐")[0].strip() for line in screen_lines(app)] == [
            f"line {number}" for number in range(95, 100)
        ]
        assert screen_lines(app)[-1].endswith("▐")


async def test_keys_reach_both_ends(log: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(40, 5)) as pilot:
        pane.show(log, live=False)
        await pilot.press("g")
        await pilot.pause()
        assert "line 0" in screen_lines(app)[0]
        await pilot.press("pagedown")
        await pilot.pause()
        assert "line 4" in screen_lines(app)[0]
        await pilot.press("end")
        await pilot.pause()
        assert "line 99" in screen_lines(app)[-1]


async def test_long_lines_are_wrapped_or_cut(tmp_path: Path) -> None:
    long = write(tmp_path / "a.log", "short", "x" * 50)
    app = Host(pane := LogPane())
    async with app.run_test(size=(40, 6)) as pilot:
        pane.show(long, live=False)
        await pilot.pause()
        assert [line.count("x") for line in screen_lines(app)[:4]] == [0, 38, 12, 0]
        pane.toggle_wrap()
        await pilot.pause()
        assert [line.count("x") for line in screen_lines(app)[:3]] == [0, 37, 0]
        assert screen_lines(app)[1].endswith("›")


async def test_scrolling_goes_by_rows_of_a_wrapped_line(tmp_path: Path) -> None:
    text = "".join(f"<{number:02}>".ljust(38, ".") for number in range(10))
    long = write(tmp_path / "a.log", text)
    app = Host(pane := LogPane())
    async with app.run_test(size=(40, 4)) as pilot:
        pane.show(long, live=False)
        await pilot.pause()
        assert [line[1:5] for line in screen_lines(app)] == ["<06>", "<07>", "<08>", "<09>"]
        await pilot.press("up", "up")
        await pilot.pause()
        assert [line[1:5] for line in screen_lines(app)] == ["<04>", "<05>", "<06>", "<07>"]
        await pilot.press("home")
        await pilot.pause()
        assert screen_lines(app)[0][1:5] == "<00>"


async def test_colours_are_shown_and_sequences_are_not(tmp_path: Path) -> None:
    text = "\x1b[31mred\x1b[0m \x1b]0;owned\x07\x1b[2J\x1b[?1049hplain \x9b32mgreen"
    coloured = write(tmp_path / "a.log", text)
    app = Host(pane := LogPane())
    async with app.run_test(size=(60, 4)) as pilot:
        pane.show(coloured, live=False)
        await pilot.pause()
        assert screen_lines(app)[0].strip() == "red plain green"
        assert colours_of(app, "red")[0] == "#ff8787"
        assert colours_of(app, "green")[0] == "#87d787"


async def test_markup_in_a_log_shows_as_written(tmp_path: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(60, 4)) as pilot:
        pane.show(write(tmp_path / "a.log", "[/foo] [bold]x[/bold]"), live=False)
        await pilot.pause()
        assert "[/foo] [bold]x[/bold]" in screen_text(app)


async def test_wide_characters_never_spill_over_the_edge(tmp_path: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(21, 6)) as pilot:
        pane.show(write(tmp_path / "a.log", "日本語" * 10), live=False)
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        assert "".join(line.strip() for line in screen_lines(app)) == "日本語" * 10
    assert {strip.cell_length for strip in strips} == {21}


async def test_a_dropped_part_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    with path.open("wb") as file:
        file.write(b"head\n".ljust(4096, b"h") + b"\n")
        file.seek(64 << 20)
        file.write(b"\ntail\n")
    if path.stat().st_blocks * 512 > 32 << 20:
        pytest.fail("this file system keeps no holes; the tests need one that does")
    app = Host(pane := LogPane())
    async with app.run_test(size=(60, 6)) as pilot:
        pane.show(path, live=False)
        await pilot.pause()
        assert "… 64 MB dropped …" in screen_text(app)
        assert "tail" in screen_text(app)


async def test_note_stands_where_no_output_is_yet(tmp_path: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(60, 6)):
        pane.show(None, live=False, note="Waits for \x1b[2J#8.")
        await eventually(lambda: "Waits for #8." in screen_text(app))
        missing = tmp_path / "later.log"
        pane.show(missing, live=True, note="No output yet.")
        await eventually(lambda: "No output yet." in screen_text(app))
        write(missing, "here")
        await eventually(lambda: "here" in screen_text(app))
        assert "No output yet." not in screen_text(app)


async def test_unreadable_log_is_said_in_one_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.log", "x")
    unreadable = tmp_path / ("x" * 300)  # no file system takes such a name
    app = Host(pane := LogPane())
    async with app.run_test(size=(60, 6)) as pilot:
        pane.show(path, live=False)
        pane.show(unreadable, live=False)
        await pilot.pause()
        assert "The log cannot be read" in screen_text(app)


async def test_selected_text_is_what_is_seen(log: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(40, 5)) as pilot:
        pane.show(log, live=True)
        await eventually(lambda: "line 99" in screen_text(app))
        await pilot.mouse_down(LogPane, offset=(1, 1))
        await pilot.hover(LogPane, offset=(7, 2))
        await pilot.mouse_up(LogPane, offset=(7, 2))
        await pilot.pause()
        assert app.screen.get_selected_text() == "line 96\nline 97"
        assert not pane.following
        assert colours_of(app, "line 96")[1] == "#444444"
        assert colours_of(app, "line 98")[1] == "#121212"
        await pilot.press("up")
        assert not app.screen.get_selected_text()


async def test_changing_the_theme_changes_the_colours(tmp_path: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(40, 5)) as pilot:
        pane.show(write(tmp_path / "a.log", "\x1b[31mred\x1b[0m"), live=False)
        await pilot.pause()
        app.theme = "light"
        await eventually(lambda: colours_of(app, "red") == ("#af0000", "#ffffff"), "the light theme")
