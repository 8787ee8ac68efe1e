"""The table on a screen: what it shows, where the cursor stays, and what is repainted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from textual import events
from textual.strip import Strip

from app.dashboard.table.rows import Moment, ordered
from app.dashboard.table.table import TaskTable
from app.model.outcome import Outcome, Progress
from app.model.status import Status
from app.model.task import Task
from tests.dashboard.samples import NOON, NOW, task
from tests.dashboard.screens import Host, colours_of, eventually, screen_lines, screen_text


class Watched(TaskTable):
    """A table that remembers which lines it was asked to draw, and what it told."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[int] = []
        self.told: list[str] = []

    def render_line(self, y: int) -> Strip:
        """Draw as ever."""
        self.drawn.append(y)
        return super().render_line(y)

    def on_task_table_highlighted(self, message: TaskTable.Highlighted) -> None:
        """Keep what was told."""
        self.told.append(f"on {message.task.number}" if message.task else "on none")

    def on_task_table_opened(self, message: TaskTable.Opened) -> None:
        """Keep what was told."""
        self.told.append(f"opened {message.task.number}")


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> Moment:
        """The instant."""
        return Moment(NOW.monotonic + self.passed, NOW.wall + timedelta(seconds=self.passed))


def under_cursor(table: TaskTable) -> int | None:
    """The number of the task under the cursor."""
    return table.cursor_task.number if table.cursor_task else None


def clock_runs(table: TaskTable) -> bool:
    """Whether the table's timer is going."""
    return table._ticker is not None and table._ticker._active.is_set()


def samples() -> list[Task]:
    """Two live tasks, one that waits, two that ended."""
    return [
        task(8, "Run integration test suite", ran_s=495),
        task(10, "Generate API documentation", ran_s=760, agent="kiro"),
        task(12, "Security scan", Status.QUEUED, queue_reason="after #8"),
        task(7, "Fix ESLint errors", Status.COMPLETE, exit_code=0, outcome=Outcome(passed=156)),
        task(9, "Update", Status.FAILED, exit_code=1, seen=True, outcome=Outcome(error="conflict in node")),
    ]


def fill(table: TaskTable, tasks: Sequence[Task] | None = None, clock: Clock | None = None) -> None:
    """Show samples with the progress and last line of task 8."""
    eight = task(8).id
    table.set_tasks(
        samples() if tasks is None else tasks,
        {eight: Progress(47, 89)},
        {eight: "POST /users"},
        clock or Clock(),
    )


async def test_a_wide_screen_shows_everything() -> None:
    app = Host(table := TaskTable())
    async with app.run_test(size=(120, 12)) as pilot:
        fill(table)
        await pilot.pause()
        lines = screen_lines(app)
    assert lines[0].split() == ["#", "Task", "Agent", "Status", "Progress", "Time", "Last", "line"]
    running = "▌ ▶ 8 Run integration test suite worker running ██████░░░░░ 47/89 8m15 POST /users"
    assert lines[1].split() == running.split()
    assert lines[3].endswith("queued              after #8")
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


async def test_cursor_keeps_its_task_when_rows_move() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        await pilot.press("down", "down", "down")
        assert under_cursor(table) == 7
        new = [task(20, "One more"), task(21, "And another")]
        fill(table, ordered([*samples()[2:], *new]))
        await pilot.pause()
        assert under_cursor(table) == 7
        assert next(line for line in screen_lines(app) if line.startswith("▌")).startswith("▌●✓  7  Fix")
        assert table.told == ["on 8", "on 10", "on 12", "on 7"]


async def test_cursor_stays_on_its_row_when_its_task_goes() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        await pilot.press("G")
        fill(table, samples()[:-1])
        await pilot.pause()
        assert under_cursor(table) == 7
        fill(table, [])
        await pilot.pause()
        assert under_cursor(table) is None
        assert table.told == ["on 8", "on 9", "on 7", "on none"]


async def test_keys_move_and_open() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        await pilot.press("j", "j", "k", "enter", "G", "up", "g", "k")
        await pilot.pause()
    assert table.told == ["on 8", "on 10", "on 12", "on 10", "opened 10", "on 9", "on 7", "on 8"]


