"""Help texts of the shell command, made from the table of commands."""

from __future__ import annotations

from app.cli.output import table
from app.model.commands import COMMANDS, GROUPS, Command

_INTRODUCTION = (
    "Usage: delegate                    open the dashboard (without a terminal: print the status)",
    '       delegate "TEXT"             delegate a task, in plain words',
    "       delegate COMMAND [ARG…]     one of these:",
)
_HELP = "print this help"


def overview() -> list[str]:
    """What `delegate help` prints: every shell command with a line each, by group."""
    lines = list(_INTRODUCTION)
    commands = [command for command in COMMANDS if command.shell]
    width = max(len(_heading(command)) for command in commands)
    for group in GROUPS:
        members = [command for command in commands if command.group == group]
        if members:
            lines += ["", group]
            lines += table([(_heading(c).ljust(width), c.help) for c in members], indent=2)
    lines += ["", "A task is named by its number (7, #7, an attempt 7.2), its id, or words of its name."]
    lines += ["delegate COMMAND --help tells a command's options; delegate --version the version."]
    return lines


def command_help(command: Command) -> list[str]:
    """What `delegate COMMAND --help` prints: usage, what it does, and each option."""
    lines = [f"Usage: delegate {_heading(command)}", f"{command.help[0].upper()}{command.help[1:]}."]
    rows = []
    for option in command.options:
        choices = f" ({', '.join(option.choices)})" if option.choices else ""
        again = "; may be given again" if option.repeat else ""
        rows.append((option.usage, option.help + choices + again))
    return [*lines, "", "Options", *table([*rows, ("-h, --help", _HELP)], indent=2)]


def _heading(command: Command) -> str:
    return f"{command.name} {command.usage}".strip()
