"""Safety against a slip: what stops or deletes happens on the second key, never on the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Generic, TypeVar

Intent = TypeVar("Intent")

WINDOW_S = 2.0
"""How long a key asks for its own repetition."""

YES = "y"


class Answer(Enum):
    """What a key press means while a question is open."""

    NONE = auto()
    """No question is open; the key means what it always means."""
    YES = auto()
    """Do what was asked about."""
    OTHER = auto()
    """Do what this key was offered for."""
    NO = auto()
    """The question is off the table; the key means what it always means."""


@dataclass(frozen=True, slots=True)
class Question(Generic[Intent]):
    """Something that waits for a second key.

    ``intent`` is what a yes will do, ``keys`` are the keys that say yes, ``others`` what further keys do.
    ``expires`` is in monotonic seconds, None for a question that waits until a key answers it.
    """

    intent: Intent
    prompt: str
    keys: frozenset[str]
    expires: float | None
    others: Mapping[str, Intent] = field(default_factory=dict)

    def open_at(self, now: float) -> bool:
        """Whether a yes still counts at ``now`` (monotonic seconds)."""
        return self.expires is None or now <= self.expires


def ask_again(intent: Intent, prompt: str, key: str, now: float) -> Question[Intent]:
    """The question a destructive key asks: the same key again or ``y`` within two seconds."""
    return Question(intent, prompt, frozenset({key, YES}), now + WINDOW_S)


def ask_plainly(intent: Intent, prompt: str) -> Question[Intent]:
    """The question a sentence asks: ``y`` or Enter; it stays until some key answers it."""
    return Question(intent, prompt, frozenset({"enter", YES}), None)


def ask_among(
    intent: Intent, prompt: str, keys: frozenset[str], others: Mapping[str, Intent] | None = None
) -> Question[Intent]:
    """A question with several answers; it stays until some key answers it."""
    return Question(intent, prompt, keys, None, others or {})


def answer(question: Question[Intent] | None, key: str, now: float) -> Answer:
    """What ``key`` says to the open question at ``now`` (monotonic seconds)."""
    if question is None:
        return Answer.NONE
    if key in question.keys and question.open_at(now):
        return Answer.YES
    if key in question.others and question.open_at(now):
        return Answer.OTHER
    return Answer.NO
