"""The log pane follows what is written, stays where it was scrolled to, and rests when nothing comes."""

from __future__ import annotations

import threading
from pathlib import Path

from textual.strip import Strip

from app.dashboard.log.pane import LogPane
from tests.dashboard.logs import log as log
from tests.dashboard.logs import write
from tests.dashboard.screens import Host, eventually, screen_lines, screen_text


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


def followers() -> list[threading.Thread]:
    """The threads that watch a log."""
    return [thread for thread in threading.enumerate() if thread.name == "log-follower"]


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
