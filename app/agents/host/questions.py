"""The open questions of an agent: put as files, answered by files, declined when their time is over."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.agents.events import Permission, Tool
from app.agents.host.lines import tool_title
from app.agents.host.log import shortened
from app.agents.host.teller import Teller
from app.logs.sanitise import sanitise_keep_newlines
from app.model.ask import Answer, Ask, Choice, ChoiceKind
from app.registry.asking import next_ask, read_answer, remove_ask, write_ask
from app.registry.paths import Home, answer_name
from app.registry.store import Registry
from app.registry.transaction import ring

LOOK_S = 0.15
"""How often to look for an answer while a question is open."""

MOST_OPEN = 100
"""How many questions may be open at once: nobody answers more, and each is a file that is looked at."""

Reply = Callable[[Answer | None], None]
"""Takes the answer to a question, or None when it was taken back."""


@dataclass(slots=True)
class _Open:
    ask: Ask
    keys: frozenset[object]
    reply: Reply
    deadline: float
    put: bool = False


class Questions:
    """The questions of one attempt. ``answer_s`` is how long each waits for its answer, in seconds.

    The time runs on the monotonic clock: a closed laptop answers nothing.
    """

    def __init__(self, home: Home, task_id: str, attempt: int, answer_s: float, teller: Teller) -> None:
        self._home = home
        self._task_id = task_id
        self._attempt = attempt
        self._answer_s = answer_s
        self._teller = teller
        self._open: list[_Open] = []
        self._last = 0

    @property
    def full(self) -> bool:
        """Whether no further question can be put until one has its answer."""
        return len(self._open) >= MOST_OPEN

    def put(
        self,
        keys: frozenset[object],
        tool: Tool,
        name: str,
        detail: str,
        choices: tuple[Choice, ...],
        reply: Reply,
    ) -> None:
        """Ask. Each of ``keys`` is something by which the question may be taken back; ``reply`` is called
        once."""
        self._last = max(next_ask(self._home, self._task_id), self._last + 1)
        now = datetime.now(UTC)
        ask = Ask(
            number=self._last,
            attempt=self._attempt,
            title=shortened(tool_title(tool)),
            choices=tuple(Choice(c.id, shortened(c.name), c.kind) for c in choices),
            asked=now,
            expires=now + timedelta(seconds=min(self._answer_s, timedelta.max.total_seconds() / 1e4)),
            detail=sanitise_keep_newlines(detail),
            tool=shortened(name),
        )
        question = _Open(ask, keys, reply, time.monotonic() + self._answer_s)
        self._open.append(question)
        self._write(question)
        self._teller.take(Permission(tool, choices))
        ring(Registry(self._home))

    @property
    def seconds_to_next(self) -> float | None:
        """After how many seconds to look for answers; None while nothing is asked."""
        return LOOK_S if self._open else None

    def look(self) -> None:
        """Take the answers that have come, and decline what has waited for its whole time."""
        for question in list(self._open):
            if not question.put:
                self._write(question)
            if answer := self._answer(question):
                self._close(question, answer)

    def withdraw(self, key: object) -> None:
        """The agent does not want to know any more."""
        for question in [question for question in self._open if key in question.keys]:
            self._close(question, None)

    def withdraw_all(self) -> None:
        """Nobody wants to know any more."""
        for question in list(self._open):
            self._close(question, None)

    def _answer(self, question: _Open) -> Answer | None:
        number = question.ask.number
        # One cheap look at a name, since this is done several times a second for as long as a person thinks.
        if self._home.task_file(self._task_id, answer_name(number)).exists():
            return read_answer(self._home, self._task_id, number) or Answer(
                number, ChoiceKind.REJECT_ONCE, "an answer that could not be read"
            )
        if time.monotonic() >= question.deadline:
            return Answer(number, ChoiceKind.REJECT_ONCE, "")
        return None

    def _close(self, question: _Open, answer: Answer | None) -> None:
        self._open.remove(question)
        remove_ask(self._home, self._task_id, question.ask.number)
        question.reply(answer)
        ring(Registry(self._home))

    def _write(self, question: _Open) -> None:
        with contextlib.suppress(OSError):  # tried again at each look, until there is room or it expires
            write_ask(self._home, self._task_id, question.ask)
            question.put = True
