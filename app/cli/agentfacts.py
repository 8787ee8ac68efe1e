"""What is told of a task's agent by `delegate status 7` and the details tab: labels and values, pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.agents.host.lines import usage_words
from app.model.answers import question_of
from app.model.duration import format_coarsely
from app.model.message import Message
from app.model.run import AgentRun
from app.model.task import Task
from app.registry.conversation import Conversation
from app.registry.paths import Home

SHORT = 12
"""How much of a fingerprint is shown, in characters: enough to tell two definitions apart."""

Fact = tuple[str, str]


def agent_facts(task: Task, said: Conversation, *, approved: str = "") -> Iterator[Fact]:
    """What is known of the agent of a task and its conversation, not yet made safe for a terminal.

    ``approved`` says in words how far the agent was approved. Nothing for a task that is no agent's.
    """
    if task.run is None:
        return
    yield from _who(task, task.run, said)
    yield from _lineage(task)
    yield from _spent(task, said)
    now = datetime.now(UTC)
    for ask in task.asks:
        waiting = format_coarsely((now - ask.asked).total_seconds())
        yield "asks", f"{question_of(ask)} · waiting {waiting}"
    for answered in said.report.answered if said.report else ():
        yield "answered", answered
    if said.report is not None and said.report.denied:
        yield "denied", ", ".join(said.report.denied)
    yield from _messages(task, said.messages)
    yield from _terms(task.run, approved)


def reach_of(home: Home, task: Task) -> str:
    """How far the agent of a task is approved as it was run: ``always``, ``in this project``, or ``once``."""
    run = task.run
    if run is None or not run.fingerprint:
        return ""
    from app.agents.catalog.places import project_top
    from app.registry.approvals import Scope, read_approvals

    project = str(project_top(Path(task.request.folder)))
    known = [one for one in read_approvals(home) if one.fingerprint == run.fingerprint]
    if any(one.scope is Scope.ALWAYS for one in known):
        return "always"
    return "in this project" if any(one.covers(project) for one in known) else "once"


def _who(task: Task, run: AgentRun, said: Conversation) -> Iterator[Fact]:
    attempt, report = task.attempt, said.report
    yield "channel", " · ".join(filter(None, (run.channel.value, run.client)))
    session = (attempt.session if attempt else None) or (report.session if report else None)
    if session:
        yield "session", session
    model = (attempt.model if attempt else None) or (report.model if report else None) or run.model
    mode = (report.mode if report else None) or run.mode
    if model:
        yield "model", model
    if mode:
        yield "mode", mode


def _lineage(task: Task) -> Iterator[Fact]:
    lines = [
        f"#{task.number}.{run.number} continues #{task.number}.{run.continues}"
        for run in task.state.attempts
        if run.continues is not None
    ]
    if lines:
        yield "lineage", ", ".join(lines)


def _spent(task: Task, said: Conversation) -> Iterator[Fact]:
    usage = (task.attempt.usage if task.attempt else None) or (said.report.usage if said.report else None)
    if usage is not None and (words := usage_words(usage)):
        yield "used", words


def _messages(task: Task, messages: tuple[Message, ...]) -> Iterator[Fact]:
    for message in messages:
        if message.delivered:
            how = f"delivered {message.delivered.astimezone():%H:%M:%S}"
        else:
            how = "waits for the end of its turn"
        yield "message", f"“{_line(message.text)}” {how}"
    if not task.status.live and task.attempt is not None:
        for text in task.attempt.undelivered:
            yield "message", f"“{_line(text)}” not delivered: it ended before"


def _terms(run: AgentRun, approved: str) -> Iterator[Fact]:
    if run.fingerprint:
        yield "approved", " · ".join(filter(None, (approved, f"fingerprint {run.fingerprint[:SHORT]}")))
    if run.trusted:
        yield "may use", "every tool, unasked"
    if run.sandbox != "none":
        yield "fence", f"{run.sandbox}, {'with' if run.network else 'without'} network"
    else:
        yield "fence", "none"


def _line(text: str, most: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
