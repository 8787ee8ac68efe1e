"""The `delegate` command: finds out what is asked for and imports only what that needs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from app.cli.errors import FAILURE, INTERRUPTED, CommandError, UsageError
from app.cli.output import on_terminal, prepare_streams, say, warn
from app.cli.session import Session
from app.model.commands import COMMANDS, find_command

_FUNCTIONS = {
    "add": ("add", "add"),
    "status": ("status", "status"),
    "logs": ("logs", "logs"),
    "wait": ("wait", "wait"),
    "result": ("result", "result"),
    "changes": ("changes", "changes"),
    "patch": ("changes", "patch"),
    "merge": ("taking", "merge"),
    "push": ("taking", "push"),
    "discard": ("taking", "discard"),
    "answer": ("answering", "answer"),
    "continue": ("answering", "go_on"),
    "stop": ("ending", "stop"),
    "retry": ("ending", "retry"),
    "delete": ("ending", "delete"),
    "undo": ("ending", "undo"),
    "clean": ("ending", "clean_up"),
    "pause": ("queue", "pause"),
    "resume": ("queue", "resume"),
    "free": ("queue", "free"),
    "priority": ("queue", "priority"),
    "limit": ("queue", "limit"),
    "agents": ("agents", "agents"),
    "approve": ("approve", "approve"),
    "doctor": ("doctor", "doctor"),
}
"""The module of `app.cli.commands` and its function for each command, imported when it is wanted."""

_SHOW_WHAT_IS_UNSAVED = frozenset({"status", "doctor"})
"""The commands that say of each task whether its end is saved; after all others a line does."""

_BROKEN_PIPE = 141


def entry(argv: Sequence[str] | None = None) -> int:
    """Run one shell command and return its exit code; nothing that happens shows a traceback."""
    prepare_streams()
    try:
        code = _dispatch(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return code
    except (Exception, KeyboardInterrupt) as error:
        return _give_up(error)


def run_command(name: str, argv: Sequence[str]) -> int:
    """Run a command of the table with its arguments. Raises UsageError when they make no sense."""
    from dataclasses import replace
    from importlib import import_module

    from app.cli.arguments import parse_arguments

    command = find_command(name)
    if command is None or command.name not in _FUNCTIONS:
        raise UsageError(_unknown(name))
    if _asks_for_help(argv):
        return _help([command.name])
    module, function = _FUNCTIONS[command.name]
    arguments = parse_arguments(command, argv)
    if command.name != "add" and arguments.verbatim:
        arguments = replace(arguments, words=arguments.words + arguments.verbatim)
    session = Session()
    code: int = getattr(import_module(f"app.cli.commands.{module}"), function)(session, arguments)
    if command.name not in _SHOW_WHAT_IS_UNSAVED:
        session.tell_unsaved()
    return code


def _dispatch(argv: list[str]) -> int:
    if not argv:
        return _start()
    first, rest = argv[0], argv[1:]
    if first in ("-h", "--help", "help"):
        return _help(rest)
    if first in ("-V", "--version"):
        return _version()
    command = find_command(first)
    if command is not None and command.shell:
        return run_command(command.name, rest)
    if _is_sentence(first):
        from app.cli.sentence import command_line

        return run_command(*command_line(Session(), first, rest))
    raise UsageError(_unknown(first))


def _start() -> int:
    """Without arguments: the dashboard for a person at a terminal, the status for everything else."""
    if not (on_terminal(sys.stdin) and on_terminal(sys.stdout)):
        return run_command("status", [])
    from app.dashboard.app import run

    return run()


def _help(words: Sequence[str]) -> int:
    from app.cli.help import command_help, overview

    topics = [word for word in words if not word.startswith("-")]
    if not topics:
        say(*overview())
        return 0
    command = find_command(topics[0])
    if command is None or not command.shell:
        raise UsageError(_unknown(topics[0]))
    say(*command_help(command))
    return 0


def _version() -> int:
    from app import __version__

    say(f"delegate {__version__}")
    return 0


def _asks_for_help(argv: Sequence[str]) -> bool:
    options = argv[: argv.index("--")] if "--" in argv else argv
    return "-h" in options or "--help" in options


def _is_sentence(word: str) -> bool:
    return any(character.isspace() for character in word.strip()) or word.startswith(("!", "/", "@"))


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    names = [command.name for command in COMMANDS if command.name in _FUNCTIONS]
    close = get_close_matches(word, names, n=1)
    hint = f"did you mean {close[0]}?" if close else "see delegate help."
    return f'there is no command {word!r}; {hint} A task goes in quotes: delegate "run the tests"'


def _give_up(error: Exception | KeyboardInterrupt) -> int:
    """Say in one line why the command ends here, where there is somebody to say it to."""
    _silence()
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return _BROKEN_PIPE
    warn(_in_words(error))
    return error.exit_code if isinstance(error, CommandError) else FAILURE


def _in_words(error: Exception) -> str:
    """One line for a failure: our own say what to do, those of the system are named with their file."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    message = " ".join(str(error).split())
    if type(error).__module__.startswith("app."):
        return message
    return f"unexpected {type(error).__name__}: {message}"


def _silence() -> None:
    """Print what can still be printed; where it cannot, the interpreter's own last flush must not fail."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
