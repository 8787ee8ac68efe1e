"""`delegate logs`: a task's log, raw into a pipe, safe for a terminal; with ``-f`` until the task ends."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event

from app.cli.arguments import Arguments
from app.cli.errors import CommandError, UsageError
from app.cli.output import on_terminal, terminal_width, uses_colour, warn
from app.cli.printing import Printer, RawPrinter, ScreenPrinter, start_of_last
from app.cli.session import Meant, Session
from app.logs.summary import log_remark
from app.model.status import Status
from app.model.task import Task

_LOOK_S = 0.2
"""Seconds between two looks at whether the task has ended; its log is printed as it grows."""


def logs(session: Session, arguments: Arguments) -> int:
    """Print the log of an attempt, by default of the newest task's newest one."""
    lines = _line_count(arguments.value("lines"))
    meant = _meant(session, arguments)
    if arguments.has("follow"):
        meant = _started(session, meant)
    path = _log_of(session, meant)
    printer = _printer(path, start_of_last(path, lines) if lines is not None else 0)
    if arguments.has("follow"):
        _follow(session, meant, path, printer)
    else:
        printer.catch_up()
    printer.finish()
    if on_terminal(sys.stdout):
        session.mark_seen(session.load(meant.task.id))
    return 0


def _meant(session: Session, arguments: Arguments) -> Meant:
    if not arguments.words:
        return Meant(session.newest())
    found = session.find_each(arguments.words)
    if len(found) > 1:
        raise UsageError("logs prints one log; name one task")
    return found[0]


def _line_count(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise UsageError(f"--lines: {text!r} is not a number of lines")
    return int(text)


def _log_of(session: Session, meant: Meant) -> Path:
    run = meant.run
    if run is None:
        number = meant.task.number
        raise CommandError(f"#{number} has not started and has no log yet; delegate logs -f {number} waits")
    if run.log_dropped is not None:
        raise CommandError(f"#{meant.task.number}: {log_remark(run)}")
    return session.registry.home.log(run.log)


def _printer(path: Path, offset: int) -> Printer:
    if on_terminal(sys.stdout):
        return ScreenPrinter(path, offset, colour=uses_colour(sys.stdout), width=terminal_width())
    return RawPrinter(path, offset)


def _started(session: Session, meant: Meant) -> Meant:
    """The task meant once it has started: the log of the attempt before is not what is to be followed."""
    task = meant.task
    if meant.attempt is not None or task.status is not Status.QUEUED:
        return meant
    warn(f"#{task.number} waits: {task.queue_reason or 'queued'}")
    never = Event()
    while (now := session.load(task.id)).status is Status.QUEUED:
        never.wait(_LOOK_S)
    return Meant(now)


def _follow(session: Session, meant: Meant, path: Path, printer: Printer) -> None:
    from app.logs.follow import Follower

    grown = Event()
    follower = Follower(path, lambda _: grown.set()).start()
    try:
        ended = False
        while not ended:
            # Asked before the log is read: what was written until the end is then sure to be printed.
            ended = _has_ended(session.load(meant.task.id), meant)
            printer.catch_up()
            grown.wait(0 if ended else _LOOK_S)
            grown.clear()
    finally:
        follower.stop()


def _has_ended(task: Task, meant: Meant) -> bool:
    older = meant.run is not None and task.attempt is not None and meant.run.number < task.attempt.number
    return older or task.status.ended or task.status is Status.QUEUED
