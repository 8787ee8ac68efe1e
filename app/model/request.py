"""The grammar of a request: a text with options anywhere in it, or ``!`` and a shell command.

``Fix all ESLint errors in src/ @worker p:low t:30m after:8 in:packages/api +lint commit:yes name:eslint``
``at:18:00 retries:3 quiet:10m mem:2G leftovers:keep twice:yes``

Words with a known key and a colon are options wherever they stand, everything else is the task. A quoted
word, or one behind a backslash, is never an option. ``key:value`` with any other key stays in the text.
A shell command is taken word for word; its options stand before the ``!``: ``worktree:yes !make``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from app.model.draft import NOTHING_TO_DO, UNSET, Draft, Unset
from app.model.options import KEYS, Options, spelled_options

__all__ = ["NOTHING_TO_DO", "UNSET", "Draft", "Unset", "format_request", "parse_request"]

_QUOTES = "\"'`"
_QUOTED = r"""```[\s\S]*?```|"[^"\n]*"|'[^'\n]*'|`[^`\n]*`"""
_KEYED = rf"""(?P<key>{"|".join(KEYS)}):(?P<value>"[^"\n]+"|'[^'\n]+'|[^\s"']\S*)"""
_AGENT = r"@(?P<agent>[A-Za-z][A-Za-z0-9_-]*)[,.;:!?]*"
_TAG = r"\+(?P<tag>[A-Za-z][\w-]+)[,.;!?]*"
_OPTION = re.compile(rf"(?:{_KEYED}|{_AGENT}|{_TAG})(?=\s|\Z)", re.IGNORECASE)
_QUOTATION = re.compile(rf"(?:{_QUOTED})(?=[\s,.;:!?)\]}}]|\Z)")
_WORD = re.compile(r"\S+")
_SLASH_COMMAND = re.compile(r"/[A-Za-z?]+\Z")


class _Piece(NamedTuple):
    """A word, quotation or option, with the space before it."""

    space: str
    text: str
    option: re.Match[str] | None = None
    quoted: bool = False


def parse_request(text: str) -> Draft:
    """Read what a person typed as a task. Never raises: what is wrong is in ``problems``."""
    command = _command_start(text)
    if command is not None:
        return _shell_draft(text[: command - 1], text[command:])
    stripped = text.strip()
    options = Options()
    kept: list[_Piece] = []
    space = ""
    for piece in _pieces(stripped):
        space = max(space, piece.space, key=lambda run: (run.count("\n"), len(run)))
        if piece.option:
            _take(piece.option, options)
        else:
            kept.append(piece._replace(space=space))
            space = ""
    words = _text(kept)
    return options.draft(words, () if words else (NOTHING_TO_DO,))


def _command_start(text: str) -> int | None:
    """Where a shell command begins, behind its ``!``; None where something else than options precedes it."""
    position = 0
    while start := _WORD.search(text, position):
        if start[0].startswith("!"):
            return start.start() + 1
        option = _OPTION.match(text, start.start())
        if option is None:
            return None
        position = option.end()
    return None


def _shell_draft(ahead: str, command: str) -> Draft:
    """A command as it is, with the options that stand before it; nobody does it but the shell."""
    options = Options()
    for piece in _pieces(ahead):
        if piece.option:
            _take(piece.option, options)
    problems = () if command.strip() else ("Nothing to run: write a command behind the !",)
    draft = options.draft(command.strip(), problems)
    if draft.agent is not None:
        told = f"@{draft.agent} runs no shell command: leave it out, or leave out the !"
        draft = replace(draft, agent=None, problems=(*draft.problems, told))
    return replace(draft, shell=command)


def format_request(draft: Draft) -> str:
    """Write a draft so that `parse_request` reads the same one back, quoting only where it must.

    A folder with a space and both kinds of quotes cannot be written.
    """
    if draft.shell is not None:
        return " ".join([*spelled_options(draft), "!" + draft.shell])
    options = list(spelled_options(draft))
    plain = " ".join([draft.text, *options])
    if not _SLASH_COMMAND.match(plain.split(" ", 1)[0]) and parse_request(plain) == draft:
        return plain
    return " ".join([_escaped(draft.text), *options])


def _pieces(text: str) -> Iterator[_Piece]:
    """Cut the text into words, quotations and options."""
    position, first = 0, True
    while start := _WORD.search(text, position):
        space = text[position : start.start()]
        option = _OPTION.match(text, start.start())
        quotation = _QUOTATION.match(text, start.start())
        word = (option or quotation or start)[0]
        if word.startswith("\\") and _special(word[1:], first=first):
            yield _Piece(space, word[1:])
        else:
            yield _Piece(space, word, option, quotation is not None)
        first = first and option is not None
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


def _take(option: re.Match[str], options: Options) -> None:
    """File one option away."""
    if option["agent"]:
        options.set("agent", option["agent"], option[0].rstrip(",.;:!?"))
    elif option["tag"]:
        options.tags[option["tag"]] = None
    else:
        key, value = option["key"].lower(), option["value"]
        if value[0] in "\"'" and value[-1] == value[0]:
            value = value[1:-1]
        options.take(key, value)
