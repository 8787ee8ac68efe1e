"""The log of one attempt: the window of it that is in view, following its end until the reader scrolls."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from textual.geometry import Region
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer

from app.dashboard.drawing.cells import cut
from app.dashboard.drawing.painted import thumb
from app.dashboard.drawing.scrolled import Scrolled
from app.dashboard.keys import MOVES, bindings
from app.dashboard.log.growth import FRAME_S, UNFOCUSED_FRAME_S, Growth
from app.dashboard.log.lines import LineStrips, marked
from app.dashboard.log.viewport import View, ViewRow, bounds_of, end_view, moved, read_again, view_at
from app.dashboard.table.rowpaint import THUMB
from app.logs.sanitise import sanitise
from app.logs.window import Line, LogFile


class LogPane(Scrolled, can_focus=True):
    """Shows a log by pulling the lines in view out of the file; what is not in view costs nothing.

    At its end it follows what is written. Scrolled up it stays, and tells how much is new; at the end it
    follows again. A thread waits for growth, so that no timer runs while nothing is written.
    """

    BINDINGS = bindings(MOVES)
    ALLOW_MAXIMIZE = True

    DEFAULT_CSS = """
    LogPane { height: 1fr; padding: 0 0 0 1; background: $background; color: $foreground; }
    """

    class FollowChanged(Message):
        """Whether the pane follows the end, and how many bytes were written since it stopped to."""

        def __init__(self, pane: LogPane, following: bool, new_bytes: int) -> None:
            super().__init__()
            self.pane = pane
            self.following = following
            self.new_bytes = new_bytes

        @property
        def control(self) -> LogPane:
            """The pane it came from."""
            return self.pane

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        self._strips = LineStrips(self.ink)
        super().__init__(id=id, classes=classes)
        self._log: LogFile | None = None
        self._live = False
        self._note = ""
        self._view = View()
        self._bytes = 0
        self._seen = 0
        self._following = True
        self._wrap = True
        self._told: tuple[bool, int] = (True, 0)
        self._hidden = False
        self._growth: Growth | None = None
        self._frame: Timer | None = None
        self._painted_at = 0.0

    # What the pane shows

    def show(self, path: Path | None, live: bool, note: str = "") -> None:
        """Show a log from its end on; None is no log. ``note`` is said while there is nothing in it.

        ``live`` means that more may come. Showing the same log again keeps the place.
        """
        same = self._log is not None and self._log.path == path
        self._note, self._live = sanitise(note), live
        if not same:
            self._log = LogFile(path) if path else None
            self._strips.clear()
            self._following, self._view = True, View()
        self._watch(restart=not same)
        self._reload()
        if not self._view.rows:
            self.refresh()

    @property
    def path(self) -> Path | None:
        """The log in the pane."""
        return self._log.path if self._log else None

    @property
    def following(self) -> bool:
        """Whether the end stays in view as it is written."""
        return self._following

    # Growing

    def _watch(self, *, restart: bool) -> None:
        """Have a thread that watches exactly while the log may grow and somebody can see it."""
        needed = self._live and not self._hidden and self._log is not None and self.is_running
        if self._growth is not None and (restart or not needed):
            self._growth.stop()
            self._growth = None
        if self._growth is None and needed and self._log is not None:
            self._growth = Growth(self._log, self._wanted, self._schedule)

    def _wanted(self) -> int:
        return self.size.height if self._following else 0

    def _schedule(self) -> None:
        """Show what is new, but not too soon after the last time."""
        if self._frame is None and self.is_mounted:
            pause = FRAME_S if self.app.app_focus else UNFOCUSED_FRAME_S
            wait = max(0.001, self._painted_at + pause - time.monotonic())
            self._frame = self.set_timer(wait, self._catch_up)

    def _catch_up(self) -> None:
        """Show what the thread found last."""
        self._frame, self._painted_at = None, time.monotonic()
        if self._growth is None:
            return
        newest = self._growth.take()
        self._bytes = newest.size
        if self._following and newest.wanted == self.size.height:
            self._put(end_view(newest.lines, self._rows, self._rows_of))
        elif self._following or len(self._view.rows) < self._rows:
            self._reload()
        self._tell()

    def _reload(self) -> None:
        """Read the window anew: another log, size or wrapping."""
        if self._log is None or not self.is_mounted:
            self._put(View())
            return
        try:
            self._bytes = self._log.size()
            self._put(read_again(self._log, self._view, self._rows, self._rows_of, following=self._following))
        except OSError as error:
            self._give_up(error)
        self._tell()

    def _give_up(self, error: OSError) -> None:
        """Say why nothing is to be seen."""
        self._note = f"The log cannot be read: {error.strerror}."
        self._put(View())
        self.refresh()

    def _tell(self) -> None:
        if self._following:
            self._seen = self._bytes
        told = (self._following, max(0, self._bytes - self._seen))
        if told != self._told:
            self._told = told
            self.post_message(self.FollowChanged(self, *told))

    # Moving

    def action_first(self) -> None:
        """Scroll to the beginning."""
        if (log := self._log) is not None:
            self._move_to(lambda: view_at(log, 0, 0, self._rows, self._rows_of))

    def action_last(self) -> None:
        """Scroll to the end, and follow it."""
        self._following = True
        self._reload()

    def toggle_follow(self) -> None:
        """Follow the end, or stay where the view is."""
        self._following = not self._following
        self._reload()

    def toggle_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self._wrap = not self._wrap
        self._reload()
        self.refresh()

    def shift_view(self, rows: int) -> None:
        """Scroll by rows; at the end, follow."""
        if (log := self._log) is not None:
            self._move_to(lambda: moved(log, self._view, rows, self._rows, self._rows_of))

    def _move_to(self, find: Callable[[], View]) -> None:
        try:
            view = find()
        except OSError as error:
            self._give_up(error)
            return
        self._following = view.at_end
        self._put(view)
        self._tell()

    # Events

    def on_mount(self) -> None:
        """Begin to follow."""
        self._watch(restart=False)

    def on_unmount(self) -> None:
        """Let the thread go."""
        self._live = False
        self._watch(restart=True)

    def on_hide(self) -> None:
        """Rest while another pane or tab is in view."""
        self._hidden = True
        self._watch(restart=False)

    def on_show(self) -> None:
        """Be up to date again."""
        self._hidden = False
        self._watch(restart=False)
        self._reload()

    def on_resize(self) -> None:
        """Read as many lines as there is room for."""
        self._reload()

    def notify_style_update(self) -> None:
        """Forget the strips: they hold colours."""
        super().notify_style_update()
        self._strips.clear()

    def selection_updated(self, selection: Selection | None) -> None:
        """Hold the view while text is selected: what is under the pointer must not move away."""
        if selection is not None and self._following:
            self._following = False
            self._tell()
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text of the rows in view."""
        return selection.extract("\n".join(self._strip(row).text for row in self._view.rows)), "\n"

    # Drawing

    @property
    def _rows(self) -> int:
        return max(1, self.size.height)

    @property
    def _columns(self) -> int:
        return max(1, self.size.width - 1)

    def _rows_of(self, line: Line) -> int:
        return len(self._strips.of(line, self._columns, self._wrap))

    def _strip(self, row: ViewRow) -> Strip:
        strips = self._strips.of(row.line, self._columns, self._wrap)
        return strips[min(row.index, len(strips) - 1)]

    def _put(self, view: View) -> None:
        """Make this the view, and repaint the rows that differ."""
        before, self._view = self._view, view
        if not self.is_mounted or not self.size or view == before:
            return
        if self.text_selection is not None:
            self.screen.clear_selection()
        if not before.rows or not view.rows or self._thumb_of(before) != self._thumb_of(view):
            self.refresh()
            return
        for y in range(self.size.height):
            if before.rows[y : y + 1] != view.rows[y : y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """One row of the log, or of what is said when there is none."""
        ground = self.ink()
        if y < len(self._view.rows):
            strip = self._strip(self._view.rows[y])
            strip = self._selected(strip, y).apply_offsets(0, y)
        elif y == 1 and not self._view.rows:
            strip = self.strip([(cut(self._note, self._columns), self.ink("muted"))], self._columns, ground)
        else:
            strip = Strip.blank(self._columns, ground)
        mark = THUMB if y in self._thumb_of(self._view) else " "
        return Strip.join(
            [
                strip.adjust_cell_length(self._columns, ground),
                self.strip([(mark, self.ink("rule"))], 1, ground),
            ]
        )

    def _thumb_of(self, view: View) -> range:
        return thumb(self._rows, *bounds_of(view, self._bytes))

    def _selected(self, strip: Strip, y: int) -> Strip:
        selection = self.text_selection
        span = selection.get_span(y) if selection is not None else None
        return strip if span is None else marked(strip, *span, self.ink("foreground", ground="rule"))
