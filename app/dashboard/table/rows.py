"""What a row of the table says: tasks, progress and a clock in, plain cells out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from app.dashboard.table.words import SHARED, came_to, joined, merged, shared_words, unless_said, word_of
from app.dashboard.table.words import exit_words as exit_words
from app.logs.sanitise import sanitise
from app.model.answers import question_of
from app.model.duration import format_coarsely, format_duration
from app.model.estimate import Estimate
from app.model.export import qualifier_of, unsaved_words
from app.model.lineage import task_of
from app.model.outcome import Progress
from app.model.status import Status
from app.model.task import Attempt, Task
from app.model.vitals import Silence

Value = TypeVar("Value")

RETRYING = "retrying"
"""Stands in the row of an agent whose client tries again to reach its model."""

LIKE_A_QUESTION = "question?"
"""Stands in the row of a quiet task whose last line looks like a question."""

UNSAVED = "not saved"
"""Stands in the row of a task whose end could not be written down yet; why stands where its last line was."""

MOST_SHOWN = 0.99
"""The most of a bar that is filled before the end: only the exit says that all is done."""

LATE = "!"
"""Stands behind the usual duration of a task that takes unusually long, for those who see no colours."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant on both clocks: seconds on the monotonic one, and the wall's time with its zone."""

    monotonic: float
    wall: datetime

    @classmethod
    def now(cls) -> Moment:
        """This instant."""
        return cls(time.monotonic(), datetime.now(UTC))


Clock = Callable[[], Moment]
"""Where the screen takes its time from; tests pass their own."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one task, sanitised.

    ``result`` belongs into the progress column; ``last`` is the last line, or what explains the end.
    ``counted`` says that the result tells how many tests failed, which is more than the start of a line.
    ``fraction`` is the filled part of the bar, or None where there is no bar to draw. ``quiet`` joins the
    word, or stands for it where there is no room for both. ``usual`` is how long tasks like a running one
    take, ``overdue`` that this one takes unusually long. ``qualifier`` are the words without which
    "complete" would say too much. Of an asking task ``result`` is the question, and ``waiting`` for how long
    it has waited. ``clash`` marks a running task that has changed a file which others have changed too.
    """

    id: str
    status: Status
    number: str
    name: str
    agent: str
    word: str
    unread: bool
    fraction: float | None
    result: str
    time: str
    last: str
    counted: bool = False
    quiet: str = ""
    usual: str = ""
    overdue: bool = False
    qualifier: str = ""
    waiting: str = ""
    clash: str = ""
    doing: str = ""

    @property
    def brief(self) -> str:
        """The one thing to show beside the name where there is room for nothing else."""
        return self.qualifier or self.quiet or self.result

    @property
    def explains(self) -> str:
        """The one thing to show beside the status where there is no room for both result and last line."""
        if self.result == UNSAVED:
            return self.last or self.result
        bad = self.status.ended and self.status is not Status.COMPLETE
        if (bad and self.last and not self.counted) or self.result == RETRYING:
            return self.last
        return self.result or self.doing


def row_of(
    task: Task,
    progress: Progress | None,
    last_line: str,
    moment: Moment,
    silence: Silence | None = None,
    estimate: Estimate | None = None,
    shares: tuple[int, ...] = (),
) -> Row:
    """The row of a task. ``progress`` and ``last_line`` are what its log says, if anything does; ``silence``
    is how long it has said nothing, if that is long enough to be shown; ``estimate`` what tasks like it took;
    ``shares`` are the numbers of running tasks that have changed a file which this one has changed too.
    """
    status = task.status
    report = task.report if status.live else None
    progress = ((report and report.progress) or progress) if status.live else None
    silence = silence if status is Status.RUNNING and not task.stopping else None
    ask = task.asks[0] if status is Status.ASKING else None
    qualifier = sanitise(qualifier_of(task))
    result = unless_said(sanitise(_result(task, progress)), qualifier)
    last = unless_said(sanitise(_last(task, last_line)), result, qualifier)
    waiting = format_coarsely((moment.wall - ask.asked).total_seconds()) if ask else ""
    if silence and silence.question:
        result = result or LIKE_A_QUESTION
    clash = shared_words(shares) if status.live else ""
    late = bool(status.live and estimate and estimate.overdue(elapsed(task, moment) or 0.0))
    return Row(
        id=task.id,
        status=status,
        number=str(task.number),
        name=title(task),
        agent=sanitise(task.request.agent),
        word=word_of(task),
        unread=task.unread,
        fraction=_bar(progress) if progress and result == progress.label else None,
        result=result,
        time=time_cell(task, moment),
        last=f"waiting {waiting}" if ask else joined(clash, merged(task, result), last),
        quiet=silence.words if silence else "",
        usual=f"{estimate.short}{LATE if late else ''}" if status.live and estimate else "",
        overdue=late,
        qualifier=qualifier,
        waiting=waiting,
        clash=f"{SHARED}#{shares[0]}" if clash else "",
        doing=sanitise((report.doing or "") if report else ""),
        counted=bool(status.ended and task.attempt and task.attempt.outcome.failed),
    )


