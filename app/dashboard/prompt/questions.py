"""A question of an agent as a panel, and what is said when it is gone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.dashboard.prompt.panel import Panel, Paragraph, offer
from app.dashboard.table.rows import title
from app.logs.sanitise import sanitise, sanitise_keep_newlines
from app.model.answers import WORDS, question_of
from app.model.ask import Answer, Ask, ChoiceKind
from app.model.commands import ANSWER_KEYS
from app.model.duration import format_coarsely
from app.model.task import Task

KINDS = dict(zip(ANSWER_KEYS, WORDS, strict=True))
"""The kind of answer for each key under a question."""

_DOES = {
    ChoiceKind.ALLOW_ONCE: "y lets it do this once",
    ChoiceKind.ALLOW_ALWAYS: "a this and the like of it from now on",
    ChoiceKind.REJECT_ONCE: "n declines, the agent goes on without",
    ChoiceKind.REJECT_ALWAYS: "N declines this and the like of it from now on",
}
_LONGEST = 64 * 1024
_MORE = "… the rest is too long to show here …"


def question_panel(task: Task, ask: Ask, now: datetime) -> Panel:
    """The panel of a question: what is asked, all that is known of it, and the answers that it allows."""
    offers = tuple(offer(key) for key, kind in KINDS.items() if ask.choice(kind))
    waiting = format_coarsely((now - ask.asked).total_seconds())
    return Panel(
        label=f"answer #{task.number} ›",
        title=f"#{task.number} {sanitise(task.request.agent)} asks, waiting {waiting} · {title(task)}",
        body=(Paragraph(sanitise(question_of(ask)), "asks"), *_detail(ask)),
        offers=offers,
        note=" · ".join((_expiry(task, ask, now), *(_DOES[KINDS[one.id]] for one in offers))),
    )


def _expiry(task: Task, ask: Ask, now: datetime) -> str:
    left = (ask.expires - now).total_seconds()
    place = task.asks.index(ask) + 1 if ask in task.asks else 1
    of_many = f"question {place} of {len(task.asks)} · " if len(task.asks) > 1 else ""
    return f"{of_many}declined by itself in {format_coarsely(left)}"


def _detail(ask: Ask) -> Iterator[Paragraph]:
    """The command, the file or the change; lines that come and go as in a diff are told apart."""
    text = ask.detail.strip("\n")
    if not text.strip() or " ".join(text.split()) == " ".join(ask.title.split()):
        return
    yield Paragraph("")
    for line in sanitise_keep_newlines(text[:_LONGEST]).split("\n"):
        yield Paragraph(line, _style(line), exact=True)
    if len(text) > _LONGEST:
        yield Paragraph(_MORE, "quote")


def _style(line: str) -> str:
    if line.startswith(("+++", "---", "@@")):
        return "quote"
    return {"+": "added", "-": "removed"}.get(line[:1], "")


def why_gone(task: Task | None, ask: Ask, answer: Answer | None, now: datetime) -> str:
    """Why a question that was open on the screen is open no more, in one line."""
    if task is None:
        return "the question is gone with its task"
    asked = f"#{task.number} {sanitise(question_of(ask))}"
    if answer is not None:
        return f"{asked} has been answered elsewhere: {WORDS[answer.kind]}"
    if task.status.ended:
        return f"{asked} needs no answer any more: the task has ended, {task.status.word}"
    if task.stopping:
        return f"{asked} needs no answer any more: the task is being stopped"
    if now >= ask.expires:
        return f"{asked} has waited for its whole time and was declined by itself"
    return f"{asked} is not asked any more"
