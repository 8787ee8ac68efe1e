"""The words in which a question of an agent is answered, and which question is meant by words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from app.model.ask import Ask, ChoiceKind
from app.model.status import Status
from app.model.task import Task

WORDS: Mapping[ChoiceKind, str] = {
    ChoiceKind.ALLOW_ONCE: "allow",
    ChoiceKind.ALLOW_ALWAYS: "always",
    ChoiceKind.REJECT_ONCE: "reject",
    ChoiceKind.REJECT_ALWAYS: "never",
}
"""The word for each kind of answer, in the order in which they are offered."""

DID: Mapping[ChoiceKind, str] = {
    ChoiceKind.ALLOW_ONCE: "allowed once",
    ChoiceKind.ALLOW_ALWAYS: "allowed from now on",
    ChoiceKind.REJECT_ONCE: "declined",
    ChoiceKind.REJECT_ALWAYS: "declined from now on",
}
"""What was done with an answer of each kind."""

_SYNONYMS = {
    ChoiceKind.ALLOW_ONCE: "allow yes y once ok okay permit accept approve",
    ChoiceKind.ALLOW_ALWAYS: "always",
    ChoiceKind.REJECT_ONCE: "reject no n deny decline refuse",
    ChoiceKind.REJECT_ALWAYS: "never",
}
_KINDS = {word: kind for kind, words in _SYNONYMS.items() for word in words.split()}
_SMALL = frozenset(re.split(" ", "a an and for from in it its my of on our that the this to"))
_WORD = re.compile(r"[^\W_]+")


def read_choice(word: str) -> ChoiceKind | None:
    """The kind of answer that a word gives: ``yes`` allows once; None for any other word."""
    return _KINDS.get(word.lower())


def offered(ask: Ask) -> str:
    """The words of the answers that an agent offers: ``allow, always or reject``."""
    words = [word for kind, word in WORDS.items() if ask.choice(kind)]
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:]))) or "no answer that is known"


def question_of(ask: Ask) -> str:
    """What is asked, in one line that reads as a question: ``allow Bash git push?``. Raw text."""
    title = " ".join(ask.title.split())
    return title if title.endswith("?") else f"allow {title}?"


def subject_of(ask: Ask) -> str:
    """What is asked about, to stand behind what became of it: ``Bash git push``. Raw text."""
    question = question_of(ask)
    return question.removeprefix("allow ").removesuffix("?") if question.startswith("allow ") else question


def asking(tasks: Iterable[Task]) -> list[Task]:
    """The tasks that ask something, the one that has waited longest first."""
    found = (task for task in tasks if task.status is Status.ASKING and task.asks)
    return sorted(found, key=lambda task: (task.asks[0].asked, task.number))


def asking_about(words: str, tasks: Iterable[Task]) -> Sequence[Task]:
    """The asking tasks in whose question, name or text all of these words are: ``the push``."""
    wanted = [word for word in _WORD.findall(words.lower()) if word not in _SMALL]
    if not wanted:
        return ()
    return [task for task in asking(tasks) if set(wanted) <= _said(task)]


def _said(task: Task) -> set[str]:
    questions = (f"{ask.title} {ask.detail} {ask.tool}" for ask in task.asks)
    return set(_WORD.findall(" ".join((task.name, task.text, *questions)).lower()))
