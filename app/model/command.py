"""What a command, an option and a key of the one table are."""

from __future__ import annotations

from dataclasses import dataclass

APP, TABLE, INPUT = "app", "table", "input"
"""Where a key works: everywhere (while typing, if it writes nothing), in the table, in the input bar only."""

ANSWER, APPROVAL = "answer", "approval"
"""Where else keys work: under a question of an agent, and where an agent is shown before it runs."""


CHANGES = "changes"
"""Where keys work that look through what a task has changed."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a shell command: a switch without ``metavar``; a ``repeat`` one may be given again."""

    flags: tuple[str, ...]
    help: str
    metavar: str = ""
    choices: tuple[str, ...] = ()
    repeat: bool = False

    @property
    def name(self) -> str:
        """The long flag without its dashes."""
        return self.flags[-1].lstrip("-")

    @property
    def usage(self) -> str:
        """The flags as help shows them: ``-p, --priority LEVEL``."""
        return " ".join((", ".join(self.flags), self.metavar)).strip()


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can ask for, by shell command, slash command or key.

    ``usage`` is what follows the name. ``keys`` are Textual key names, ``where`` they work. ``label`` is the
    footer's word for it. A ``destructive`` one is confirmed or can be undone.
    """

    name: str
    usage: str
    help: str
    keys: tuple[str, ...] = ()
    label: str = ""
    shell: bool = True
    slash: bool = True
    destructive: bool = False
    group: str = ""
    options: tuple[Option, ...] = ()
    aliases: tuple[str, ...] = ()
    where: str = APP

    @property
    def id(self) -> str:
        """The name under which users rebind its keys."""
        return self.name


@dataclass(frozen=True, slots=True)
class Key:
    """A key that moves, opens or changes the view, or varies a command. ``keys`` are Textual key names."""

    id: str
    keys: tuple[str, ...]
    help: str
    where: str = APP
    label: str = ""
    group: str = ""

    @property
    def shown(self) -> str:
        """The keys as people know them: ``↑ k``."""
        return " ".join(key_label(key) for key in self.keys)


_KEY_LABELS = {
    "up": "↑",
    "down": "↓",
    "enter": "⏎",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "slash": "/",
    "question_mark": "?",
    "plus": "+",
    "minus": "-",
    "left": "←",
    "right": "→",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}

DELEGATING, TYPING, ANSWERING, WATCHING, TAKING, ENDING, QUEUE, VIEW, MOVING = (
    "Delegating",
    "Typing",
    "Answering",
    "Watching",
    "Take or leave",
    "Ending",
    "Queue",
    "View",
    "Moving",
)
"""The groups of the help screen, in its order."""


def key_label(key: str) -> str:
    """A Textual key name as people know it: ``slash`` is ``/``."""
    return _KEY_LABELS.get(key, key)
