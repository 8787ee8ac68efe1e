"""Completion in the input bar: what the word at the cursor can become."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.model.options import LEVELS
from app.model.request import parse_request
from app.model.status import Priority

MAX_CANDIDATES = 50
"""More are not offered; nobody steps through them."""

_TIMES = ("10m", "30m", "1h", "2h", "none")
_SHORTHANDS = "@+#/"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to go on: ``text`` takes the place of the word, ``hint`` says what it is."""

    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """The candidates for the characters ``start`` to ``end`` of the input.

    ``quiet`` ones are offered on a key press only: the word is also a plain word of a sentence, or whole.
    """

    start: int
    end: int
    candidates: tuple[Candidate, ...]
    quiet: bool = False

    def ghost(self, text: str) -> str:
        """What the first candidate adds to the typed word, for showing behind the cursor."""
        typed = text[self.start : self.end]
        if self.quiet or not self.candidates or not self.candidates[0].text.startswith(typed):
            return ""
        return self.candidates[0].text[len(typed) :]


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to complete with.

    ``agents``, ``themes`` and ``tags`` are names; ``tasks`` are (number, name); ``commands`` are (slash
    command without the slash, help); ``options`` are (key with its colon, help); ``folders`` lists folders
    that begin with the given path, each with a slash at its end; ``paths`` lists files as well.
    """

    agents: Sequence[str] = ()
    tasks: Sequence[tuple[int, str]] = ()
    commands: Sequence[tuple[str, str]] = ()
    options: Sequence[tuple[str, str]] = ()
    themes: Sequence[str] = ()
    tags: Sequence[str] = ()
    folders: Callable[[str], Iterable[str]] = lambda _: ()
    paths: Callable[[str], Iterable[str]] = lambda _: ()


def complete(text: str, cursor: int, choices: Choices) -> Completion | None:
    """What the word that ends at ``cursor`` can become; None where there is nothing to offer.

    Inside quotes and after a backslash words are plain text, as they are for the request.
    """
    start = _word_start(text, cursor)
    word = text[start:cursor]
    if (
        _quoted(text[:start])
        or word.startswith(("\\", '"'))
        or parse_request(text[:cursor]).shell is not None
    ):
        return None
    found = tuple(_candidates(text[:start], word, choices))[:MAX_CANDIDATES]
    if not found or [candidate.text for candidate in found] == [word]:
        return None
    quiet = not word or (word[0] not in _SHORTHANDS and ":" not in word and not text.startswith("/"))
    if word in (candidate.text for candidate in found):
        quiet = True
    return Completion(start, cursor, found, quiet)


def with_paths(offer: Completion | None, text: str, cursor: int, choices: Choices) -> Completion | None:
    """What is offered where a key asked for it: also the files and folders that begin with a plain word.

    Only then, because it reads a folder, and any word of a sentence may begin like a file.
    """
    start = _word_start(text, cursor)
    word = text[start:cursor]
    if not word or _quoted(text[:start]) or word.startswith(("\\", '"')) or (offer and not offer.quiet):
        return offer
    found = tuple(Candidate(path) for path in choices.paths(word) if path != word)
    if not found:
        return offer
    return Completion(
        start, cursor, ((offer.candidates if offer else ()) + found)[:MAX_CANDIDATES], quiet=True
    )


def _candidates(before: str, word: str, choices: Choices) -> Iterable[Candidate]:
    if not before.strip() and word.startswith("/"):
        return _matching(word, ((f"/{name}", help_) for name, help_ in choices.commands))
    if before.startswith("/"):
        return _arguments(before, word, choices)
    return _options(word, choices)


def _arguments(before: str, word: str, choices: Choices) -> Iterable[Candidate]:
    """Completions behind a slash command; delegating ones take what a task takes."""
    command = before.split()[0][1:]
    if command == "theme":
        return _matching(word, ((name, "theme") for name in choices.themes))
    if command == "priority" and before.split()[1:] == []:
        return _matching(word, ((level, "priority") for level in LEVELS))
    if command in ("delegate", "add"):
        return _options(word, choices)
    return _tasks(word.removeprefix("#"), "#" if word.startswith("#") else "", choices)


def _options(word: str, choices: Choices) -> Iterable[Candidate]:
    key, colon, value = word.partition(":")
    if colon:
        return _values(key, value, choices)
    if word.startswith("@"):
        return _matching(word, ((f"@{name}", "agent") for name in choices.agents))
    if word.startswith("+"):
        return _matching(word, ((f"+{tag}", "tag") for tag in choices.tags))
    if word.startswith("#"):
        return _tasks(word[1:], "#", choices)
    return _matching(word, choices.options) if word else ()


def _values(key: str, value: str, choices: Choices) -> Iterable[Candidate]:
    if key == "after":
        head, _, last = value.rpartition(",")
        taken = set(head.replace("#", "").split(","))
        found = _tasks(last.removeprefix("#"), f"after:{head}," if head else "after:", choices)
        return (candidate for candidate in found if candidate.text.rpartition(",")[2] not in taken)
    if key == "in":
        return (Candidate(f"in:{folder}", "folder") for folder in choices.folders(value))
    fixed: dict[str, Sequence[str]] = {
        "p": [priority.word for priority in Priority],
        "t": _TIMES,
        "commit": ("yes", "no"),
        "delay": _TIMES[:-1],
        "retries": ("1", "3", "5"),
        "twice": ("yes", "no"),
        "quiet": _TIMES,
        "mem": ("512M", "1G", "2G", "4G"),
        "leftovers": ("keep", "sweep"),
        "worktree": ("yes", "no"),
        "with": ("changes",),
        "check": ("no",),
    }
    return _matching(f"{key}:{value}", ((f"{key}:{known}", "") for known in fixed.get(key, ())))


def _tasks(digits: str, prefix: str, choices: Choices) -> Iterable[Candidate]:
    if digits and not digits.isdigit():
        return ()
    return (
        Candidate(f"{prefix}{number}", name)
        for number, name in choices.tasks
        if str(number).startswith(digits)
    )


def _matching(word: str, known: Iterable[tuple[str, str]]) -> Iterable[Candidate]:
    return (Candidate(name, help_) for name, help_ in known if name.startswith(word))


def _word_start(text: str, cursor: int) -> int:
    start = cursor
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    return start


def _quoted(before: str) -> bool:
    return before.count('"') % 2 == 1


def complete_with(text: str, completion: Completion, candidate: Candidate) -> tuple[str, int]:
    """The input with the candidate in place and the new cursor, behind a blank where the word is finished."""
    after = text[completion.end :]
    open_ended = candidate.text.endswith((":", "/", ","))
    tail = "" if open_ended or after[:1].isspace() else " "
    return text[: completion.start] + candidate.text + tail + after, completion.start + len(
        candidate.text
    ) + len(tail)
