"""Who is looking: seen marks, toasts and the bell, and the strip after an absence."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.timer import Timer

from app.dashboard.news.away import Presence, away_line
from app.dashboard.news.ending import toasts
from app.model.task import Task
from app.supervisor import operations
from app.supervisor.operations import OperationError

if TYPE_CHECKING:
    from app.dashboard.screen.mainscreen import MainScreen

DWELL_S = 1.0
"""An end counts as seen once it stood on the screen this long: passing by with the cursor is not looking."""

TOAST_S = 8.0
"""How long a toast stays."""


class Watcher:
    """Knows whether somebody watches, and draws the conclusions.

    ``clock`` gives monotonic seconds.
    """

    def __init__(self, screen: MainScreen, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen = screen
        self._clock = clock
        self._presence = Presence(clock(), datetime.now(UTC))
        self._dwell: Timer | None = None

    @property
    def watching(self) -> bool:
        """Whether what is on the screen can be taken as seen."""
        return self._presence.watching(self._clock())

    def sign_of_life(self, *, focused: bool | None = None) -> None:
        """A key, a click, or the terminal's word that it has the focus (or has lost it: False)."""
        now = self._clock()
        away_s = 0.0 if focused is False else self._presence.away_s(now)
        line = away_line(self._screen.board.tasks.values(), self._presence.since, away_s)
        self._screen.show_away(line)
        known = self._presence.focused if focused is None else focused
        pressed = self._presence.pressed or focused is None
        if focused is False:
            self._presence = replace(self._presence, focused=False)
        else:
            known = True if known is False else known
            self._presence = Presence(now, datetime.now(UTC), known, pressed)
            self.consider_seen()

    def tell(self, ended: Sequence[Task], asking: Sequence[Task] = ()) -> None:
        """Tell of ends and questions once: not of those that are being watched, and with one bell for all."""
        seen = [task for task in ended if self.watching and self._screen.details.shows_end_of(task)]
        self.mark_seen(seen)
        others = [task for task in ended if task not in seen and task.unread]
        unseen = [task for task in asking if not self._sees_question(task)]
        if not others and not unseen:
            return
        for toast in toasts(others, unseen):
            self._screen.notify(
                toast.body, title=toast.title, severity=toast.severity, timeout=TOAST_S, markup=False
            )
        self._screen.app.bell()

    def _sees_question(self, task: Task) -> bool:
        """Whether somebody looks at the task just now, or at another question of it."""
        shown = self._screen.details.shown
        return self.watching and (
            self._screen.prompter.about(task) or (shown is not None and shown.id == task.id)
        )

    def consider_seen(self) -> None:
        """The task in view counts as seen if it stays there for a moment."""
        task = self._screen.details.shown
        if self._dwell is not None or task is None or not task.unread or not self.watching:
            return
        task_id = task.id
        self._dwell = self._screen.set_timer(DWELL_S, lambda: self._dwelt(task_id))

    def _dwelt(self, task_id: str) -> None:
        self._dwell = None
        task = self._screen.details.shown
        if (
            task is not None
            and task.id == task_id
            and self.watching
            and self._screen.details.shows_end_of(task)
        ):
            self.mark_seen([task])
        else:
            self.consider_seen()

    def mark_seen(self, tasks: Iterable[Task]) -> None:
        """Take away the marks of these tasks."""
        unread = [task for task in tasks if task.unread]
        if unread:
            self._screen.run_worker(lambda: self._write_seen(unread), thread=True, exit_on_error=False)

    def _write_seen(self, tasks: Sequence[Task]) -> None:
        for task in tasks:
            try:
                operations.mark_seen(self._screen.session.registry, task.id)
            except OperationError:
                continue  # it stays unread, and the next look at it tries again
        self._screen.feed.look(task.id for task in tasks)
