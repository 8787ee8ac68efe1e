"""The options of a request, ``key:value``: what each key means, how its value is read and written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from app.model.draft import Draft
from app.model.duration import parse_duration, spell_duration
from app.model.size import parse_size, spell_size
from app.model.status import Priority
from app.model.when import Delay, TimeOfDay, parse_delay, parse_time_of_day, spell_delay, spell_time_of_day

MOST_RETRIES = 100
"""The most automatic retries that can be asked for."""

STEPS = {"up": -1, "down": 1}
LEVELS = (*(priority.word for priority in Priority), *STEPS)
"""What a priority can be changed to: a level, or a step from where it is."""

_TASK_NAME = r"(?=.*[^\W\d_])\w[\w.-]{0,63}"
_NUMBERS = r"#?\d{1,9}\??(?:,#?\d{1,9}\??)*"
_COMMIT = r"[A-Za-z0-9_][\w./@{}^~+-]{0,199}"
_YES = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


def _priority(word: str) -> Priority:
    """The priority of that word, or of its unambiguous beginning."""
    found = [p for p in Priority if word and p.word.startswith(word)]
    if len(found) != 1:
        raise ValueError(f"a priority is {', '.join(p.word for p in Priority)}")
    return found[0]


def _yes_or_no(word: str) -> bool:
    if word not in _YES:
        raise ValueError("write yes or no")
    return _YES[word]


def _leftovers(word: str) -> bool:
    if word not in ("keep", "sweep"):
        raise ValueError("write keep, for what outlives the command to go on, or sweep")
    return word == "keep"


def _retries(word: str) -> int:
    if not re.fullmatch(r"\d{1,3}", word, re.ASCII) or int(word) > MOST_RETRIES:
        raise ValueError(f"write how often to try again, 0 to {MOST_RETRIES}")
    return int(word)


def _task_name(name: str) -> str:
    if not re.fullmatch(_TASK_NAME, name):
        raise ValueError("a name is letters, digits, -, _ and ., with at least one letter")
    return name


def _commit(name: str) -> str:
    if not re.fullmatch(_COMMIT, name, re.ASCII):
        raise ValueError("write a branch, tag or commit, as git names it")
    return name


def _changes(word: str) -> bool:
    if word != "changes":
        raise ValueError("write with:changes, to take along what is not committed")
    return True


def _command_line(line: str) -> str:
    if not line.strip():
        raise ValueError('write a command, as in check:"pytest -q"')
    return line


@dataclass(frozen=True, slots=True)
class Keyed:
    """The option of one key: the field of a `Draft` that it sets, how its value is read, how it is written.

    ``read`` takes the value in small letters and without the punctuation behind it, ``verbatim`` ones as
    typed; it raises ValueError with what is allowed. ``write`` gives None for a value of another key's.
    """

    field: str
    read: Callable[[str], object]
    write: Callable[[Any], str | None] = str
    verbatim: bool = False


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


KEYED: dict[str, Keyed] = {
    "p": Keyed("priority", _priority, lambda priority: priority.word),
    "t": Keyed("timeout_s", parse_duration, spell_duration),
    "at": Keyed(
        "when",
        parse_time_of_day,
        lambda when: spell_time_of_day(when) if isinstance(when, TimeOfDay) else None,
    ),
    "delay": Keyed("when", parse_delay, lambda when: spell_delay(when) if isinstance(when, Delay) else None),
    "retries": Keyed("retries", _retries),
    "twice": Keyed("twice", _yes_or_no, _yes_no),
    "quiet": Keyed("quiet_timeout_s", parse_duration, spell_duration),
    "mem": Keyed("memory_bytes", parse_size, spell_size),
    "leftovers": Keyed("keep_leftovers", _leftovers, lambda keep: "keep" if keep else "sweep"),
    "in": Keyed("folder", str, lambda folder: _quoted(folder), verbatim=True),
    "commit": Keyed("commit", _yes_or_no, _yes_no),
    "name": Keyed("name", _task_name, verbatim=True),
    "worktree": Keyed("worktree", _yes_or_no, _yes_no),
    "base": Keyed("base", _commit, verbatim=True),
    "with": Keyed("with_changes", _changes, lambda with_changes: "changes" if with_changes else None),
    "check": Keyed("check", _command_line, lambda check: _quoted(check), verbatim=True),
}
"""The options that are given once, by their keys."""

KEYS: tuple[str, ...] = (*KEYED, "after")
"""All keys; ``after`` may be given again, and adds to what was given before."""


@dataclass(slots=True)
class Options:
    """Options gathered while reading: a repeated one that says something else is a problem."""

    values: dict[str, object] = field(default_factory=dict)
    after: dict[int, None] = field(default_factory=dict)
    after_any: dict[int, None] = field(default_factory=dict)
    tags: dict[str, None] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def set(self, attribute: str, value: object, written: str) -> None:
        """Keep the first value; say so when another one contradicts it."""
        if self.values.setdefault(attribute, value) != value:
            self.problems.append(f"{written} contradicts an earlier word: quote it to keep it in the text")

    def take(self, key: str, value: str) -> None:
        """File away ``key:value``; a bad value becomes a problem that says what is allowed."""
        written = f"{key}:{value}"
        plain = value.rstrip(",;.").lower()
        try:
            if key == "after":
                strict, lenient = parse_numbers(plain)
                self.after.update(dict.fromkeys(strict))
                self.after_any.update(dict.fromkeys(lenient))
            else:
                keyed = KEYED[key]
                self.set(keyed.field, keyed.read(value if keyed.verbatim else plain), written)
        except ValueError as error:
            self.problems.append(f"{written}: {error}")

    def draft(self, text: str, problems: tuple[str, ...] = ()) -> Draft:
        """The draft of a text with these options."""
        return Draft(
            text=text,
            after=tuple(self.after),
            after_any=tuple(self.after_any),
            tags=tuple(self.tags),
            problems=(*self.problems, *problems),
            **self.values,  # type: ignore[arg-type]
        )


def parse_numbers(words: str) -> tuple[list[int], list[int]]:
    """The task numbers in ``8,#9?``: those that must be complete, and those that may end in whatever way.

    Raises ValueError with what is allowed.
    """
    if not re.fullmatch(_NUMBERS, words, re.ASCII):
        raise ValueError("write the numbers of tasks, as in after:8 or after:8,9, after:8? for any end")
    strict: list[int] = []
    lenient: list[int] = []
    for word in words.split(","):
        (lenient if word.endswith("?") else strict).append(int(word.strip("#?")))
    return strict, lenient


def read_level(word: str, now: Priority) -> Priority:
    """The priority of a word, or one step ``up`` or ``down`` from what it is now; the ends stay as they are.

    Raises ValueError with what is allowed.
    """
    if word.lower() in STEPS:
        return Priority(min(max(now + STEPS[word.lower()], min(Priority)), max(Priority)))
    for priority in Priority:
        if word.lower() == priority.word:
            return priority
    raise ValueError(f"write {', '.join(LEVELS)}, and behind it the task")


def spelled_options(draft: Draft) -> Iterator[str]:
    """The options of a draft as words that read back; those it does not set are left out."""
    if draft.agent:
        yield f"@{draft.agent}"
    unset = {item.name: item.default for item in fields(Draft)}
    for key, keyed in KEYED.items():
        value = getattr(draft, keyed.field)
        written = None if value == unset[keyed.field] else keyed.write(value)
        if written is not None:
            yield f"{key}:{written}"
    if draft.after or draft.after_any:
        yield "after:" + ",".join([*map(str, draft.after), *(f"{number}?" for number in draft.after_any)])
    yield from (f"+{tag}" for tag in draft.tags)


def _quoted(value: str) -> str:
    """A value in quotes where it could not stand alone."""
    if not re.search(r"\s", value) and value[:1] not in ("'", '"', ""):
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'
