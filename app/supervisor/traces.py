"""What an attempt has left behind in files, each read once when it is closed, and what that amounts to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.logs.readers import read_outcome
from app.logs.window import LogFile
from app.model.outcome import Outcome
from app.model.status import Status
from app.model.task import Attempt, Task
from app.registry.codec import outcome_from_record, parse
from app.registry.files import read_regular
from app.registry.paths import Home, outcome_name
from app.registry.values import BadRecord
from app.supervisor.reported import one_line

if TYPE_CHECKING:  # what only some tasks have, and only they load
    from app.model.changes import Changes
    from app.model.report import Report

HEAD_BYTES = 64 * 1024
TAIL_BYTES = 256 * 1024
"""How much of a log's beginning and end is read to see what came out."""

OUTCOME_BYTES = 1024 * 1024
"""The largest file of figures that a task may write about itself: the record they go into is read often."""

BRIEFLY_S = 15.0
"""A run without a trace that took longer has at least done something that cannot be seen."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What an attempt has left behind, as far as it is there and makes sense.

    ``head`` and ``tail`` are beginning and end of its log as plain text, both empty where ``fault`` says why
    the log could not be read. ``told`` are the figures that the task wrote about itself, ``changes`` what was
    seen to change where that was looked for, ``report`` what the host of its agent has told at last.
    """

    head: str = ""
    tail: str = ""
    fault: str | None = None
    told: Outcome | None = None
    changes: Changes | None = None
    report: Report | None = None


def read_traces(home: Home, task: Task, attempt: Attempt) -> Traces:
    """Read what an attempt of a task has left behind."""
    log = LogFile(home.log(attempt.log))
    head, tail, fault = "", "", None
    try:
        head, tail = log.head_text(HEAD_BYTES), log.tail_text(TAIL_BYTES)
    except Exception as error:  # whatever it is, it must cost the figures, never the exit code
        fault = str(error)
    return Traces(
        head=head,
        tail=tail,
        fault=fault,
        told=_told(home, task.id, attempt.number),
        changes=_changes(home, task, attempt.number),
        report=_report(home, task, attempt.number),
    )


def outcome_of(attempt: Attempt, traces: Traces) -> Outcome:
    """What came out: the figures the task wrote about itself, filled up with what its output tells, and with
    what was seen to change."""
    if traces.fault is not None:
        return unreadable(traces.fault)
    read = read_outcome(traces.head, traces.tail, attempt.exit_code, attempt.signal)
    if (told := traces.told) is not None:
        read = replace(told, headline=told.headline or read.headline, error=told.error or read.error)
    if traces.changes is not None:
        read = _with_changes(read, traces.changes)
    error = attempt.reason if attempt.verdict is Status.STOPPED else attempt.reason or read.error
    return replace(
        read,
        headline=one_line(read.headline) if read.headline else None,
        error=one_line(error) if error and attempt.verdict is not Status.COMPLETE else None,
    )


def unreadable(why: object) -> Outcome:
    """What came out where that cannot be told."""
    return Outcome(error=f"the output could not be read: {why}")


def did_nothing(attempt: Attempt, traces: Traces) -> bool:
    """Whether a success took seconds, said nothing and, as far as was looked, changed nothing."""
    if attempt.duration_s is None or attempt.duration_s > BRIEFLY_S or attempt.outcome.headline:
        return False
    changes = traces.changes
    if changes is None or changes.files or changes.commits or changes.partial or traces.fault is not None:
        return False
    return all(not line.strip() or line.startswith("workspace: ") for line in traces.tail.splitlines())


def _with_changes(outcome: Outcome, changes: Changes) -> Outcome:
    """Add the files and the commit that were seen to change, where the task does not tell them itself."""
    return replace(
        outcome,
        files=outcome.files or tuple(file.path for file in changes.files),
        commit=outcome.commit or (changes.commits[-1].id if changes.commits else None),
        headline=outcome.headline or (changes.words if changes.files or changes.commits else None),
    )


def _told(home: Home, task_id: str, attempt: int) -> Outcome | None:
    try:
        path = home.task_file(task_id, outcome_name(attempt))
        return outcome_from_record(parse(read_regular(path, OUTCOME_BYTES)))
    except (OSError, BadRecord):
        return None


def _changes(home: Home, task: Task, attempt: int) -> Changes | None:
    if task.request.workspace is None:
        return None
    from app.registry.changed import read_changes

    return read_changes(home, task.id, attempt)


def _report(home: Home, task: Task, attempt: int) -> Report | None:
    if task.run is None:
        return None
    from app.registry.asking import read_report

    return read_report(home, task.id, attempt)
