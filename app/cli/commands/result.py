"""`delegate result`: what an ended task reports."""

from __future__ import annotations

import sys

from app.cli.arguments import Arguments
from app.cli.errors import CommandError
from app.cli.output import clean_lines, on_terminal, say, say_json
from app.cli.session import Meant, Session
from app.model.task import Task


def result(session: Session, arguments: Arguments) -> int:
    """Print the summaries of the tasks named, by default of the newest one."""
    found = session.find_each(arguments.words) or [Meant(session.newest())]
    if arguments.has("json"):
        objects = [session.exported(meant.task) for meant in found]
        say_json(objects if len(found) > 1 else objects[0])
    else:
        for meant in found:
            _print_summary(session, meant)
    return 0


def _print_summary(session: Session, meant: Meant) -> None:
    summary = session.summary(meant.task, meant.run)
    if summary is None:
        raise CommandError(_not_yet(meant.task))
    on_screen = on_terminal(sys.stdout)
    say((clean_lines(summary) if on_screen else summary).rstrip("\n"))
    if on_screen:
        session.mark_seen(meant.task)


def _not_yet(task: Task) -> str:
    return f"#{task.number} is {task.status.word} and has no result yet; delegate wait {task.number}"
