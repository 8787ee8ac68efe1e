"""Running tasks that say nothing: what their rows show, at each width, and when that changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.dashboard.news.board import Board
from app.dashboard.news.feed import Feed, FellSilent, LogSpoke
from app.dashboard.table.rows import row_of
from app.dashboard.table.table import TaskTable
from app.model.outcome import Progress
from app.model.queue import Limits
from app.model.status import Status
from app.model.vitals import Silence
from app.registry.config import Config
from app.registry.store import Registry
from tests.dashboard.opened import opened
from tests.dashboard.samples import NOW, task
from tests.dashboard.screens import Host, screen_lines
from tests.dashboard.test_feed import Heard
from tests.support import delegate, until

SILENT = Silence(395.0)
ASKS = Silence(395.0, "Continue? [y/N]")


class TestRow:
    def test_quiet_joins_the_word(self) -> None:
        row = row_of(task(), None, "Analysing", NOW, SILENT)
        assert (row.word, row.quiet, row.result, row.last) == ("running", "quiet 6m", "", "Analysing")

    def test_what_looks_like_a_question_is_said_where_there_is_no_progress(self) -> None:
        assert row_of(task(), None, "Continue? [y/N]", NOW, ASKS).result == "question?"
        assert row_of(task(), Progress(47, 89), "Continue? [y/N]", NOW, ASKS).result == "47/89"

    @pytest.mark.parametrize("status", [Status.COMPLETE, Status.QUEUED, Status.STARTING, Status.LOST])
    def test_only_what_runs_can_be_quiet(self, status: Status) -> None:
        assert row_of(task(status=status), None, "", NOW, ASKS).quiet == ""

    def test_what_is_being_stopped_is_not_called_quiet(self) -> None:
        assert row_of(task(stopping=True), None, "", NOW, SILENT).quiet == ""


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (160, ["running quiet 6m", "question?", "8s", "Continue? [y/N]"]),
        (100, ["quiet 6m", "question?", "8s", "Continue? [y/N]"]),
        (60, ["quiet 6m", "question?", "8s"]),
        (45, ["quiet 6m", "8s"]),
    ],
)
async def test_every_width_says_quiet(width: int, words: list[str]) -> None:
    app = Host(table := TaskTable())
    async with app.run_test(size=(width, 6)) as pilot:
        one = task()
        table.set_tasks([one], {}, {one.id: "Continue? [y/N]"}, lambda: NOW, silences={one.id: ASKS})
        await pilot.pause()
        line = screen_lines(app)[1]
        assert [word for word in words if word not in line] == []
        table.update_task(one, None, "on it goes", None)
        await pilot.pause()
        assert "quiet" not in screen_lines(app)[1]


def test_a_line_of_output_ends_the_silence_on_the_board() -> None:
    board = Board()
    board.apply([task()])
    board.fall_silent(task().id, ASKS)
    assert board.silences == {task().id: ASKS}
    board.read_log(task().id, None, "on it goes")
    assert board.silences == {}
    board.fall_silent(task().id, SILENT)
    board.apply([task(status=Status.COMPLETE)])
    assert board.silences == {}
    board.fall_silent(task().id, SILENT)
    assert board.silences == {}


def test_the_feed_tells_a_silence_once_and_its_end(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    speak = tmp_path / "speak"
    script = f"!printf 'Name: '; until [ -e {speak} ]; do sleep 0.05; done; echo again; exec sleep 60"
    running = delegate(registry, script, config)
    heard = Heard()
    feed = Feed(registry, lambda: Limits(4), heard, quiet_after_s=1.0)
    feed.start()

    def told() -> list[FellSilent]:
        return [message for message in heard.messages if isinstance(message, FellSilent)]

    assert until(told)
    first = told()[0]
    assert first.task_id == running.id
    assert first.silence is not None
    assert first.silence.question == "Name:"
    speak.touch()
    assert until(
        lambda: any(isinstance(m, LogSpoke) and m.last_line.endswith("again") for m in heard.messages)
    )
    assert until(lambda: any(not message.silence or not message.silence.question for message in told()))
    feed.stop()


async def test_the_screen_says_quiet_and_stops_saying_it(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    speak = tmp_path / "speak"
    delegate(registry, f"!echo x; until [ -e {speak} ]; do sleep 0.05; done; echo again; sleep 60", config)
    async with opened(registry, (160, 30), Config(grace_s=0.5, quiet_after_s=1.0)) as seat:
        await seat.sees("running quiet")
        speak.touch()
        await seat.sees("again")
        await seat.finds(lambda: "quiet" not in seat.row("speak") or "quiet 0" in seat.row("speak"))
