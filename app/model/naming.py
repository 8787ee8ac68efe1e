"""Short names of tasks, made from their text."""

from __future__ import annotations

import re
from collections.abc import Collection

from app.model.reference import points

_MOST_WORDS = 5
_LONGEST_WORD = 24
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SMALL_WORDS = frozenset(
    re.split(
        r"\s+",
        """a about after all also an and any are as at be been before being but by can could do does
        done for from get had has have he her his how i if in into is it its just let like make me
        my no nor not of off on one or our out over own please she should so some such than that the
        their them then there these they this those to too under up us very was we were what when
        where which while who why will with would yet you your i'm i'll i've i'd it's let's we're
        we'll don't doesn't can't isn't what's there's that's background delegate delegating task
        tasks agent""",
    )
)


def make_name(text: str, taken: Collection[str], *, sentence: bool = True) -> str:
    """A name for a task: at most five content words of its text, lower case, joined by ``-``.

    Unlike any in ``taken``: a number is added if need be (``fix-eslint-errors-2``). Never a mere number or a
    word that refers to tasks (``last``), so that it can always be told from those. A command line is no
    ``sentence``: nothing in it is taken for the wrapping of a task.
    """
    name = "-".join(_content_words(_unwrapped(text) if sentence else text)) or "unnamed"
    if points([name]) or name in ("all", "everything") or name.replace("-", "").isdigit():
        name = f"task-{name}"
    candidate, count = name, 1
    while candidate in taken:
        count += 1
        candidate = f"{name}-{count}"
    return candidate


def _unwrapped(text: str) -> str:
    from app.model.wrapping import unwrap  # its patterns take 6 ms, and no command line needs them

    return unwrap(text)


def telling_words(text: str) -> list[str]:
    """The words of a text that tell something, lower case, each once; when all are small ones, those."""
    words = [word.replace("’", "'") for word in _WORD.findall(text.lower())]
    telling = [word for word in words if word not in _SMALL_WORDS] or words
    return list(dict.fromkeys(word.replace("'", "")[:_LONGEST_WORD] for word in telling))


def _content_words(text: str) -> list[str]:
    """The first words that tell something."""
    return telling_words(text)[:_MOST_WORDS]
