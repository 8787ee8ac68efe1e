"""What a person means by what they typed: a new task, or a question or an order about tasks.

Whatever is unsure is a new task. A reading that stops or deletes is to be shown and confirmed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from app.model.asking import ENDED, asked, targets_of
from app.model.commands import Command, find_command, find_option
from app.model.options import LEVELS
from app.model.postponing import without_delay
from app.model.request import Draft, parse_request
from app.model.status import Status
from app.model.task import Task
from app.model.wrapping import unwrap

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
_ADD = re.compile(r"\A/(?:add|delegate)\s+")


class Kind(StrEnum):
    """What a sentence asks for: a new task, or the command of that name."""

    TASK = "task"
    STATUS = "status"
    LOGS = "logs"
    WAIT = "wait"
    RESULT = "result"
    STOP = "stop"
    RETRY = "retry"
    DELETE = "delete"
    CLEAN = "clean"
    UNDO = "undo"
    PAUSE = "pause"
    RESUME = "resume"
    FREE = "free"
    PRIORITY = "priority"
    LIMIT = "limit"
    AGENTS = "agents"
    FILTER = "filter"
    THEME = "theme"
    HELP = "help"
    QUIT = "quit"

    @property
    def destructive(self) -> bool:
        """Whether it stops or deletes, and so must be shown and confirmed."""
        return self in (Kind.STOP, Kind.DELETE, Kind.CLEAN)

    def suits(self, task: Task) -> bool:
        """Whether it makes sense for a task that stands so; for `find`, to prefer those it does for."""
        if self in (Kind.STOP, Kind.WAIT):
            return not task.status.ended
        if self in (Kind.FREE, Kind.PRIORITY):
            return task.status is Status.QUEUED
        return task.status.ended or self not in (Kind.RETRY, Kind.DELETE, Kind.RESULT)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence means, before any task is looked up.

    A TASK carries its ``draft``. ``targets`` are the words that name tasks (``#8``, ``last``, ``it``, ``the
    test suite``), or the words of a filter, or the name of a theme. ``scope`` names many tasks at once:
    ``all``, ``ended`` or statuses joined by commas. ``flags`` are the dashed options of a slash command, the
    long way (``--kill``, ``--timeout=5m``). With ``needs_match`` the whole text is a new task, its ``draft``,
    unless a task fits the target. ``value`` is the level of a PRIORITY (``up`` and ``down`` are steps), or
    the number of a LIMIT, None for showing it.
    """

    kind: Kind
    original: str
    draft: Draft | None = None
    targets: tuple[str, ...] = ()
    scope: str | None = None
    needs_match: bool = False
    flags: tuple[str, ...] = ()
    value: str | None = None

    @property
    def target(self) -> str | None:
        """The first of the targets, or None."""
        return self.targets[0] if self.targets else None


def read(text: str) -> Reading:
    """Read what a person typed: a sentence, a text with options, ``!command``, ``/command``. Never raises."""
    typed = text.strip()
    if typed.startswith("/") and (reading := _read_slash(text, typed)):
        return reading
    if typed[:1] in ("!", '"', "'", "`", "\\"):
        return Reading(Kind.TASK, text, parse_request(text))
    if ordered := _read_own_name(text, typed):
        return ordered
    draft = parse_request(typed)
    asks = asked(draft.text) if draft.bare and draft.text else None
    if asks is None:
        return Reading(Kind.TASK, text, _unwrapped(draft))
    fallback = _unwrapped(draft) if asks.needs_match else None
    return Reading(
        Kind(asks.kind), text, fallback, asks.targets, asks.scope, asks.needs_match, value=asks.value
    )


def as_task(text: str) -> Reading:
    """Read a text as a new task whatever it says, its wrapping taken off."""
    return Reading(Kind.TASK, text, _unwrapped(parse_request(_ADD.sub("", text.lstrip()))))


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
        return _misspelt(text, name)
    if not command.slash:
        return _elsewhere(text, command)
    if command.name != "add":
        return _ordered(command, text, rest)
    task = _with_plain_options(command, rest)
    return _read_own_name(text, f"delegate {task}") or replace(read(task), original=text)


def _misspelt(text: str, word: str) -> Reading | None:
    """A task that cannot start, because the text looks like a slash command with a slip in it."""
    from difflib import get_close_matches

    from app.model.commands import COMMANDS

    near = get_close_matches(word.lower(), [command.name for command in COMMANDS], 1, 0.7)
    if not near:
        return None
    problem = f"There is no command /{word}: did you mean /{near[0]}? For a task that begins so, quote it"
    return Reading(Kind.TASK, text, replace(parse_request(text), problems=(problem,)))


def _elsewhere(text: str, command: Command) -> Reading:
    """A task that cannot start, because the text is a command that only a shell has."""
    problem = f"{command.name} works in a shell: delegate {command.name}. For a task that begins so, quote it"
    return Reading(Kind.TASK, text, replace(parse_request(text), problems=(problem,)))


def _read_own_name(text: str, typed: str) -> Reading | None:
    """``delegate status``, ``delegate stop 8``: the shell command's words; None for other sentences."""
    words = typed.split(maxsplit=2)
    if len(words) < 2 or words[0].lower() != "delegate":
        return None
    command, rest = find_command(words[1]), words[2] if len(words) > 2 else ""
    if command is None or words[1].islower() is False or command.name == "add":
        return None
    if not command.slash:
        return None if rest and not rest.startswith("-") else _elsewhere(text, command)
    return _ordered(command, text, rest) if not rest or targets_of(rest) else None


def _ordered(command: Command, text: str, rest: str) -> Reading:
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


def _with_plain_options(command: Command, rest: str) -> str:
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


def _refused(text: str, problem: str) -> Reading:
    """A task that cannot start, so that the problem is shown."""
    return Reading(Kind.TASK, text, Draft(text.strip(), problems=(problem,)))
