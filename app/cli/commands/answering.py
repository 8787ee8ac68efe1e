"""`delegate answer` and `continue`: what agents ask, what they are answered, and what they are told."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from app.cli.arguments import Arguments
from app.cli.errors import CommandError, UsageError
from app.cli.output import clean, clean_lines, say, say_json
from app.cli.session import Meant, Session
from app.model.answers import DID, asking, offered, question_of, read_choice, subject_of
from app.model.ask import Ask, ChoiceKind
from app.model.duration import format_coarsely
from app.model.run import AgentRun
from app.model.status import Status
from app.model.task import Task
from app.supervisor import answering

BY = "you, in a shell"
"""Who has answered, for the log."""


def answer(session: Session, arguments: Arguments) -> int:
    """List the open questions, show those of one task, or answer one."""
    named, kind = _divided(arguments.words)
    wanted = _question_number(arguments.value("question"))
    if kind is None:
        _show(session, named, as_json=arguments.has("json"))
        return 0
    task = _one_asking(session, named)
    number = wanted if wanted is not None else task.asks[0].number if task.asks else 0
    if not number:
        raise CommandError(f"#{task.number} asks nothing: {task.status.word}")
    asked = next((ask for ask in task.asks if ask.number == number), None)
    answering.answer(session.registry, task.id, number, kind, BY, attempt=asked.attempt if asked else None)
    about = f": {clean(subject_of(asked))}" if asked else ""
    say(f"#{task.number} {clean(task.name)} · {DID[kind]}{about}")
    return 0


def _divided(words: Sequence[str]) -> tuple[str, ChoiceKind | None]:
    """The words that name the task, and the choice, which may stand at either end."""
    if words and (kind := read_choice(words[-1])):
        return " ".join(words[:-1]), kind
    if words and (kind := read_choice(words[0])):
        return " ".join(words[1:]), kind
    if len(words) == 2 and words[0].lstrip("#").isdigit():
        raise UsageError(
            f"answer {words[0]}: {clean(words[1])!r} is no answer; allow, always, reject or never"
        )
    return " ".join(words), None


def _question_number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"--question: {text!r} is not the number of a question")
    return int(text)


def _one_asking(session: Session, named: str) -> Task:
    """The task named, else the only one that asks."""
    if named:
        return session.find(named, lambda task: task.status is Status.ASKING).task
    found = asking(session.open_tasks())
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError("nobody asks you anything")
    shown = ", ".join(f"#{task.number} {clean(task.name)}" for task in found)
    raise UsageError(f"{len(found)} tasks ask you: {shown}; name one by its number")


def _show(session: Session, named: str, *, as_json: bool) -> None:
    tasks = [_one_asking(session, named)] if named else asking(session.open_tasks())
    if as_json:
        say_json([session.exported(task) for task in tasks])
        return
    if not tasks:
        say("Nobody asks you anything.")
    for task in tasks:
        if not task.asks:
            raise CommandError(f"#{task.number} asks nothing: {task.status.word}")
        for ask in task.asks:
            say(*question_lines(task, ask, datetime.now(UTC)))


def question_lines(task: Task, ask: Ask, now: datetime) -> Iterator[str]:
    """A question whole: whose it is, what is asked and known of it, how it is answered and until when."""
    waiting = format_coarsely((now - ask.asked).total_seconds())
    yield f"#{task.number} {clean(task.name)} · {clean(task.request.agent)} · waiting {waiting}"
    yield f"  {clean(question_of(ask))}"
    if ask.detail and ask.detail != ask.title:
        yield from (f"    {line}" for line in clean_lines(ask.detail).splitlines())
    left = format_coarsely(max(0.0, (ask.expires - now).total_seconds()))
    yield f"  {offered(ask)} · declined by itself in {left}"
    yield f"  delegate answer {task.number} CHOICE -q {ask.number}"


def go_on(session: Session, arguments: Arguments) -> int:
    """Tell the agent of a running task something, or run an ended one again in the same conversation."""
    meant, text = _told(session, arguments.words)
    task = meant.task
    if task.status.live:
        answering.tell(session.registry, task.id, text)
        say(f"#{task.number} {clean(task.name)} · {task.status.word} · told at the end of its turn")
        return 0
    again = answering.continue_task(
        session.registry,
        task.id,
        text,
        os.environ,
        session.config,
        attempt=meant.attempt,
        run=_run(session, task),
    )
    number = len(again.state.attempts) + (again.status is Status.QUEUED)
    how = f"{again.status.word} · attempt {number}, in the same conversation"
    say(f"#{again.number} {clean(again.name)} · {how}")
    return 0


def _run(session: Session, task: Task) -> AgentRun | None:
    """How the agent is to run, after a question where it is not approved, or has changed."""
    if answering.why_silent(task):
        return None  # it is refused anyway
    from app.cli.approving import run_again

    return run_again(session, task)


def _told(session: Session, words: Sequence[str]) -> tuple[Meant, str]:
    """The task, and what its agent is told: the first word names the one, the others are the other."""
    if len(words) < 2 or not " ".join(words[1:]).strip():
        raise UsageError('say which task and what to do: delegate continue 7 "now also the docs"')
    return session.find(words[0]), " ".join(words[1:])
