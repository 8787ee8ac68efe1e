"""The one table of commands and keys.

The shell command, the slash commands, the footer, the help screen and the README are all made from it.
"""

from __future__ import annotations

from app.model.command import (
    ANSWER,
    APP,
    APPROVAL,
    CHANGES,
    INPUT,
    MOVING,
    TABLE,
    Command,
    Key,
    Option,
    key_label,
)
from app.model.commandtable import COMMANDS
from app.model.keytable import (
    ANSWER_KEYS,
    APPROVAL_KEYS,
    CHANGES_FOOTER,
    CHANGES_KEYS,
    FOOTER,
    GROUPS,
    INPUT_FOOTER,
    KEYS,
)

__all__ = [
    "ANSWER",
    "ANSWER_KEYS",
    "APP",
    "APPROVAL",
    "APPROVAL_KEYS",
    "CHANGES",
    "CHANGES_FOOTER",
    "CHANGES_KEYS",
    "COMMANDS",
    "FOOTER",
    "GROUPS",
    "INPUT",
    "INPUT_FOOTER",
    "KEYS",
    "MOVING",
    "TABLE",
    "Command",
    "Key",
    "Option",
    "all_keys",
    "find_command",
    "find_option",
    "key_label",
    "keys_of",
]


def find_command(word: str) -> Command | None:
    """The command of that name or alias, or None."""
    wanted = word.lower()
    return next((c for c in COMMANDS if wanted == c.name or wanted in c.aliases), None)


def find_option(command: Command, flag: str) -> Option | None:
    """The option of a command that is written so, or None."""
    return next((option for option in command.options if flag in option.flags), None)


def all_keys() -> tuple[Key, ...]:
    """Every key with its help: those of `KEYS` and those of the commands, commands first."""
    of_commands = tuple(Key(c.name, c.keys, c.help, c.where, c.label, c.group) for c in COMMANDS if c.keys)
    return of_commands + KEYS


def keys_of(identity: str) -> Key:
    """The key entry of that id; KeyError when the table has none."""
    for key in all_keys():
        if key.id == identity:
            return key
    raise KeyError(identity)
