"""From what a person asked for to what happens: plans are carried out, destructive ones after a question."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.message import Message
from textual.timer import Timer

from app.dashboard.drawing.tone import Tone
from app.dashboard.plans.actions import Done, carry_out, stop_all_and_leave
from app.dashboard.plans.approving import ApprovalWanted
from app.dashboard.plans.confirm import (
    WINDOW_S,
    Answer,
    Question,
    answer,
    ask_again,
    ask_among,
    ask_plainly,
)
from app.dashboard.plans.plan import Plan, renewed, task_title
from app.dashboard.plans.preview import leaving_question, question
from app.dashboard.screen.showing import show_plan
from app.model.sentences import Kind
from app.model.task import Task
from app.supervisor.operations import OperationError

if TYPE_CHECKING:
    from app.dashboard.screen.mainscreen import MainScreen

Intent = Plan | Callable[[], None]
"""What a yes does: a plan about tasks, which is kept true to them meanwhile, or anything else."""

KEEPS = frozenset({"escape", "n"})
"""Keys that only say no; any other key says no and does what it always does."""


@dataclass
class Finished(Message):
    """An action came to its end: ``done`` says how, ``problem`` why not; ``typed`` is what it came from.

    ``wanted`` is what must be approved before ``action`` can be tried again.
    """

    done: Done | None
    problem: str = ""
    typed: str = ""
    wanted: ApprovalWanted | None = None
    action: Callable[..., Done] | None = None


class Commander:
    """Carries out plans for the main screen, and holds the one question that may be open."""

    def __init__(self, screen: MainScreen, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen = screen
        self._clock = clock
        self._question: Question[Intent] | None = None
        self._expiry: Timer | None = None

    @property
    def asking(self) -> bool:
        """Whether a question is open."""
        return self._question is not None

    def by_key(self, plan: Plan, key: str) -> None:
        """Do what a key asks for; stopping asks for the same key again."""
        if plan.problem or plan.kind is not Kind.STOP:
            self.carry_out(plan)
            return
        what = "kill at once" if plan.at_once else "stop"
        prompt = f"{key} again or y to {what} {task_title(plan.tasks[0])}"
        self._ask(ask_again(cast(Intent, plan), prompt, key, self._clock()))
        self._expiry = self._screen.set_timer(WINDOW_S, self._withdraw)

    def by_sentence(self, plan: Plan) -> None:
        """Do what was typed; what stops or deletes is asked about first."""
        if plan.kind.destructive and not plan.problem:
            self._ask(ask_plainly(cast(Intent, plan), question(plan)))
        else:
            self.carry_out(plan)

    def leave(self, policy: str, tasks: Sequence[Task]) -> None:
        """End the dashboard as the setting ``on_quit`` wants it, with these tasks waiting or running."""
        if policy == "keep" or not tasks:
            self._screen.leave()
            return
        stop: Intent = partial(self.work, partial(stop_all_and_leave, self._screen.session))
        prompt, keys = leaving_question(policy, tasks)
        others: dict[str, Intent] = {"n": self._screen.leave} if policy == "ask" else {}
        self._ask(ask_among(stop, prompt, keys, others))

    def hears(self, key: str) -> bool:
        """Let an open question have a key; True when the key has done its work with that."""
        asked, self._question = self._question, None
        said = answer(asked, key, self._clock())
        if asked is None:
            return False
        self._withdraw()
        if said is Answer.YES:
            self._do(asked.intent)
            return True
        if said is Answer.OTHER:
            self._do(asked.others[key])
            return True
        self._screen.bar.refresh_preview()
        return key in KEEPS

    def _do(self, intent: Intent) -> None:
        """Do what was asked about."""
        if not isinstance(intent, Plan):
            intent()
            return
        if intent.original:
            self._screen.bar.sent(intent.original)
        self.carry_out(intent)

    def carry_out(self, plan: Plan) -> None:
        """Do it now: on the screen at once, in the registry by a thread."""
        if plan.problem:
            self._refuse(plan)
            return
        if not show_plan(self._screen, plan):
            taken = {task.name for task in self._screen.board.open.values()}
            self.work(partial(carry_out, plan, self._screen.session, taken), plan.original)

    def work(self, action: Callable[..., Done], typed: str = "") -> None:
        """Run an action in a thread; how it went comes back as a message.

        One that may need an approval takes what was ``approved`` as a keyword.
        """
        self._screen.run_worker(partial(self._run, action, typed), thread=True, exit_on_error=False)

    def _run(self, action: Callable[..., Done], typed: str) -> None:
        try:
            finished = Finished(action(), typed=typed)
        except ApprovalWanted as wanted:
            finished = Finished(None, typed=typed, wanted=wanted, action=action)
        except OperationError as error:
            finished = Finished(None, str(error), typed)
        except Exception as error:
            finished = Finished(None, f"that did not work: {type(error).__name__}: {error}", typed)
        self._screen.post_message(finished)

    def tasks_changed(self) -> None:
        """Ask only about what can still be done."""
        if self._question is None or not isinstance(self._question.intent, Plan):
            return
        asked = self._question.intent
        plan = renewed(asked, self._screen.board.tasks)
        if plan.problem:
            self._withdraw()
            self._refuse(plan)
        elif len(plan.tasks) != len(asked.tasks):
            self._ask(ask_plainly(cast(Intent, plan), question(plan)))
        else:
            self._question = replace(self._question, intent=plan)

    def _refuse(self, plan: Plan) -> None:
        """Say why it cannot be done, as long as that is so."""
        board = self._screen.board
        still = (lambda: renewed(plan, board.tasks).problem == plan.problem) if plan.tasks else None
        self._screen.bar.say(plan.problem or "", Tone.PROBLEM, still)

    def _ask(self, asked: Question[Intent]) -> None:
        self._withdraw()
        self._question = asked
        self._screen.bar.say(asked.prompt, Tone.QUESTION)

    def _withdraw(self) -> None:
        """Take the question and its clock away."""
        if self._expiry is not None:
            self._expiry.stop()
            self._expiry = None
        if self._question is not None:
            self._question = None
            self._screen.bar.refresh_preview()
