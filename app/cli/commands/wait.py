"""`delegate wait`: until tasks have ended, and the exit code that tells how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from app.cli.arguments import Arguments
from app.cli.errors import UsageError
from app.cli.output import clean, say, warn
from app.cli.session import Session
from app.model.duration import parse_duration
from app.model.export import status_words
from app.model.status import Status
from app.model.task import Task

if TYPE_CHECKING:
    from app.model.ask import Ask

GAVE_UP = 3
"""Exit code when the time of `wait --timeout` was over before the tasks had ended."""

_CODES = {Status.COMPLETE: 0, Status.TIMED_OUT: 124, Status.STOPPED: 143, Status.LOST: 125}
_SIGNALLED = 128


def exit_code_of(task: Task) -> int:
    """The exit code that a shell user expects of an ended task.

    0 complete, 1 to 255 the command's own, 128+n killed by signal n, 124 timed out, 143 stopped, 125 lost.
    """
    if task.status in _CODES:
        return _CODES[task.status]
    run = task.attempt
    if run is None:
        return 1
    if run.signal is not None:
        return min(_SIGNALLED + run.signal, 255)
    # A task may have failed although its command did not, or before its command could start.
    return run.exit_code if run.exit_code and 0 < run.exit_code < 256 else 1


def first_failure(tasks: Iterable[Task]) -> int:
    """The first exit code that is not 0, in the order given; 0 when all are complete."""
    return next((code for code in map(exit_code_of, tasks) if code), 0)


def wait(session: Session, arguments: Arguments) -> int:
    """Wait for the tasks named, by default for all that wait or run, and exit with their code."""
    limit = timeout_of(arguments.value("timeout"))
    tasks = session.find_all(arguments.words) if arguments.words else session.open_tasks()
    return wait_for(session, tasks, limit)


def wait_for(session: Session, tasks: Iterable[Task], timeout_s: float | None, quiet: bool = False) -> int:
    """Wait until all have ended; the exit code is theirs, or 3 when the time is over first.

    A question that one of them asks meanwhile is told on stderr, once. ``quiet`` leaves out how they ended.
    """
    from app.supervisor.operations import WaitTimeout, await_end

    ids = [task.id for task in tasks]
    try:
        ended = await_end(session.registry, ids, timeout_s, on_look=_Asked().tell)
    except WaitTimeout:
        return GAVE_UP
    if not quiet:
        say(*map(ending_line, ended))
    return first_failure(ended)


class _Asked:
    """Tells each question once: whoever waits in a shell sees nothing else of it."""

    def __init__(self) -> None:
        self._told: set[tuple[str, int, int]] = set()

    def tell(self, tasks: Sequence[Task]) -> None:
        for task in tasks:
            if task.status is not Status.ASKING or not task.asks:
                continue
            ask = task.asks[0]
            if (question := (task.id, ask.attempt, ask.number)) not in self._told:
                self._told.add(question)
                warn(_question_line(task, ask))


def _question_line(task: Task, ask: Ask) -> str:
    """What is asked, and how it is answered from another terminal."""
    from app.model.answers import WORDS, question_of  # most tasks ask nothing

    words = [word for kind, word in WORDS.items() if ask.choice(kind)]
    answer = " ".join(["delegate answer", str(task.number), *words[:1]])
    return f"#{task.number} asks: {question_of(ask)} — {answer}"


def ending_line(task: Task) -> str:
    """One line on how a task ended."""
    from app.cli.listing import detail_of

    words = [f"#{task.number} {clean(task.name)}", clean(status_words(task)), detail_of(task, None)]
    return " · ".join(word for word in words if word)


def timeout_of(text: str | None) -> float | None:
    """An option's length of time in seconds, None for no limit. Raises UsageError."""
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--timeout: {error}") from None
