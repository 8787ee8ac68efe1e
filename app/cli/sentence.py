"""``delegate "some text"``: the command line that a sentence stands for, confirmed where it destroys."""

from __future__ import annotations

from collections.abc import Sequence

from app.cli.confirm import confirm
from app.cli.errors import CommandError, NoSuchTask, UsageError
from app.cli.output import clean
from app.cli.session import SEARCHED, Session
from app.model.answers import asking_about
from app.model.sentences import Kind, Reading, read
from app.model.task import Task

_IN_DASHBOARD = (Kind.FILTER, Kind.THEME, Kind.QUIT)
_ABOUT_AGENTS = (Kind.AGENTS, Kind.APPROVE, Kind.RESUME)
_TASKS_OF_SCOPE = (Kind.STOP, Kind.RETRY, Kind.DELETE, Kind.RESULT, Kind.LOGS)
_DONE_BY = {Kind.STOP: "stopped", Kind.DELETE: "deleted", Kind.CLEAN: "deleted"}


def command_line(session: Session, text: str, options: Sequence[str]) -> tuple[str, list[str]]:
    """The command and its arguments that a sentence means, with ``options`` added as they are.

    Asks before anything is stopped or deleted. Raises CommandError when the answer is no, UsageError when
    there is nobody to ask.
    """
    reading = read(text)
    if reading.kind in _IN_DASHBOARD:
        raise UsageError(f"{reading.kind.value} works in the dashboard only; open it with delegate")
    if reading.kind is Kind.TASK:
        return "add", [text, *options]
    if reading.kind in _ABOUT_AGENTS:
        return reading.kind.value, [*reading.targets, *options]
    found = _meant(session, reading)
    if found is None:
        return "add", [text, *options]
    words = _words(reading, found)
    if reading.kind.destructive:
        _confirm(reading, words, found)
    return reading.kind.value, [*words, *options]


def _meant(session: Session, reading: Reading) -> list[Task] | None:
    """The tasks that the sentence is about; None when it turns out to be a new task instead."""
    if reading.kind is Kind.ANSWER and reading.needs_match and reading.target:
        return list(asking_about(reading.target, session.open_tasks())) or None
    if reading.targets:
        try:
            return session.find_all(reading.targets, reading.kind.suits)
        except NoSuchTask:
            if reading.needs_match:
                return None
            raise
    if reading.scope and reading.kind in _TASKS_OF_SCOPE:
        tasks = [task for task in session.recent(SEARCHED) if _in_scope(task, reading)]
        if not tasks:
            raise CommandError(f"there is nothing to {reading.kind.value}; delegate status lists the tasks")
        return tasks
    return []


def _in_scope(task: Task, reading: Reading) -> bool:
    if reading.scope == "all":
        return not task.status.ended if reading.kind is Kind.STOP else True
    if reading.scope == "ended":
        return task.status.ended
    return task.status.value in _statuses(reading)


def _statuses(reading: Reading) -> list[str]:
    return (reading.scope or "").split(",")


def _words(reading: Reading, found: Sequence[Task]) -> list[str]:
    value = [reading.value] if reading.value else []
    if reading.kind in (Kind.ANSWER, Kind.CONTINUE):
        return [*(_named(reading, task) for task in found), *value]
    if found or value:
        return [*value, *(str(task.number) for task in found)]
    if reading.kind is Kind.CLEAN and reading.scope not in (None, "all", "ended"):
        return _statuses(reading)
    return []


def _named(reading: Reading, task: Task) -> str:
    """The number of a task, with that of the attempt where one was named."""
    attempt = (reading.target or "").partition(".")[2]
    return f"{task.number}.{attempt}" if attempt.isdigit() else str(task.number)


def _confirm(reading: Reading, words: Sequence[str], tasks: Sequence[Task]) -> None:
    """Show what will be done and let the person decide; anything but a yes is a no."""
    command = " ".join(["delegate", reading.kind.value, *words])
    named = ", ".join(f"#{task.number} {clean(task.name)}" for task in tasks)
    what = f"{reading.kind.value} {named or ' '.join(words) or 'all finished tasks'}"
    confirm(
        what,
        f"nothing was {_DONE_BY[reading.kind]}",
        f"this reads as: {what}. With no terminal to confirm it, say it plainly: {command}",
    )
