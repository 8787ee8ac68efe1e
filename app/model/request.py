"""The grammar of a request: a text with options anywhere in it, or ``!`` and a shell command.

``Fix all ESLint errors in src/ @worker p:low t:30m after:8 in:packages/api +lint commit:yes name:eslint``

Words with a known key and a colon are options wherever they stand, everything else is the task. A quoted
word, or one behind a backslash, is never an option. ``key:value`` with any other key stays in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from app.model.duration import parse_duration, spell_duration
from app.model.status import Priority


class Unset(Enum):
    """The type of `UNSET`, for annotations."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
"""No timeout was asked for: the configured one holds. None, in contrast, means no limit."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person typed, read: nothing is looked up and nothing filled in yet.

    ``shell`` is the command line of ``!command``, word for word. ``after`` holds task numbers, ``folder`` is
    as typed. ``problems`` are lines for the user; a draft that has any must not be started.
    """

    text: str
    agent: str | None = None
    shell: str | None = None
    priority: Priority | None = None
    timeout_s: float | Unset | None = UNSET
    after: tuple[int, ...] = ()
    folder: str | None = None
    tags: tuple[str, ...] = ()
    commit: bool | None = None
    name: str | None = None
    problems: tuple[str, ...] = ()

    @property
    def bare(self) -> bool:
        """Whether it is nothing but a text: no option was given, right or wrong, and no shell command."""
        return self in (Draft(self.text), Draft(self.text, problems=(NOTHING_TO_DO,)))


NOTHING_TO_DO = "Nothing to do yet: write what the task is"
"""The problem of a draft that holds no text."""

_QUOTES = "\"'`"
_QUOTED = r"""```[\s\S]*?```|"[^"\n]*"|'[^'\n]*'|`[^`\n]*`"""
_KEYED = r"""(?P<key>p|t|after|in|name|commit):(?P<value>"[^"\n]+"|'[^'\n]+'|[^\s"']\S*)"""
_AGENT = r"@(?P<agent>[A-Za-z][A-Za-z0-9_-]*)[,.;:!?]*"
_TAG = r"\+(?P<tag>[A-Za-z][\w-]+)[,.;!?]*"
_OPTION = re.compile(rf"(?:{_KEYED}|{_AGENT}|{_TAG})(?=\s|\Z)", re.IGNORECASE)
_QUOTATION = re.compile(rf"(?:{_QUOTED})(?=[\s,.;:!?)\]}}]|\Z)")
_WORD = re.compile(r"\S+")
_SLASH_COMMAND = re.compile(r"/[A-Za-z?]+\Z")
_TASK_NAME = re.compile(r"(?=.*[^\W\d_])\w[\w.-]{0,63}")
_YES = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


class _Piece(NamedTuple):
    """A word, quotation or option, with the space before it."""

    space: str
    text: str
    option: re.Match[str] | None = None
    quoted: bool = False


@dataclass(slots=True)
class _Options:
    """Options gathered while reading: a repeated one that says something else is a problem."""

    values: dict[str, object] = field(default_factory=dict)
    after: dict[int, None] = field(default_factory=dict)
    tags: dict[str, None] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def set(self, attribute: str, value: object, written: str) -> None:
        """Keep the first value; say so when another one contradicts it."""
        if self.values.setdefault(attribute, value) != value:
            self.problems.append(f"{written} contradicts an earlier word: quote it to keep it in the text")


def parse_request(text: str) -> Draft:
    """Read what a person typed as a task. Never raises: what is wrong is in ``problems``."""
    stripped = text.strip()
    if stripped.startswith("!"):
        command = text.lstrip()[1:]
        problems = () if command.strip() else ("Nothing to run: write a command behind the !",)
        return Draft(command.strip(), shell=command, problems=problems)
    options = _Options()
    kept: list[_Piece] = []
    space = ""
    for piece in _pieces(stripped):
        space = max(space, piece.space, key=lambda run: (run.count("\n"), len(run)))
        if piece.option:
            _take(piece.option, options)
        else:
            kept.append(piece._replace(space=space))
            space = ""
    return _draft(_text(kept), options)


def format_request(draft: Draft) -> str:
    """Write a draft so that `parse_request` reads the same one back, quoting only where it must.

    A shell command carries no options. A folder with a space and both kinds of quotes cannot be written.
    """
    if draft.shell is not None:
        return "!" + draft.shell
    options = list(_spelled_options(draft))
    plain = " ".join([draft.text, *options])
    if not _SLASH_COMMAND.match(plain.split(" ", 1)[0]) and parse_request(plain) == draft:
        return plain
    return " ".join([_escaped(draft.text), *options])


