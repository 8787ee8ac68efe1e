"""Decides what a sentence asks for, by the table of phrases and by what can be the name of a task."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from app.model.phrases import OPENINGS, PHRASES, Phrase
from app.model.reference import LAST_WORDS, PLURALS, STATUS_WORDS, points
from app.model.wrapping import without_politeness

ENDED = "ended"
"""The scope of all tasks that have ended, however they did."""

_LONGEST = 160
_NUMBER = r"(?:agent_\d{8}_\d{6}(?:_\d+)?|#?\d{1,9}(?:\.\d{1,6})?)"
_BETWEEN = r"(?:, and |, ?| and | & | )"
_COUNTED = r"(?:tasks? |numbers? |no\. ?)"
_NUMBERS = re.compile(rf"{_COUNTED}?{_NUMBER}(?:{_BETWEEN}{_NUMBER})*", re.IGNORECASE | re.ASCII)
_ONE_NUMBER = re.compile(_NUMBER, re.IGNORECASE | re.ASCII)
_SLUG = re.compile(r"[^\W_]+(?:-[^\W_]+)+")
_PLAIN_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_DETERMINERS = frozenset({"the", "my", "our", "that", "this"})
_NOT_IN_A_NAME = frozenset(
    re.split(
        r"\s+",
        """about after and any are as at because before but by during everything except for from how if
        in inside into is it me not nothing on only onto or over so something than that then there
        these they this those through to under unless until using was were what when where whether
        which while who whose why with we within without you your he she everyone someone people""",
    )
)
_TASKS_OF_CODE = frozenset(
    re.split(
        r"\s+",
        """ansible async asyncio celery cron default gradle grunt gulp kernel npm periodic rake
        recurring repeated scheduled sidekiq spark sub todo""",
    )
)
_SCOPES = {"complete": "complete", "completed": "complete", "successful": "complete", "failed": "failed"} | {
    "stopped": "stopped",
    "cancelled": "stopped",
    "canceled": "stopped",
    "lost": "lost",
    "timed out": "timed_out",
    "timed-out": "timed_out",
    "queued": "queued",
    "waiting": "queued",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sentence asks for; the fields are those of a `Reading`."""

    kind: str
    targets: tuple[str, ...] = ()
    scope: str | None = None
    needs_match: bool = False
    value: str | None = None


def asked(sentence: str) -> Asked | None:
    """What a sentence asks for, or None where it is not certain to ask about tasks."""
    if len(sentence) > _LONGEST or "\n" in sentence:
        return None
    plain = re.sub(r"(?<=\w)[\s.?!…]+$", "", " ".join(sentence.replace("’", "'").split()))
    plain = without_politeness(plain)
    plain = re.sub(r"^(?:can|could|may) i (?:please )?(?=see |get |have )", "", plain, flags=re.IGNORECASE)
    if re.search(r"[.?!;:]\s", plain):
        return None
    opening = plain.split(" ", 1)[0].lower()
    kinds = {kind for kind, words in OPENINGS.items() if opening in words.split()}
    for phrase in PHRASES:
        if phrase.kind in kinds and (found := re.fullmatch(phrase.pattern, plain, re.IGNORECASE)):
            return _said(phrase, found)
    return None


def targets_of(words: str) -> tuple[str, ...]:
    """Numbers and ids as single targets: ``8 and #9``; nothing when there is any other word."""
    if not _NUMBERS.fullmatch(words.strip()):
        return ()
    return tuple(_ONE_NUMBER.findall(words))


def scope_of(word: str) -> str:
    """The status that a word means, or `ENDED` for ``finished``, ``old`` and the like."""
    return _SCOPES.get(word.lower(), ENDED)


def _said(phrase: Phrase, found: re.Match[str]) -> Asked | None:
    """The meaning of a phrase with these words in it; None if they cannot name a task."""
    meant = _meant(phrase, found)
    if meant is None:
        return None
    value = found.groupdict().get("value")
    return replace(meant, value=value.lower() if value else phrase.value)


def _meant(phrase: Phrase, found: re.Match[str]) -> Asked | None:
    groups = found.groupdict()
    if status := groups.get("status"):
        if phrase.kind == "filter":
            return Asked(phrase.kind, targets=(scope_of(status),))
        return Asked(phrase.kind, scope=scope_of(status))
    named = groups.get("x")
    if named is None:
        return Asked(phrase.kind, (phrase.target,) if phrase.target else (), phrase.scope)
    if clear := _clearly_named(named):
        return Asked(phrase.kind, clear)
    if phrase.strict or not _may_name(named, determined=phrase.determined):
        return None
    return Asked(phrase.kind, (named,), needs_match=True)


def _clearly_named(words: str) -> tuple[str, ...]:
    """The targets, if these words can only name tasks: ``#8``, ``last one``, ``the API analysis task``."""
    if numbers := targets_of(words):
        return numbers
    said = words.lower().split()
    if points(said) and PLURALS.isdisjoint(said):
        return (_pointer(said) or words,)
    if said[-1] != "task" or len(said) < 2 or not _TASKS_OF_CODE.isdisjoint(said):
        return ()
    return (words,) if _is_noun_phrase(said) else ()


def _pointer(said: list[str]) -> str | None:
    """``last`` or ``it``; None where a status tells more."""
    if not STATUS_WORDS.keys().isdisjoint(said):
        return None
    return "it" if LAST_WORDS.isdisjoint(said) else "last"


def _may_name(words: str, *, determined: bool) -> bool:
    """Whether these words may describe a task, so that it is worth looking for one."""
    said = words.lower().split()
    if not _is_noun_phrase(said):
        return False
    return not determined or said[0] in _DETERMINERS or _SLUG.fullmatch(said[0]) is not None


def _is_noun_phrase(said: list[str]) -> bool:
    """Whether these are a few plain words without a clause, a place or a path among them."""
    described = said[1:] if said[0] in _DETERMINERS else said
    if not 1 <= len(described) <= 6 or not _NOT_IN_A_NAME.isdisjoint(described):
        return False
    return all(_PLAIN_WORD.fullmatch(word) for word in described)
