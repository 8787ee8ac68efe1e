"""Asks before something is stopped or deleted, where there is somebody to ask."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TypeVar

from app.cli.errors import CommandError, UsageError
from app.cli.output import on_terminal

Choice = TypeVar("Choice")


def confirm(what: str, otherwise: str, instead: str) -> None:
    """Let the person decide; anything but a yes is a no.

    ``what`` completes "… ? [y/N]". Raises CommandError with ``otherwise`` when the answer is no, UsageError
    with ``instead`` when there is no terminal to ask on.
    """
    if not (on_terminal(sys.stdin) and on_terminal(sys.stderr)):
        raise UsageError(instead)
    sys.stdout.flush()
    print(f"{what[0].upper()}{what[1:]}? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise CommandError(otherwise)


def choose(lines: Sequence[str], question: str, answers: Mapping[str, Choice], instead: str) -> Choice | None:
    """Show lines and ask a question that has several answers, by their words; None for what is no answer.

    Raises UsageError with ``instead`` when there is no terminal to ask on.
    """
    if not (on_terminal(sys.stdin) and on_terminal(sys.stderr)):
        raise UsageError(instead)
    sys.stdout.flush()
    for line in lines:
        print(line, file=sys.stderr)
    print(f"{question} ", end="", file=sys.stderr, flush=True)
    return answers.get(sys.stdin.readline().strip().lower())
