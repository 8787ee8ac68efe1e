"""Closing an attempt: from how it ended, and what it left behind, to the record that everybody reads."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from pathlib import Path

from app.model.outcome import Outcome
from app.model.status import Attention, Status
from app.model.task import Attempt, Task
from app.registry.codec import BadRecord, end_from_record, outcome_from_record, parse
from app.registry.config import load_config
from app.registry.files import read_regular, write_atomic
from app.registry.paths import Home, outcome_name, summary_name
from app.registry.store import RECORD_LIMIT, Registry, UnknownTask
from app.registry.transaction import transaction
from app.supervisor.facts import END
from app.supervisor.launch import ERRORS

HEAD_BYTES = 64 * 1024
TAIL_BYTES = 256 * 1024
"""How much of a log's beginning and end is read to see what came out."""

UNSAVED_LOOK_S = 1.0
"""How often to try again to save a record that the disk would not take, in seconds."""

LINE_LENGTH = 300
"""The longest headline or explaining line that is kept, in characters."""

OUTCOME_BYTES = 1024 * 1024
"""The largest file of figures that a task may write about itself: the record they go into is read often."""


def close_and_go_on(root: str, task_id: str) -> None:
    """What a runner does last: close its attempt, then let waiting tasks start."""
    from app.supervisor.scheduling import run_pass

    registry = Registry(Home(Path(root)))
    errors = registry.home.task_file(task_id, ERRORS)
    _close_when_there_is_room(registry, task_id)
    with contextlib.suppress(OSError):
        if errors.stat().st_size == 0:
            errors.unlink()
    run_pass(registry, load_config())


def _close_when_there_is_room(registry: Registry, task_id: str) -> None:
    """Close the attempt. While the disk does not take it, hold on: leaving now would show it as lost."""
    while True:
        try:
            close(registry, task_id)
        except (UnknownTask, FileNotFoundError):
            return  # deleted by hand: nobody is left to tell
        except OSError:
            time.sleep(UNSAVED_LOOK_S)
        else:
            return


def close(registry: Registry, task_id: str) -> Task | None:
    """Write the terminal record of an attempt from its ``end.toml``; None when there is nothing to close."""
    task = Task(registry.request(task_id), registry.state(task_id))
    end = read_end(registry, task)
    if end is None:
        return None
    attempt = _with_outcome(registry, task, end)
    with transaction(registry) as change:
        state = registry.state(task_id)
        if state.status is not Status.STARTING or read_end(registry, replace(task, state=state)) != end:
            return None
        verdict = attempt.verdict or Status.FAILED
        seen = Attention.SEEN if verdict is Status.STOPPED else Attention.UNREAD
        attempts = (*state.attempts[:-1], attempt)
        closed = change.write_state(task, replace(state, status=verdict, attention=seen, attempts=attempts))
        registry.home.task_file(task_id, END).unlink(missing_ok=True)
        return closed


def read_end(registry: Registry, task: Task) -> Attempt | None:
    """The newest attempt with its end, if its runner has written that down already; else None.

    An end of an earlier attempt, or one that makes no sense, is none. Raises OSError for what may be readable
    later.
    """
    attempt = task.attempt
    if attempt is None:
        return None
    try:
        record = parse(read_regular(registry.home.task_file(task.id, END), RECORD_LIMIT))
        end = end_from_record(record, attempt.log)
    except (FileNotFoundError, BadRecord):
        return None
    return replace(end, text=attempt.text, unknown=attempt.unknown) if end.number == attempt.number else None


def _with_outcome(registry: Registry, task: Task, attempt: Attempt) -> Attempt:
    """Add what came out. A fault in reading it must cost the figures, never the exit code."""
    log = registry.home.log(attempt.log)
    try:
        outcome = _outcome(registry, task, attempt, log)
    except Exception as error:
        outcome = Outcome(error=f"the output could not be read: {error}")
    attempt = replace(attempt, outcome=outcome)
    with contextlib.suppress(OSError):
        return replace(attempt, summary=_summary(registry, task, attempt, log))
    return attempt


def _summary(registry: Registry, task: Task, attempt: Attempt, log: Path) -> str:
    """The name of the summary's file: the one the task wrote, else one composed from what is known."""
    from app.logs.summary import compose_summary

    name = summary_name(attempt.number)
    path = registry.home.task_file(task.id, name)
    if not path.exists():
        write_atomic(path, compose_summary(task, attempt, str(log)).encode(errors="replace"))
    return name


def _outcome(registry: Registry, task: Task, attempt: Attempt, log: Path) -> Outcome:
    """The figures the task wrote about itself, filled up with what its output tells."""
    # Only here, so that clients which close nothing load none of it.
    from app.logs.readers import read_outcome
    from app.logs.sanitise import sanitise
    from app.logs.window import LogFile

    file = LogFile(log)
    read = read_outcome(
        file.head_text(HEAD_BYTES), file.tail_text(TAIL_BYTES), attempt.exit_code, attempt.signal
    )
    own = _own_outcome(registry, task.id, attempt.number)
    if own is not None:
        read = replace(own, headline=own.headline or read.headline, error=own.error or read.error)
    error = attempt.reason if attempt.verdict is Status.STOPPED else attempt.reason or read.error
    return replace(
        read,
        headline=sanitise(read.headline)[:LINE_LENGTH] if read.headline else None,
        error=sanitise(error)[:LINE_LENGTH] if error and attempt.verdict is not Status.COMPLETE else None,
    )


def _own_outcome(registry: Registry, task_id: str, attempt: int) -> Outcome | None:
    try:
        path = registry.home.task_file(task_id, outcome_name(attempt))
        return outcome_from_record(parse(read_regular(path, OUTCOME_BYTES)))
    except (OSError, BadRecord):
        return None
