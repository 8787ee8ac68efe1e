"""What a person means by what they typed: a new task, or a question or an order about tasks.

Whatever is unsure is a new task. A reading that stops or deletes is to be shown and confirmed.
"""

from __future__ import annotations

import re
from dataclasses import replace

from app.model.asking import asked, targets_of
from app.model.commands import find_command
from app.model.postponing import without_delay
from app.model.reading import Kind as Kind
from app.model.reading import Reading as Reading
from app.model.request import Draft, parse_request
from app.model.slash import elsewhere, misspelt, ordered, with_plain_options
from app.model.wrapping import unwrap

_TOLD = re.compile(
    r"(?:please )?(?:(?:continue|go on|carry on)(?: with)?|tell|ask) (?:task |number )?"
    r"(?P<number>#\d{1,9}(?:\.\d{1,6})?)"
    r"(?:(?:\s*[:,–—-]|\s+(?:to|that|and|with))?\s+(?P<words>[\s\S]+?))?\s*",
    re.IGNORECASE | re.ASCII,
)


def read(text: str) -> Reading:
    """Read what a person typed: a sentence, a text with options, ``!command``, ``/command``. Never raises."""
    typed = text.strip()
    if typed.startswith("/") and (reading := _read_slash(text, typed)):
        return reading
    if typed[:1] in ('"', "'", "`", "\\") or parse_request(text).shell is not None:
        return Reading(Kind.TASK, text, parse_request(text))
    if order := _read_own_name(text, typed) or _told(text, typed):
        return order
    draft = parse_request(typed)
    asks = asked(draft.text) if draft.bare and draft.text else None
    if asks is None:
        return Reading(Kind.TASK, text, _unwrapped(draft))
    fallback = _unwrapped(draft) if asks.needs_match else None
    return Reading(
        Kind(asks.kind), text, fallback, asks.targets, asks.scope, asks.needs_match, value=asks.value
    )


def _unwrapped(draft: Draft) -> Draft:
    """The draft of the work itself, begun when its words say; a shell command is never touched."""
    if draft.shell is not None:
        return draft
    if draft.when is not None:
        return replace(draft, text=unwrap(draft.text))
    ahead, when = without_delay(draft.text)
    work = unwrap(ahead)
    if when is None:
        work, when = without_delay(work)
    return replace(draft, text=work, when=when)


def _read_slash(text: str, typed: str) -> Reading | None:
    """The reading of ``/command arguments``; None for a text that just begins with a slash (a path)."""
    written = re.fullmatch(r"/(?P<name>[A-Za-z]+|\?)(?:\s+(?P<rest>[\s\S]*))?", typed)
    if written is None:
        return None
    name, rest = written["name"], written["rest"] or ""
    command = find_command("help" if name == "?" else name)
    if command is None:
        return misspelt(text, name)
    if not command.slash:
        return elsewhere(text, command)
    if command.name != "add":
        return ordered(command, text, rest)
    task = with_plain_options(command, rest)
    return _read_own_name(text, f"delegate {task}") or replace(read(task), original=text)


def _read_own_name(text: str, typed: str) -> Reading | None:
    """``delegate status``, ``delegate stop 8``: the shell command's words; None for other sentences."""
    words = typed.split(maxsplit=2)
    if len(words) < 2 or words[0].lower() != "delegate":
        return None
    command, rest = find_command(words[1]), words[2] if len(words) > 2 else ""
    if command is None or words[1].islower() is False or command.name == "add":
        return None
    if not command.slash:
        return None if rest and not rest.startswith("-") else elsewhere(text, command)
    if command.name in ("answer", "continue"):
        return ordered(command, text, rest) if not rest or targets_of(rest.split(maxsplit=1)[0]) else None
    return ordered(command, text, rest) if not rest or targets_of(rest) else None


def _told(text: str, typed: str) -> Reading | None:
    """The reading of ``tell #7 to also fix the warnings`` and ``continue #7: now the docs``; None for others.

    Only a number names the task: many a sentence that tells somebody something is a task of its own.
    """
    told = _TOLD.fullmatch(typed)
    if told is None:
        return None
    return Reading(Kind.CONTINUE, text, targets=(told["number"],), value=told["words"] or None)
