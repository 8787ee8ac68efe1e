"""Which task is meant by ``7``, ``#7.2``, an id, part of a name, ``last``, or words: ``the test suite``."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.model.status import Status
from app.model.task import Task

TASK_NOUNS = frozenset({"task", "tasks", "job", "jobs", "run", "runs", "one", "ones", "delegation"})
"""Words that stand for a task rather than describe it."""

PLURALS = frozenset({"tasks", "jobs", "runs", "ones"})
"""Words for several tasks, which therefore point at no certain one."""

STATUS_WORDS = {
    "queued": Status.QUEUED,
    "waiting": Status.QUEUED,
    "running": Status.RUNNING,
    "active": Status.RUNNING,
    "current": Status.RUNNING,
    "complete": Status.COMPLETE,
    "completed": Status.COMPLETE,
    "successful": Status.COMPLETE,
    "failed": Status.FAILED,
    "failing": Status.FAILED,
    "stopped": Status.STOPPED,
    "cancelled": Status.STOPPED,
    "canceled": Status.STOPPED,
    "lost": Status.LOST,
}
"""Words that tell tasks apart by how they stand."""

LAST_WORDS = frozenset({"last", "latest", "newest", "recent", "previous"})
"""Words for the task that was delegated last."""

_IT_WORDS = frozenset({"it", "that", "this"})
_BLANK_WORDS = frozenset({"background", "agent"})
_SMALL_WORDS = frozenset(
    {
        "a",
        "all",
        "an",
        "and",
        "at",
        "for",
        "from",
        "in",
        "most",
        "my",
        "of",
        "on",
        "our",
        "please",
        "the",
        "to",
        "your",
    }
)
_NUMBER = re.compile(
    r"(?:(?:task|number|no\.?)\s+)?#?(?P<number>\d{1,9})(?:\.(?P<attempt>\d{1,6}))?", re.ASCII
)
_WORDS = re.compile(r"[^\W_]+")
_ALIKE = 3
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ers", "er", "ed", "es", "s", "y", "e")


@dataclass(frozen=True, slots=True)
class Match:
    """The tasks that fit a reference: none, the one that is meant, or several equally good ones to ask about.

    Several are newest first. ``attempt`` is the number behind the dot of ``7.2``.
    """

    tasks: tuple[Task, ...] = ()
    attempt: int | None = None

    @property
    def task(self) -> Task | None:
        """The task that is meant, if it is certain."""
        return self.tasks[0] if len(self.tasks) == 1 else None


def find(reference: str, tasks: Sequence[Task], suits: Callable[[Task], bool] | None = None) -> Match:
    """The tasks that a reference means; if given, ``suits`` says among which to look first.

    Number and id are exact. After them, the first of these that fits anything decides: the name, a part of
    the name, all words in the name, all words in name and text, words like these (``docs`` for
    ``documentation``). Among equally good ones, open tasks come before ended ones, and of ended ones with the
    same text only the newest counts.
    """
    if suits is not None:
        first = find(reference, [task for task in tasks if suits(task)])
        return first if first.tasks else find(reference, tasks)
    wanted = reference.strip().lower()
    if number := _NUMBER.fullmatch(wanted):
        attempt = int(number["attempt"]) if number["attempt"] else None
        return Match(tuple(t for t in tasks if t.number == int(number["number"])), attempt)
    newest_first = sorted(tasks, key=lambda task: task.number, reverse=True)
    if by_id := [t for t in newest_first if t.id.lower() == wanted]:
        return Match(tuple(by_id))
    if named := [t for t in newest_first if t.name.lower() == wanted]:
        return Match(tuple(_open_or_newest(named)))
    words = _WORDS.findall(wanted)
    if points(words):
        return Match(tuple(_pointed_at(words, newest_first)))
    return Match(tuple(_best(words, newest_first)))


def points(words: Sequence[str]) -> bool:
    """Whether words point at a task instead of describing it: ``it``, ``my background task``, ``last``."""
    pointing = (TASK_NOUNS - PLURALS) | _IT_WORDS | LAST_WORDS
    known = pointing | _SMALL_WORDS | _BLANK_WORDS | STATUS_WORDS.keys()
    return known.issuperset(words) and not pointing.isdisjoint(words) and "all" not in words


def _pointed_at(words: Sequence[str], tasks: Sequence[Task]) -> list[Task]:
    """The tasks, newest first, at which words point."""
    statuses = [STATUS_WORDS[word] for word in words if word in STATUS_WORDS]
    fitting = [task for task in tasks if all(_stands(task, status) for status in statuses)]
    if not LAST_WORDS.isdisjoint(words):
        return fitting[:1]
    if statuses:
        return fitting
    still_open = [task for task in tasks if not task.status.ended]
    return still_open if len(still_open) == 1 else fitting[:1]


def _stands(task: Task, status: Status) -> bool:
    """Whether a task stands so, taking any live state for running."""
    return task.status.live if status is Status.RUNNING else task.status is status


def _best(words: Sequence[str], tasks: Sequence[Task]) -> list[Task]:
    """The tasks that fit best by name and text."""
    described = [word for word in words if word not in _SMALL_WORDS]
    telling = [word for word in described if word not in TASK_NOUNS | _BLANK_WORDS] or described
    part = "-".join(telling)
    if not part:
        return []
    if len(part) > 1 and (found := [task for task in tasks if part in task.name.lower()]):
        return _open_or_newest(found)
    for words_of, equal in ((_name_words, _same), (_all_words, _same), (_all_words, _alike)):
        if found := _with_all(telling, tasks, words_of, equal):
            return _open_or_newest(found)
    return []


def _open_or_newest(found: Sequence[Task]) -> list[Task]:
    """The open ones of equally good tasks; else the ended ones, each text once."""
    if still_open := [task for task in found if not task.status.ended]:
        return still_open
    by_text: dict[str, Task] = {}
    for task in found:
        by_text.setdefault(" ".join(task.text.lower().split()), task)
    return list(by_text.values())


def _with_all(
    wanted: Iterable[str],
    tasks: Sequence[Task],
    words_of: Callable[[Task], Sequence[str]],
    equal: Callable[[str, str], bool],
) -> list[Task]:
    """The tasks among whose words each wanted one has its like.

    Words are compared once, however many tasks have them: this is asked anew with each letter typed. Those
    that are alike begin alike, which leaves out most of them.
    """
    found = list(tasks)
    for word in wanted:
        there = {other for task in found for other in words_of(task) if other[:_ALIKE] == word[:_ALIKE]}
        like = {other for other in there if equal(word, other)}
        found = [task for task in found if not like.isdisjoint(words_of(task))] if like else []
    return found


def _name_words(task: Task) -> Sequence[str]:
    return _words_in(task.name)


def _all_words(task: Task) -> Sequence[str]:
    return _words_in(f"{task.name} {task.text}")


@lru_cache(maxsize=32768)
def _words_in(text: str) -> tuple[str, ...]:
    """The different words of a text, in small letters; the same word is one string in all of them."""
    return tuple(dict.fromkeys(map(sys.intern, _WORDS.findall(text.lower()))))


def _same(word: str, other: str) -> bool:
    """Whether two words differ at most in their ending: ``test`` and ``tests``."""
    return word == other or _stem(word) == _stem(other)


def _alike(word: str, other: str) -> bool:
    """Whether two words are of one family: ``docs`` and ``documentation``, ``analysis`` and ``analyze``."""
    first, second = sorted((_stem(word), _stem(other)), key=len)
    if len(first) >= _ALIKE and second.startswith(first):
        return True
    shared = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first))
    return shared >= 5 and shared * 10 >= len(second) * 6


@lru_cache(maxsize=32768)
def _stem(word: str) -> str:
    """A word without its common endings, at least three letters long."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _ALIKE:
            return word[: -len(ending)]
    return word
