"""The log pane on a screen: the end first, following, staying, colours, gaps, floods."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.strip import Strip

from app.dashboard.log.pane import LogPane
from tests.dashboard.screens import Host, colours_of, eventually, screen_lines, screen_text


class Watched(LogPane):
    """A pane that remembers when it was asked to draw, and what it told."""

    def __init__(self) -> None:
        super().__init__()
        self.frames = 0
        self.told: list[tuple[bool, int]] = []

    def render_line(self, y: int) -> Strip:
        """Count the repaints of the last line in view, which every new line of a full pane changes."""
        if y == self.size.height - 1:
            self.frames += 1
        return super().render_line(y)

    def on_log_pane_follow_changed(self, message: LogPane.FollowChanged) -> None:
        """Keep what was told."""
        self.told.append((message.following, message.new_bytes))


def write(path: Path, *lines: str, end: str = "\n") -> Path:
    """Append lines to a log."""
    with path.open("ab") as log:
        log.write("".join(line + end for line in lines).encode())
    return path


def followers() -> list[threading.Thread]:
    """The threads that watch a log."""
    return [thread for thread in threading.enumerate() if thread.name == "log-follower"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of a hundred lines."""
    return write(tmp_path / "a.log", *(f"line {number}" for number in range(100)))


async def test_shows_the_end_first(log: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(40, 5)) as pilot:
        pane.show(log, live=False)
        await pilot.pause()
        assert [line.split("▐")[0].strip() for line in screen_lines(app)] == [
            f"line {number}" for number in range(95, 100)
        ]
        assert screen_lines(app)[-1].endswith("▐")


async def test_follows_what_is_written(log: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(40, 5)):
        pane.show(log, live=True)
        await eventually(lambda: "line 99" in screen_text(app))
        write(log, "one more")
        await eventually(lambda: "one more" in screen_lines(app)[-1], "the new line")
        assert pane.following


async def test_an_unfinished_line_is_shown_and_grows(log: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(40, 5)):
        pane.show(log, live=True)
        write(log, "10%", end="")
        await eventually(lambda: "10%" in screen_lines(app)[-1])
        write(log, "\r20%", end="")
        await eventually(lambda: "20%" in screen_lines(app)[-1])
        assert "10%" not in screen_text(app)


async def test_scrolled_up_it_stays_and_tells_how_much_is_new(log: Path) -> None:
    app = Host(pane := Watched())
    async with app.run_test(size=(40, 5)) as pilot:
        pane.show(log, live=True)
        await eventually(lambda: "line 99" in screen_text(app))
        await pilot.press("k", "k")
        before = screen_lines(app)
        assert "line 97" in before[-1]
        assert not pane.following
        write(log, "12345678", "90")
        await eventually(lambda: pane.told[-1] == (False, 12), "the count of new bytes")
        assert [line[:9] for line in screen_lines(app)] == [line[:9] for line in before]


async def test_reaching_the_end_follows_again(log: Path) -> None:
    app = Host(pane := Watched())
    async with app.run_test(size=(40, 5)) as pilot:
        pane.show(log, live=True)
        await eventually(lambda: "line 99" in screen_text(app))
        await pilot.press("pageup")
        assert not pane.following
        write(log, "new")
        await eventually(lambda: pane.told[-1] == (False, 4))
        await pilot.press("G")
        await pilot.pause()
        assert "new" in screen_lines(app)[-1]
        assert pane.told[-1] == (True, 0)
        write(log, "newer")
        await eventually(lambda: "newer" in screen_lines(app)[-1])


async def test_scrolling_down_to_the_end_follows_too(log: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(40, 5)) as pilot:
        pane.show(log, live=False)
        await pilot.press("up", "up", "up", "down", "down")
        assert not pane.following
        await pilot.press("down")
        assert pane.following


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


async def test_following_stops_and_resumes(log: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(40, 5)) as pilot:
        pane.show(log, live=True)
        await eventually(lambda: "line 99" in screen_text(app))
        pane.toggle_follow()
        write(log, "new")
        await pilot.pause(0.3)
        assert "line 99" in screen_lines(app)[-1]
        pane.toggle_follow()
        await eventually(lambda: "new" in screen_lines(app)[-1])


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


async def test_another_log_starts_at_its_end_and_the_same_one_keeps_the_place(
    log: Path, tmp_path: Path
) -> None:
    other = write(tmp_path / "b.log", "other")
    app = Host(pane := LogPane())
    async with app.run_test(size=(40, 5)) as pilot:
        pane.show(log, live=True)
        await pilot.press("g")
        pane.show(log, live=False)
        await pilot.pause()
        assert "line 0" in screen_text(app)
        assert not pane.following
        pane.show(other, live=False)
        await pilot.pause()
        assert screen_lines(app)[0].strip() == "other"
        assert pane.following


async def test_a_flood_is_followed_within_ten_frames_a_second(tmp_path: Path) -> None:
    path = write(tmp_path / "a.log", "start")
    app = Host(pane := Watched())
    stop, written = threading.Event(), [0]

    def flood() -> None:
        with path.open("ab") as out:
            while not stop.is_set():
                out.write(b"".join(b"flood %d\n" % number for number in range(written[0], written[0] + 500)))
                out.flush()
                written[0] += 500
                stop.wait(0.005)

    writer = threading.Thread(target=flood, daemon=True)
    async with app.run_test(size=(60, 20)) as pilot:
        pane.show(path, live=True)
        await eventually(lambda: "start" in screen_text(app))
        pane.frames = 0
        writer.start()
        await pilot.pause(1.0)
        frames = pane.frames
        stop.set()
        writer.join()
        last = f"flood {written[0] - 1}"
        await eventually(lambda: last in screen_lines(app)[-1], "the last line")
        await pilot.pause(0.3)
        pane.frames = 0
        await pilot.pause(0.5)
        assert pane.frames == 0
    assert 2 <= frames <= 13


async def test_a_quiet_log_runs_no_timer(log: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(60, 20)) as pilot:
        pane.show(log, live=True)
        await eventually(lambda: "line 99" in screen_text(app))
        await pilot.pause(0.4)
        assert pane._frame is None
        assert [timer for timer in pane._timers if timer._active.is_set()] == []


async def test_the_thread_goes_with_the_log(log: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(60, 20)):
        pane.show(log, live=True)
        await eventually(lambda: len(followers()) == 1)
        pane.show(log, live=False)
        await eventually(lambda: not followers(), "the end of the thread")
        pane.show(log, live=True)
        await eventually(lambda: len(followers()) == 1)
    await eventually(lambda: not followers(), "the end of the thread")


async def test_a_hidden_pane_watches_nothing_and_is_up_to_date_when_shown(log: Path) -> None:
    app = Host(pane := LogPane())
    async with app.run_test(size=(60, 5)) as pilot:
        pane.show(log, live=True)
        await eventually(lambda: "line 99" in screen_text(app))
        pane.display = False
        await eventually(lambda: not followers(), "the end of the thread")
        write(log, "meanwhile")
        await pilot.pause()
        pane.display = True
        await eventually(lambda: "meanwhile" in screen_lines(app)[-1])
        write(log, "later")
        await eventually(lambda: "later" in screen_lines(app)[-1])


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