def _pieces(text: str) -> Iterator[_Piece]:
    """Cut the text into words, quotations and options."""
    position = 0
    while start := _WORD.search(text, position):
        space = text[position : start.start()]
        option = _OPTION.match(text, start.start())
        quotation = _QUOTATION.match(text, start.start())
        word = (option or quotation or start)[0]
        if word.startswith("\\") and _special(word[1:], first=not position):
            yield _Piece(space, word[1:])
        else:
            yield _Piece(space, word, option, quotation is not None)
        position = start.start() + len(word)


def _special(word: str, *, first: bool) -> bool:
    """Whether a word would not stand for itself without a backslash."""
    word = word.lstrip("\\")
    if first and (word.startswith("!") or _SLASH_COMMAND.match(word)):
        return True
    return word.startswith(tuple(_QUOTES)) or _OPTION.match(word) is not None


def _escaped(text: str) -> str:
    """The text with a backslash before every word that needs one."""

    def escape(word: re.Match[str]) -> str:
        special = _special(word[0], first=not word.start())
        return "\\" + word[0] if special else word[0]

    return _WORD.sub(escape, text)


def _text(kept: list[_Piece]) -> str:
    """The words as they stood; the inside of a text that is one quotation: ``"run tests"``."""
    if len(kept) == 1 and kept[0].quoted and kept[0].text[0] in "\"'":
        return kept[0].text[1:-1].strip()
    return "".join(piece.space + piece.text for piece in kept).strip()


def _take(option: re.Match[str], options: _Options) -> None:
    """File one option away."""
    if option["agent"]:
        options.set("agent", option["agent"], option[0].rstrip(",.;:!?"))
    elif option["tag"]:
        options.tags[option["tag"]] = None
    else:
        key, value = option["key"].lower(), option["value"]
        if value[0] in "\"'" and value[-1] == value[0]:
            value = value[1:-1]
        _take_keyed(key, value, options)


def _take_keyed(key: str, value: str, options: _Options) -> None:
    """File away ``key:value``; a bad value becomes a problem that says what is allowed."""
    written = f"{key}:{value}"
    plain = value.rstrip(",;.").lower()
    try:
        if key == "p":
            options.set("priority", _priority(plain), written)
        elif key == "t":
            options.set("timeout_s", parse_duration(plain), written)
        elif key == "commit":
            options.set("commit", _yes_or_no(plain), written)
        elif key == "after":
            options.after.update(dict.fromkeys(_numbers(plain)))
        elif key == "name":
            options.set("name", _task_name(value), written)
        else:
            options.set("folder", value, written)
    except ValueError as error:
        options.problems.append(f"{written}: {error}")


def _priority(word: str) -> Priority:
    """The priority of that word, or of its unambiguous beginning."""
    found = [p for p in Priority if word and p.word.startswith(word)]
    if len(found) != 1:
        raise ValueError(f"a priority is {', '.join(p.word for p in Priority)}")
    return found[0]


def _yes_or_no(word: str) -> bool:
    """The answer that a word gives."""
    if word not in _YES:
        raise ValueError("write yes or no")
    return _YES[word]


def _numbers(words: str) -> list[int]:
    """The task numbers in ``8,#9``."""
    if not re.fullmatch(r"#?\d{1,9}(?:,#?\d{1,9})*", words, re.ASCII):
        raise ValueError("write the numbers of tasks, as in after:8 or after:8,9")
    return [int(word.lstrip("#")) for word in words.split(",")]


def _task_name(name: str) -> str:
    """The name, if it can serve as one."""
    if not _TASK_NAME.fullmatch(name):
        raise ValueError("a name is letters, digits, -, _ and ., with at least one letter")
    return name


def _draft(text: str, options: _Options) -> Draft:
    """The draft of a text and its options."""
    problems = options.problems if text else [*options.problems, NOTHING_TO_DO]
    return Draft(
        text=text,
        after=tuple(options.after),
        tags=tuple(options.tags),
        problems=tuple(problems),
        **options.values,  # type: ignore[arg-type]
    )


def _spelled_options(draft: Draft) -> Iterator[str]:
    """The options of a draft as words."""
    if draft.agent:
        yield f"@{draft.agent}"
    if draft.priority is not None:
        yield f"p:{draft.priority.word}"
    if draft.timeout_s is not UNSET:
        yield f"t:{spell_duration(draft.timeout_s)}"
    if draft.after:
        yield "after:" + ",".join(map(str, draft.after))
    if draft.folder is not None:
        yield f"in:{_quoted(draft.folder)}"
    yield from (f"+{tag}" for tag in draft.tags)
    if draft.commit is not None:
        yield f"commit:{'yes' if draft.commit else 'no'}"
    if draft.name:
        yield f"name:{draft.name}"


def _quoted(value: str) -> str:
    """A value in quotes where it could not stand alone."""
    if not re.search(r"\s", value) and value[:1] not in ("'", '"', ""):
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'
