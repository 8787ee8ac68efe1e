"""Which question is open in the prompt, and what an answer to it does."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.timer import Timer

from app.dashboard.drawing.tone import Tone
from app.dashboard.plans.approving import NONE, ApprovalWanted, Approved, grant
from app.dashboard.plans.done import Done
from app.dashboard.plans.talking import answer_question
from app.dashboard.prompt.questions import KINDS, question_panel, why_gone
from app.dashboard.screen.header import short_folder
from app.dashboard.session import Session
from app.model.ask import Ask
from app.model.task import Task
from app.registry.approvals import Scope
from app.registry.asking import read_answer

if TYPE_CHECKING:
    from app.dashboard.screen.mainscreen import MainScreen

REMARK_S = 2.5
"""How long the prompt says how the last answer went, before it says again what the next one does."""


@dataclass(frozen=True, slots=True)
class Approving:
    """An agent that is shown before it runs: what a yes lets go on, and what was typed for it.

    ``once`` says that a task waits for the yes; else it is approved ahead of need.
    """

    wanted: ApprovalWanted
    action: Callable[..., Done]
    typed: str = ""
    once: bool = True


class Prompter:
    """Holds the prompt of the main screen: opens it, keeps it true, closes it when its question is gone."""

    def __init__(self, screen: MainScreen, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen = screen
        self._clock = clock
        self._asked: tuple[str, Ask] | None = None
        self._approving: Approving | None = None
        self._waiting: deque[Approving] = deque()
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
        """Open the question of a task that has waited longest.

        Out of the input bar it takes no answer at once: what was typed on may have been meant for the text.
        """
        if self._approving is not None:
            return
        typing = self._screen.pane == "input"
        self._open()
        self._screen.visited(task)
        self._asked = (task.id, task.asks[0])
        self._show(task, task.asks[0], unawaited=typing)

    def approve(self, new: Approving) -> None:
        """Show an agent that needs a yes; a second one is shown when the first is decided."""
        if self._approving is not None:
            self._waiting.append(new)
            return
        self._open()
        self._asked, self._approving = None, new
        wanted = new.wanted
        from app.dashboard.prompt.approvals import approval_panel  # what describes agents need not load first

        home = str(Path.home())
        folder = short_folder(str(wanted.folder), home)
        name = wanted.question.definition.name
        lines = tuple(line.replace(f" {home}/", " ~/") for line in wanted.question.lines)
        panel = approval_panel(name, lines, folder, once=new.once, text=wanted.text)
        self._screen.prompt.show(panel, unawaited=new.once)

    def answered(self, identity: str) -> None:
        """An answer was pressed: send it, and go on to what is asked next."""
        if self._approving is not None:
            from app.dashboard.prompt.approvals import SCOPES

            self._decide(self._approving, SCOPES[identity])
        elif self._asked is not None:
            self._answer(*self._asked, identity)

    def leave(self) -> None:
        """Not now: a question stays open for later, and an agent that was not approved does not run."""
        if self._approving is not None:
            self._decide(self._approving, None)
        else:
            self.close()

    def close(self) -> None:
        """Take the prompt off the screen; whatever was not approved by now is not."""
        typed = [one.typed for one in (self._approving, *self._waiting) if one is not None and one.typed]
        self._asked = self._approving = None
        self._waiting.clear()
        if typed:
            self._screen.bar.give_back(typed[0])
        if not self.is_open:
            return
        if self._ticker is not None:
            self._ticker.stop()
            self._ticker = None
        had_focus = self._screen.prompt.text.has_focus
        self._screen.prompt.close()
        self._screen.bar.display = True
        if had_focus:
            self._screen.focus_pane(self._before)
        self._screen.refresh_footer()

    def remark(self, line: str, tone: Tone = Tone.DONE) -> None:
        """Say how something went while the prompt stands over the line where that is said otherwise."""
        if self.is_open:
            self._screen.prompt.hint.say(line, tone)
            self._remarked = self._clock()

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
        answer = None
        with suppress(OSError):
            answer = read_answer(self._screen.session.registry.home, task_id, ask.number)
        gone = why_gone(task, ask, answer, datetime.now(UTC))
        self.close()
        self._screen.bar.say(gone, Tone.CAUTION)

    def _answer(self, task_id: str, ask: Ask, identity: str) -> None:
        task = self._screen.board.tasks.get(task_id)
        if task is None:
            return
        following = next((one for one in task.asks if one.number > ask.number), None)
        if following is not None:
            self._asked = (task_id, following)
            self._show(task, following, unawaited=True)
        else:
            self.close()
        self._screen.commander.work(
            partial(answer_question, task, ask, KINDS[identity], self._screen.session)
        )

    def _decide(self, decided: Approving, scope: Scope | None) -> None:
        """Let the agent run, or give back what was typed for it, and show the next one that waits."""
        self._approving = None
        if scope is not None:
            work = partial(_granted, decided, scope, self._screen.session)
            self._screen.commander.work(work, decided.typed)
        if self._waiting:
            self.approve(self._waiting.popleft())
        else:
            self.close()
        if scope is None:
            self._screen.bar.give_back(decided.typed)
            name = decided.wanted.question.definition.name
            what = "nothing was started" if decided.once else "nothing was approved"
            self._screen.bar.say(f"{name} was not approved: {what}", Tone.DONE)

    def _open(self) -> None:
        if not self.is_open:
            self._before = self._screen.pane
            self._screen.bar.display = False

    def _show(self, task: Task, ask: Ask, *, unawaited: bool = False) -> None:
        self._screen.prompt.show(question_panel(task, ask, datetime.now(UTC)), unawaited=unawaited)
        self._screen.refresh_footer()
        if self._ticker is None:
            self._ticker = self._screen.set_interval(1.0, self.tasks_changed)


def _granted(decided: Approving, scope: Scope, session: Session, *, approved: Approved = NONE) -> Done:
    """Write down how far the yes reaches, then do what has waited for it."""
    approved |= grant(decided.wanted, scope, session)
    return decided.action(approved=approved)
