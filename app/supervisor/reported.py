"""What the process that speaks with an agent has told of an attempt, for the record of its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.model.hold import WORDS, Hold
from app.model.status import Status
from app.model.task import Attempt, Task
from app.registry.store import Registry

if TYPE_CHECKING:
    from app.model.report import Report

UNVERIFIED = "unverified"
"""Stands behind "complete" where the process that speaks with the agent has not said how it ended."""

LINE_LENGTH = 300
"""The longest headline or explaining line that is kept, in characters."""


def with_report(task: Task, attempt: Attempt, report: Report | None) -> Attempt:
    """Add what the agent's host tells; ``report`` is None where it tells nothing. It can only take something
    from "complete": no client's word makes a failure, a stop or a time-out into a success."""
    if task.run is None:
        return attempt
    if report is None:
        return replace(attempt, qualifier=UNVERIFIED if attempt.verdict is Status.COMPLETE else None)
    attempt = replace(attempt, session=report.session, model=report.model, usage=report.usage)
    reason = report.reason and one_line(report.reason)
    if attempt.verdict is Status.FAILED and reason:
        return replace(attempt, reason=reason, outcome=replace(attempt.outcome, error=reason))
    if attempt.verdict is not Status.COMPLETE:
        return attempt
    if report.verdict is Status.FAILED:
        outcome = replace(attempt.outcome, error=reason)
        return replace(attempt, verdict=Status.FAILED, reason=reason, outcome=outcome)
    qualifier = report.qualifier if report.verdict else UNVERIFIED
    return replace(attempt, qualifier=qualifier and one_line(qualifier))


def with_undelivered(registry: Registry, task: Task, attempt: Attempt) -> Attempt:
    """Add the messages that its agent was not told; under the registry's lock none can come behind that."""
    if task.run is None:
        return attempt
    from app.registry.messages import waiting_messages

    texts = tuple(message.text for message in waiting_messages(registry.home, task.id, attempt.number))
    if texts and attempt.verdict is Status.COMPLETE:
        missed = f"{len(texts)} message{'s' if len(texts) > 1 else ''} not delivered"
        qualifier = f"{attempt.qualifier}, {missed}" if attempt.qualifier else missed
        attempt = replace(attempt, qualifier=qualifier[:LINE_LENGTH])
    return replace(attempt, undelivered=texts)


def one_line(text: str) -> str:
    """One line of somebody else's words: safe, and cut visibly where it is longer than is kept."""
    from app.logs.sanitise import sanitise

    line = sanitise(text)
    return line if len(line) <= LINE_LENGTH else f"{line[: LINE_LENGTH - 1]}…"


def shared_trouble(task: Task, attempt: Attempt, report: Report | None) -> Hold | None:
    """Why the other tasks of this agent had better wait: a failure that they would share."""
    if report is None or report.trouble is None or attempt.verdict is not Status.FAILED:
        return None
    reason = attempt.reason or WORDS.get(report.trouble, "")
    return Hold(task.request.agent, report.trouble, reason, datetime.now(UTC), task.number)
