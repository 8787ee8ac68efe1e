"""What an agent and the user have said to each other in one attempt, gathered from the task's folder."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.ask import Answer, Ask
from app.model.message import Message
from app.model.report import Report
from app.model.task import Task
from app.registry.asking import all_asks, read_answer, read_report
from app.registry.messages import all_messages
from app.registry.paths import Home


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions with their answers (None: open yet) and messages, oldest first, and the host's report.

    Questions and messages are there while the attempt runs; the report stays.
    """

    questions: tuple[tuple[Ask, Answer | None], ...] = ()
    messages: tuple[Message, ...] = ()
    report: Report | None = None


def conversation(home: Home, task: Task) -> Conversation:
    """What was said in a task's newest attempt; nothing for a task that is no agent's."""
    if task.run is None or task.attempt is None:
        return Conversation()
    number = task.attempt.number
    asks = all_asks(home, task.id, number)
    return Conversation(
        questions=tuple((ask, read_answer(home, task.id, ask.number)) for ask in asks),
        messages=all_messages(home, task.id, number),
        report=read_report(home, task.id, number),
    )
