"""Commands of the table with their arguments, as they are typed after a slash or after ``delegate``."""

from __future__ import annotations

import re
from dataclasses import replace

from app.model.answers import read_choice
from app.model.asking import ENDED, targets_of
from app.model.commands import Command, find_option
from app.model.options import LEVELS
from app.model.reading import Kind, Reading
from app.model.request import Draft, parse_request
from app.model.status import Status

_PLAIN_OPTIONS = {
    "agent": "@",
    "priority": "p:",
    "timeout": "t:",
    "after": "after:",
    "in": "in:",
    "name": "name:",
    "tag": "+",
    "commit": "commit:",
    "at": "at:",
    "delay": "delay:",
    "retries": "retries:",
    "twice": "twice:yes",
    "quiet-timeout": "quiet:",
    "memory": "mem:",
    "leftovers": "leftovers:",
}


def ordered(command: Command, text: str, rest: str) -> Reading:
    """The reading of a command with its arguments, as in ``/stop 8 9`` or ``/clean failed``."""
    kind = Kind(command.name)
    flags, words = _split_flags(command, rest)
    if kind in (Kind.FILTER, Kind.THEME):
        return Reading(kind, text, targets=(rest,) if rest else ())
    if kind is Kind.CLEAN:
        return _clean(text, words)
    if kind is Kind.LIMIT:
        return _limit(text, words)
    if kind is Kind.PRIORITY:
        return _priority(text, words)
    if kind is Kind.APPROVE:
        return _named(kind, text, words, "/approve NAME: write which agent; /agents lists them")
    if kind is Kind.AGENTS:
        return Reading(kind, text, targets=(words,) if words else (), flags=flags)
    if kind is Kind.ANSWER:
        return _answer(text, words)
    if kind is Kind.CONTINUE:
        return _continue(text, rest)
    if words.lower() == "all" or "--all" in flags or (kind is Kind.STATUS and not words):
        return Reading(kind, text, scope="all", flags=flags)
    return Reading(kind, text, targets=targets_of(words) or ((words,) if words else ()), flags=flags)


def _split_flags(command: Command, rest: str) -> tuple[tuple[str, ...], str]:
    """The dashed options among the arguments (``--kill``, ``--timeout=5m``), and the other words."""
    flags: list[str] = []
    others: list[str] = []
    words = iter(rest.split())
    for word in words:
        option = find_option(command, word)
        if option is None:
            others.append(word)
        elif option.metavar:
            flags.append(f"{option.flags[-1]}={next(words, '')}")
        else:
            flags.append(option.flags[-1])
    return tuple(flags), " ".join(others)


def with_plain_options(command: Command, rest: str) -> str:
    """The text of ``/add -p low -- make`` as the input bar writes it: ``p:low``, ``!make``."""
    written: list[str] = []
    while (option := find_option(command, rest.split(maxsplit=1)[0] if rest else "")) is not None:
        _, _, rest = rest.partition(" ")
        value = ""
        if option.metavar:
            value, _, rest = rest.strip().partition(" ")
        if option.name in _PLAIN_OPTIONS:
            written.append(_PLAIN_OPTIONS[option.name] + value)
        rest = rest.strip()
    if rest.startswith("-- "):
        return "!" + rest[3:]
    return " ".join([*written, rest]) if written else rest


def _clean(text: str, words: str) -> Reading:
    """The reading of ``/clean`` with the statuses to clean up."""
    wanted = words.lower().replace(",", " ").split()
    if not wanted or wanted in (["all"], [ENDED]):
        return Reading(Kind.CLEAN, text, scope=ENDED)
    allowed = [status.value for status in Status if status.ended]
    if wrong := [word for word in wanted if word not in allowed]:
        return _refused(text, f"/clean {wrong[0]}: a task ends {', '.join(allowed)}")
    return Reading(Kind.CLEAN, text, scope=",".join(wanted))


def _limit(text: str, words: str) -> Reading:
    """The reading of ``/limit``, or of ``/limit 6``."""
    if words and not re.fullmatch(r"[1-9]\d{0,3}", words, re.ASCII):
        return _refused(text, f"/limit {words}: write how many tasks may run at once, as in /limit 4")
    return Reading(Kind.LIMIT, text, value=words or None)


def _priority(text: str, words: str) -> Reading:
    """The reading of ``/priority high 7``; without a task it is about the one under the cursor."""
    level, _, named = words.partition(" ")
    if level.lower() not in LEVELS:
        return _refused(text, f"/priority {level}: write {', '.join(LEVELS)}, and behind it the task")
    targets = targets_of(named) or ((named,) if named else ())
    return Reading(Kind.PRIORITY, text, targets=targets, value=level.lower())


def _named(kind: Kind, text: str, words: str, otherwise: str) -> Reading:
    """The reading of a command that is about one agent."""
    return Reading(kind, text, targets=(words,)) if len(words.split()) == 1 else _refused(text, otherwise)


def _answer(text: str, words: str) -> Reading:
    """The reading of ``/answer 11 allow``, of ``/answer allow``, or of ``/answer``."""
    named, _, last = words.rpartition(" ")
    if read_choice(last):
        return Reading(Kind.ANSWER, text, targets=(named,) if named else (), value=last.lower())
    if named and targets_of(named):
        return _refused(text, f"/answer {named} {last}: write allow, always, reject or never")
    return Reading(Kind.ANSWER, text, targets=(words,) if words else ())


def _continue(text: str, rest: str) -> Reading:
    """The reading of ``/continue 7 now also …``; without a number it is about the task under the cursor."""
    first, *more = rest.strip().split(maxsplit=1)[:2] or [""]
    if len(targets_of(first)) != 1:
        return Reading(Kind.CONTINUE, text, value=rest.strip() or None)
    return Reading(Kind.CONTINUE, text, targets=(first,), value=more[0] if more else None)


def misspelt(text: str, word: str) -> Reading | None:
    """A task that cannot start, because the text looks like a slash command with a slip in it."""
    from difflib import get_close_matches

    from app.model.commands import COMMANDS

    near = get_close_matches(word.lower(), [command.name for command in COMMANDS], 1, 0.7)
    if not near:
        return None
    problem = f"There is no command /{word}: did you mean /{near[0]}? For a task that begins so, quote it"
    return Reading(Kind.TASK, text, replace(parse_request(text), problems=(problem,)))


def elsewhere(text: str, command: Command) -> Reading:
    """A task that cannot start, because the text is a command that only a shell has."""
    problem = f"{command.name} works in a shell: delegate {command.name}. For a task that begins so, quote it"
    return Reading(Kind.TASK, text, replace(parse_request(text), problems=(problem,)))


def _refused(text: str, problem: str) -> Reading:
    """A task that cannot start, so that the problem is shown."""
    return Reading(Kind.TASK, text, Draft(text.strip(), problems=(problem,)))
