"""What the user has to say to an agent that is at work: given to it when its turn is over."""

from __future__ import annotations

import contextlib

from app.agents.host.assignment import Assignment
from app.agents.host.teller import Teller
from app.model.message import Message
from app.registry import messages
from app.registry.values import BadRecord


class Messages:
    """The messages to the agent of one attempt."""

    def __init__(self, assignment: Assignment, teller: Teller) -> None:
        self._home = assignment.home
        self._task_id = assignment.task_id
        self._attempt = assignment.attempt
        self._teller = teller
        self._given: set[int] = set()

    def next(self) -> Message | None:
        """The oldest message that the agent has not been given; None when there is none."""
        return next(iter(self._waiting()), None)

    def delivered(self, message: Message) -> None:
        """Note that the agent is given a message now."""
        self._given.add(message.number)  # what the disk does not take must not be given twice
        with contextlib.suppress(OSError, BadRecord):
            messages.mark_delivered(self._home, self._task_id, message.number)
        self._teller.note(f"» you: {message.text}")
        self._teller.tell(messages=len(self._waiting()))

    def close(self) -> None:
        """Tell which messages the agent will never see."""
        left = self._waiting()
        for message in left:
            self._teller.note(
                f"! message {message.number} was not delivered, the task has ended: {message.text}"
            )
        if left or self._teller.report.messages:
            self._teller.tell(messages=len(left))

    def _waiting(self) -> list[Message]:
        waiting = messages.waiting_messages(self._home, self._task_id, self._attempt)
        return [message for message in waiting if message.number not in self._given]
