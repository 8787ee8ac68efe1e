"""The table of tasks: one line a task, drawn when it comes into view, and again only when it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from app.dashboard.drawing.painted import Painted, thumb
from app.dashboard.keys import MOVES, bindings
from app.dashboard.table.columns import Layout, layout
from app.dashboard.table.rowpaint import EMPTY, NOTHING, Shown, empty_line, heading, paint
from app.dashboard.table.rows import Clock, Moment, row_of, set_or_drop
from app.model.estimate import Estimate
from app.model.outcome import Progress
from app.model.task import Task
from app.model.vitals import Silence


class TaskTable(Painted, can_focus=True):
    """The tasks with a cursor that stays on its task, whatever the rows around it do.

    The caller orders and filters. Nothing is computed for a row that is not in view, so 10,000 tasks cost
    what an empty table costs.
    """

    BINDINGS = bindings({**MOVES, "open": "open"})
    ALLOW_SELECT = False
    ALLOW_MAXIMIZE = True

    DEFAULT_CSS = """
    TaskTable { height: 1fr; background: $background; color: $foreground; }
    """

    class Highlighted(Message):
        """The cursor went to another task, or to none."""

        def __init__(self, table: TaskTable, task: Task | None) -> None:
            super().__init__()
            self.table = table
            self.task = task

        @property
        def control(self) -> TaskTable:
            """The table it came from."""
            return self.table

    class Opened(Message):
        """A task was chosen, by Enter or by a double click."""

        def __init__(self, table: TaskTable, task: Task) -> None:
            super().__init__()
            self.table = table
            self.task = task

        @property
        def control(self) -> TaskTable:
            """The table it came from."""
            return self.table

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._tasks: list[Task] = []
        self._progress: dict[str, Progress] = {}
        self._last_lines: dict[str, str] = {}
        self._silences: dict[str, Silence] = {}
        self._estimates: dict[str, Estimate] = {}
        self._shared: dict[str, tuple[int, ...]] = {}
        self._clock: Clock = Moment.now
        self._index: dict[str, int] | None = None
        self._digits = 2
        self._cursor = 0
        self._top = 0
        self._drawn: dict[int, Shown] = {}
        self._frame: tuple[int, tuple[str, ...]] | None = None
        self._ticker: Timer | None = None
        self._empty: tuple[str, ...] = EMPTY

    # What the table shows

    def set_tasks(
        self,
        tasks: Sequence[Task],
        progress: Mapping[str, Progress] | None = None,
        last_lines: Mapping[str, str] | None = None,
        now: Clock = Moment.now,
        *,
        silences: Mapping[str, Silence] | None = None,
        estimates: Mapping[str, Estimate] | None = None,
        empty: tuple[str, ...] = EMPTY,
    ) -> None:
        """Show these tasks in this order; what is said of them is keyed by their ids.

        The cursor stays on its task; when that has gone, on the row where it was. ``empty`` is said when
        there are none.
        """
        before = self.cursor_task
        self._tasks = list(tasks)
        self._progress, self._last_lines = dict(progress or {}), dict(last_lines or {})
        self._silences, self._estimates = dict(silences or {}), dict(estimates or {})
        self._clock, self._index, self._empty = now, None, empty
        self._digits = len(str(max((task.number for task in self._tasks), default=0)))
        kept = self._position(before.id) if before else None
        self._cursor = max(0, min(self._cursor if kept is None else kept, len(self._tasks) - 1))
        self._settle()
        self._tell_if_other(before)

    def update_task(
        self,
        task: Task,
        progress: Progress | None = None,
        last_line: str = "",
        silence: Silence | None = None,
        estimate: Estimate | None = None,
    ) -> None:
        """Show a task as it is now; only its line is repainted. A task that is not here is ignored."""
        position = self._position(task.id)
        if position is None:
            return
        self._tasks[position] = task
        self._last_lines[task.id] = last_line
        set_or_drop(self._progress, task.id, progress)
        set_or_drop(self._silences, task.id, silence)
        set_or_drop(self._estimates, task.id, estimate)
        self._settle()

    def mark_shared(self, shared: Mapping[str, tuple[int, ...]]) -> None:
        """Show which running tasks have changed the same file: for each id the numbers of the others."""
        self._shared = dict(shared)
        self._settle()

    @property
    def tasks(self) -> Sequence[Task]:
        """The tasks in the order of the rows."""
        return self._tasks

    @property
    def cursor_task(self) -> Task | None:
        """The task under the cursor, or None in an empty table."""
        return self._tasks[self._cursor] if self._tasks else None

    def select(self, id: str) -> bool:  # noqa: A002
        """Put the cursor on a task; False when it is not in the table."""
        position = self._position(id)
        if position is not None:
            self._go(position)
        return position is not None

    def tick(self) -> None:
        """Repaint the times of the live rows in view, as far as they changed."""
        for y in range(1, self.size.height):
            index = self._top + y - 1
            if index >= len(self._tasks):
                break
            if self._tasks[index].status.live:
                self._redraw(y)

    # Moving

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self._go(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by screens."""
        self._go(self._cursor + pages * max(1, self._capacity - 1))

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self._go(0)

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self._go(len(self._tasks) - 1)

    def action_open(self) -> None:
        """Choose the task under the cursor."""
        if (task := self.cursor_task) is not None:
            self.post_message(self.Opened(self, task))

    def _go(self, index: int) -> None:
        before = self.cursor_task
        self._cursor = max(0, min(index, len(self._tasks) - 1))
        self._settle()
        self._tell_if_other(before)

    def _tell_if_other(self, before: Task | None) -> None:
        now = self.cursor_task
        if (before and before.id) != (now and now.id):
            self.post_message(self.Highlighted(self, now))

    # Events

    def on_mount(self) -> None:
        """Prepare the clock; it runs only while a live row is in view."""
        self._ticker = self.set_interval(1, self.tick, pause=True)
        self._settle()

    def on_resize(self) -> None:
        """Keep the cursor in view; Textual repaints everything anyway."""
        self._settle()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked row; a double click opens it."""
        index = self._top + event.y - 1
        if event.y < 1 or index >= len(self._tasks):
            return
        self._go(index)
        if event.chain == 2:
            self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll, and take the cursor along."""
        self._scroll(3)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll, and take the cursor along."""
        self._scroll(-3)
        event.stop()

    def _scroll(self, rows: int) -> None:
        self._top = max(0, min(self._top + rows, len(self._tasks) - self._capacity))
        self._go(max(self._top, min(self._cursor, self._top + self._capacity - 1)))

    # Drawing

    @property
    def _capacity(self) -> int:
        return max(1, self.size.height - 1)

    @property
    def _layout(self) -> Layout:
        return layout(self.size.width, self._digits)

    def _position(self, id: str) -> int | None:  # noqa: A002
        if self._index is None:
            self._index = {task.id: index for index, task in enumerate(self._tasks)}
        return self._index.get(id)

    def _settle(self) -> None:
        """Bring the cursor into view, repaint what differs from the screen, run or rest the clock."""
        if not self.is_mounted or not self.size:
            return
        self._top = max(0, min(self._top, len(self._tasks) - self._capacity))
        self._top = min(self._top, self._cursor)
        self._top = max(self._top, self._cursor - self._capacity + 1)
        frame = (self._digits, () if self._tasks else self._empty)
        if frame != self._frame:
            self._frame = frame
            self.refresh()
        else:
            for y in range(self.size.height):
                self._redraw(y)
        self._run_clock()

    def _run_clock(self) -> None:
        if self._ticker is None:
            return
        in_view = self._tasks[self._top : self._top + self._capacity]
        if any(task.status.live for task in in_view):
            self._ticker.resume()
        else:
            self._ticker.pause()

    def _redraw(self, y: int) -> None:
        if self._drawn.get(y) != self._line(y):
            self.refresh(Region(0, y, self.size.width, 1))

    def _line(self, y: int) -> Shown:
        """What a line of the screen should show."""
        index = self._top + y - 1
        if y == 0 or index >= len(self._tasks):
            return NOTHING
        task = self._tasks[index]
        said = self._progress.get(task.id), self._last_lines.get(task.id, "")
        expected = self._silences.get(task.id), self._estimates.get(task.id)
        row = row_of(task, *said, self._clock(), *expected, self._shared.get(task.id, ()))
        return Shown(row, index == self._cursor, y - 1 in self._thumb())

    def render_line(self, y: int) -> Strip:
        """One line: the headings, a row, a line of the empty state, or nothing."""
        shown = self._drawn[y] = self._line(y)
        if shown.row:
            return paint(self, shown, self._layout)
        if not self._tasks:
            return empty_line(self, self._empty, y)
        if y == 0:
            return heading(self, self._layout)
        return Strip.blank(self.size.width, self.ink())

    def _thumb(self) -> range:
        total = max(1, len(self._tasks))
        return thumb(self._capacity, self._top / total, min(1.0, (self._top + self._capacity) / total))