async def test_mouse_selects_opens_and_scrolls() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 5)) as pilot:
        fill(table)
        await pilot.click(TaskTable, offset=(20, 0))
        await pilot.click(TaskTable, offset=(20, 3))
        await pilot.click(TaskTable, offset=(20, 2), times=2)
        await pilot.pause()
        assert table.told == ["on 8", "on 12", "on 10", "opened 10"]
        table.post_message(events.MouseScrollDown(table, 20, 2, 0, 1, 0, False, False, False))
        await pilot.pause()
        assert "Run integration" not in screen_text(app)


async def test_select_puts_the_cursor_on_a_task() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        assert table.select(task(9).id)
        assert not table.select("agent_20000101_000000")
        await pilot.pause()
        assert table.told == ["on 8", "on 9"]


async def test_cursor_out_of_view_is_scrolled_to() -> None:
    many = [task(number, f"Task {number}", Status.COMPLETE) for number in range(100, 0, -1)]
    app = Host(table := TaskTable())
    async with app.run_test(size=(80, 11)) as pilot:
        fill(table, many)
        await pilot.press("G")
        await pilot.pause()
        assert screen_lines(app)[-1].startswith("▌●✓  1   Task 1")
        assert screen_lines(app)[-1].endswith("▐")
        await pilot.press("pageup")
        await pilot.pause()
        assert "Task 10 " in screen_text(app)
        assert under_cursor(table) == 10


async def test_a_second_repaints_only_the_lines_of_live_rows() -> None:
    clock = Clock()
    app = Host(table := Watched())
    async with app.run_test(size=(120, 12)) as pilot:
        fill(table, clock=clock)
        await pilot.pause()
        table.drawn.clear()
        clock.passed = 1
        table.tick()
        await pilot.pause()
        assert sorted(set(table.drawn)) == [1, 2]
        assert "8m16" in screen_text(app)
        table.drawn.clear()
        table.tick()
        await pilot.pause()
        assert table.drawn == []


async def test_the_clock_runs_by_itself_while_something_runs() -> None:
    clock = Clock()
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table, clock=clock)
        await pilot.pause()
        clock.passed = 5
        await eventually(lambda: "8m20" in screen_text(app), "the tick")


async def test_the_clock_rests_when_nothing_runs() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        await pilot.pause()
        assert clock_runs(table)
        fill(table, samples()[2:])
        await pilot.pause()
        assert not clock_runs(table)


async def test_an_update_repaints_one_line() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(120, 12)) as pilot:
        fill(table)
        await pilot.pause()
        table.drawn.clear()
        table.update_task(samples()[0], Progress(48, 89), "GET /users")
        await pilot.pause()
        assert set(table.drawn) == {1}
        assert "48/89" in screen_text(app)
        assert "GET /users" in screen_text(app)


async def test_the_same_tasks_again_repaint_nothing() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(120, 12)) as pilot:
        fill(table)
        await pilot.pause()
        table.drawn.clear()
        fill(table)
        await pilot.pause()
        assert table.drawn == []


async def test_an_unknown_task_is_not_added_by_an_update() -> None:
    app = Host(table := Watched())
    async with app.run_test(size=(80, 12)) as pilot:
        fill(table)
        table.update_task(task(99, "Stranger"), None, "")
        await pilot.pause()
        assert "Stranger" not in screen_text(app)


async def test_ten_thousand_rows_draw_no_more_than_are_in_view() -> None:
    many = [
        task(number, f"Task {number}", Status.COMPLETE, seen=True, ended=NOON - timedelta(seconds=number))
        for number in range(10_000)
    ]
    app = Host(table := Watched())
    async with app.run_test(size=(120, 40)) as pilot:
        table.drawn.clear()
        started = time.perf_counter()
        fill(table, many)
        spent = time.perf_counter() - started
        await pilot.pause()
        assert len(table.drawn) <= 80
        assert spent < 1
        await pilot.press("G")
        await pilot.pause()
        assert "Task 9999" in screen_text(app)


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
