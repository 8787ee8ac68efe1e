"""The table of tasks with samples in it, for the tests of what it shows, its cursor and its repaints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from textual.strip import Strip

from app.dashboard.table.rows import Moment
from app.dashboard.table.table import TaskTable
from app.model.outcome import Outcome, Progress
from app.model.status import Status
from app.model.task import Task
from tests.dashboard.samples import NOW, task


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
