"""Which question is open in the prompt, and what an answer to it does."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.timer import Timer

from app.dashboard.drawing.tone import Tone
from app.dashboard.plans.talking import answer_question
from app.dashboard.prompt.questions import KINDS, question_panel, why_gone
from app.model.ask import Ask
from app.model.task import Task
from app.registry.asking import read_answer

if TYPE_CHECKING:
    from app.dashboard.screen.mainscreen import MainScreen

SETTLE_S = 0.4
"""A question that has come by itself in the place of another takes no answer before it stood this long: the
key was meant for the other one."""


REMARK_S = 2.5
"""How long the prompt says how the last answer went, before it says again what the next one does."""


class Prompter:
    """Holds the prompt of the main screen: opens it, keeps it true, closes it when its question is gone."""

    def __init__(self, screen: MainScreen, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen = screen
        self._clock = clock
        self._asked: tuple[str, Ask] | None = None
        self._came_at = float("-inf")
        self._remarked = float("-inf")
        self._before = "table"
        self._ticker: Timer | None = None

    @property
    def is_open(self) -> bool:
        """Whether the prompt is on the screen."""
        return self._screen.prompt.panel is not None

    def about(self, task: Task) -> bool:
        """Whether the prompt shows a question of this task."""
        return self._asked is not None and self._asked[0] == task.id

    def ask(self, task: Task) -> None:
        """Open the question of a task that has waited longest."""
        if not self.is_open:
            self._before = self._screen.pane
        self._screen.visited(task)
        self._asked = (task.id, task.asks[0])
        self._came_at = float("-inf")
        self._show(task, task.asks[0])

    def answered(self, identity: str) -> None:
        """An answer was pressed: send it, and go on to the task's next question."""
        if self._asked is None:
            return
        task_id, ask = self._asked
        task = self._screen.board.tasks.get(task_id)
        if task is None or self._clock() - self._came_at < SETTLE_S:
            return
        work = partial(answer_question, task, ask, KINDS[identity], self._screen.session)
        following = [one for one in task.asks if one.number > ask.number]
        if following:
            self._asked, self._came_at = (task_id, following[0]), self._clock()
            self._show(task, following[0])
        else:
            self.close()
        self._screen.commander.work(work)

    def remark(self, line: str, tone: Tone = Tone.DONE) -> None:
        """Say how something went while a question stands over the line where that is said otherwise."""
        if self.is_open:
            self._screen.prompt.hint.say(line, tone)
            self._remarked = self._clock()

    def close(self) -> None:
        """Close the prompt; what was asked stays open for later."""
        if not self.is_open:
            return
        had_focus = self._screen.prompt.text.has_focus
        self._asked = None
        if self._ticker is not None:
            self._ticker.stop()
            self._ticker = None
        self._screen.prompt.close()
        self._screen.bar.display = True
        if had_focus:
            self._screen.focus_pane(self._before)
        self._screen.refresh_footer()

    def tasks_changed(self) -> None:
        """Keep the question true: say why when it is gone, and show how long it waits yet."""
        if self._asked is None:
            return
        task_id, ask = self._asked
        task = self._screen.board.tasks.get(task_id)
        if task is not None and ask in task.asks and not task.stopping and not task.status.ended:
            if self._clock() - self._remarked > REMARK_S:
                self._screen.prompt.show(question_panel(task, ask, datetime.now(UTC)), anew=False)
            return
        with suppress(OSError):
            answer = read_answer(self._screen.session.registry.home, task_id, ask.number)
        gone = why_gone(task, ask, answer, datetime.now(UTC))
        self.close()
        self._screen.bar.say(gone, Tone.CAUTION)

    def _show(self, task: Task, ask: Ask) -> None:
        self._screen.bar.display = False
        self._screen.prompt.show(question_panel(task, ask, datetime.now(UTC)))
        self._screen.refresh_footer()
        if self._ticker is None:
            self._ticker = self._screen.set_interval(1.0, self.tasks_changed)
