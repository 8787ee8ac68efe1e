"""What is told of an agent in one attempt, and what it was told, gathered from the task's folder."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.message import Message
from app.model.report import Report
from app.model.task import Task
from app.registry.asking import read_report
from app.registry.messages import all_messages
from app.registry.paths import Home


@dataclass(frozen=True, slots=True)
class Conversation:
    """The host's report, and the user's messages, oldest first, which are there while the attempt runs."""

    messages: tuple[Message, ...] = ()
    report: Report | None = None


def conversation(home: Home, task: Task) -> Conversation:
    """What was said in a task's newest attempt; nothing for a task that is no agent's."""
    if task.run is None or task.attempt is None:
        return Conversation()
    number = task.attempt.number
    return Conversation(
        messages=all_messages(home, task.id, number),
        report=read_report(home, task.id, number),
    )