def _bar(progress: Progress | None) -> float | None:
    """The filled part of the bar: while the run goes on it is never all of it."""
    fraction = progress.fraction if progress else None
    return None if fraction is None else min(fraction, MOST_SHOWN)


def set_or_drop(known: dict[str, Value], key: str, value: Value | None) -> None:
    """Keep a value under a key, or nothing where there is none."""
    if value is None:
        known.pop(key, None)
    else:
        known[key] = value


def title(task: Task) -> str:
    """The first line of what was asked, as it was typed, safe for a terminal."""
    lines = (line.strip() for line in task_of(task).splitlines())
    return sanitise(next((line for line in lines if line), task.name))


def elapsed(task: Task, moment: Moment) -> float | None:
    """How long the newest attempt has run, or ran, in seconds; None where none has."""
    if task.live is not None and task.status.live:
        if task.live.since is not None and task.live.since <= moment.monotonic:
            return moment.monotonic - task.live.since
        started = task.live.started
        return max(0.0, (moment.wall - started).total_seconds()) if started else None
    return _duration(task.attempt) if task.status.ended and task.attempt else None


def _duration(attempt: Attempt) -> float | None:
    if attempt.duration_s is not None:
        return attempt.duration_s
    if attempt.started and attempt.ended:
        return max(0.0, (attempt.ended - attempt.started).total_seconds())
    return None


def time_cell(task: Task, moment: Moment) -> str:
    """The elapsed or final time as the table shows it, empty where nothing has run."""
    seconds = elapsed(task, moment)
    return "" if seconds is None else format_duration(seconds)


def _result(task: Task, progress: Progress | None) -> str:
    if task.unsaved:
        return UNSAVED
    if task.status is Status.ASKING:
        return _questions(task)
    if task.report is not None and task.report.retrying and task.status.live:
        return RETRYING
    if progress is not None:
        return progress.label
    if task.status is Status.QUEUED:
        return task.queue_reason or ""
    attempt = task.attempt
    if attempt is None or not task.status.ended:
        return ""
    outcome = attempt.outcome
    if task.status in (Status.STOPPED, Status.TIMED_OUT) and attempt.reason:
        return ""
    if task.status is Status.COMPLETE:
        return came_to(task, outcome)
    if outcome.failed:
        return f"{outcome.failed} failed"
    if task.status is Status.FAILED and attempt.exit_code == 0:
        return ""  # that its command ended well explains nothing
    return exit_words(attempt)


def _questions(task: Task) -> str:
    more = f" +{len(task.asks) - 1}" if len(task.asks) > 1 else ""
    return question_of(task.asks[0]) + more


def _last(task: Task, last_line: str) -> str:
    if task.unsaved:
        return unsaved_words(task)
    attempt = task.attempt
    if not task.status.ended or attempt is None:
        doing = (task.report.retrying or task.report.doing) if task.report else None
        return (doing or last_line) if task.status.live else ""
    if attempt.survivors:
        return f"still alive: pid {', '.join(map(str, attempt.survivors))}"
    if task.status is Status.COMPLETE:
        return attempt.outcome.headline or last_line
    return attempt.outcome.error or attempt.reason or attempt.outcome.headline or last_line


def ordered(tasks: Iterable[Task]) -> list[Task]:
    """The tasks as the table lists them: asking, live, queued in their turn, then the newest end first."""
    return sorted(tasks, key=_rank)


def _rank(task: Task) -> tuple[int, float, int]:
    status = task.status
    if status is Status.ASKING:
        return 0, 0, task.number
    if status.live:
        return 1, 0, task.number
    if status is Status.QUEUED:
        return 2, int(task.priority), task.number
    ended = task.attempt.ended if task.attempt else None
    return 3, -(ended or task.request.created).timestamp(), -task.number


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tasks stand how; the ends are those of today."""

    running: int = 0
    asking: int = 0
    queued: int = 0
    complete: int = 0
    failed: int = 0
    timed_out: int = 0
    lost: int = 0
    unsaved: int = 0


def count(tasks: Iterable[Task], today: date) -> Counts:
    """Count the tasks; ``today`` is the local date, and an end counts only on its own local day."""
    sums, unsaved = dict.fromkeys(Status, 0), 0
    for task in tasks:
        status = task.status
        unsaved += task.unsaved is not None
        if not status.ended or _ended_on(task, today):
            sums[status] += 1
    return Counts(
        running=sums[Status.RUNNING] + sums[Status.STARTING],
        asking=sums[Status.ASKING],
        queued=sums[Status.QUEUED],
        complete=sums[Status.COMPLETE],
        failed=sums[Status.FAILED],
        timed_out=sums[Status.TIMED_OUT],
        lost=sums[Status.LOST],
        unsaved=unsaved,
    )


def _ended_on(task: Task, today: date) -> bool:
    ended = task.attempt.ended if task.attempt else None  # of a lost one it is not known
    return (ended or task.request.created).astimezone().date() == today
