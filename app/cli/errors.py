"""What ends a shell command early: one line for the person, and an exit code."""

from __future__ import annotations

USAGE = 2
"""Exit code for a command line that was not understood."""

FAILURE = 1
"""Exit code for something that could not be done."""

INTERRUPTED = 130
"""Exit code after ctrl+c: 128 and the number of SIGINT, as shells have it."""


class CommandError(Exception):
    """It could not be done; the message is one line that says why and what to do."""

    exit_code = FAILURE


class NoSuchTask(CommandError):  # noqa: N818 - names what is missing
    """Words were to name a task, and no task fits them."""


class UsageError(CommandError):
    """The command line was not understood; the message says what is allowed."""

    exit_code = USAGE
