"""Closing an attempt: from how it ended, and what it left behind, to the record that everybody reads."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.model.backoff import next_start
from app.model.outcome import Outcome
from app.model.status import Attention, Status
from app.model.task import Attempt, State, Task
from app.registry.codec import outcome_from_record, parse
from app.registry.config import load_config
from app.registry.damage import keep_copy
from app.registry.ending import read_end
from app.registry.files import RegistryBusy, read_regular, write_atomic
from app.registry.holds import hold
from app.registry.paths import END, Home, outcome_name, summary_name
from app.registry.store import DamagedRecord, Registry, UnknownTask
from app.registry.transaction import NewerSchema, NewerTask, transaction
from app.registry.values import BadRecord
from app.supervisor import stopping
from app.supervisor.launch import ERRORS
from app.supervisor.reported import one_line, shared_trouble, with_report, with_undelivered

if TYPE_CHECKING:
    from app.model.changes import Changes

HEAD_BYTES = 64 * 1024
TAIL_BYTES = 256 * 1024
SUMMED_BYTES = 64 * 1024
"""How much of a log's beginning and end is read to see what came out."""

NOTHING_HAPPENED = "nothing happened"
"""Stands behind "complete" where a run that should have changed something ended without a trace."""

BRIEFLY_S = 15.0
"""A run without a trace that took longer has at least done something that cannot be seen."""

_CARE_NICENESS = 10

OUTCOME_BYTES = 1024 * 1024
"""The largest file of figures that a task may write about itself: the record they go into is read often."""


def close_and_go_on(root: str, task_id: str, wait: Callable[[OSError], None]) -> None:
    """What a runner does last: close its attempt, then let waiting tasks start.

    ``wait`` is called with what is in the way when the record cannot be saved, and returns when that is worth
    another try.
    """
    from app.supervisor.scheduling import run_pass

    registry = Registry(Home(Path(root)))
    _close_when_there_is_room(registry, task_id, wait)
    with contextlib.suppress(OSError):  # what cannot start now is left to the supervisor
        run_pass(registry, load_config())
    _take_care(registry)


def close_if_ended(registry: Registry, task_id: str) -> None:
    """Close an attempt that its runner says has ended; what cannot be closed now is left to the runner."""
    if not registry.home.task_file(task_id, END).exists():
        return
    with contextlib.suppress(OSError, UnknownTask, DamagedRecord, NewerTask, NewerSchema, RegistryBusy):
        close(registry, task_id)


def drop_empty_errors(registry: Registry, task_id: str) -> None:
    """Remove what the runner of an attempt has said of itself, if that is nothing. To be called within the
    transaction that closes the attempt: behind it, the file may be that of the next runner."""
    errors = registry.home.task_file(task_id, ERRORS)
    with contextlib.suppress(OSError):
        if errors.stat().st_size == 0:
            errors.unlink()


def _take_care(registry: Registry) -> None:
    """Keep logs and old tasks within their bounds, if that is due: nobody waits for this process any more."""
    from app.supervisor.care import care_if_due

    with contextlib.suppress(OSError, NewerSchema, RegistryBusy):
        os.nice(_CARE_NICENESS)
        care_if_due(registry, load_config())


def _close_when_there_is_room(registry: Registry, task_id: str, wait: Callable[[OSError], None]) -> None:
    """Close the attempt. While the disk does not take it, hold on: leaving now would show it as lost."""
    while True:
        try:
            close(registry, task_id)
        except (UnknownTask, FileNotFoundError):
            return  # deleted by hand: nobody is left to tell
        except NewerTask:
            return  # the version that has rewritten its record will read the end
        except RegistryBusy:
            continue  # it has waited for its turn long enough; there is nothing better to do than to go on
        except OSError as error:
            wait(error)
        else:
            return


def close(registry: Registry, task_id: str) -> Task | None:
    """Write the terminal record of an attempt from its ``end.toml``; None when there is nothing to close."""
    task = registry.load(task_id)
    end = read_end(registry.home.task_file(task_id, END), task.attempt)
    if end is None:
        return None
    attempt = _with_outcome(registry, task, end)
    with transaction(registry) as change:
        state = _state_to_close(registry, task_id)
        if state.status is not Status.STARTING or _attempt_number(state) != end.number:
            return None
        attempt = with_undelivered(registry, task, attempt)
        if trouble := shared_trouble(registry, task, attempt):
            hold(change, trouble)  # comes first: should we be killed in between, both are done again
        again = not (end.survivors or stopping.was_requested(registry.home, task_id, end.number))
        closed = change.write_state(task, _closed_state(task, state, attempt, again=again))
        registry.home.task_file(task_id, END).unlink(missing_ok=True)
        drop_empty_errors(registry, task_id)
    _note_duration(registry, closed)
    return closed


def _note_duration(registry: Registry, closed: Task) -> None:
    """Let estimates know how long it took; they are worth no fault here."""
    from app.registry import history

    with contextlib.suppress(Exception):
        history.note(registry, closed)


def _state_to_close(registry: Registry, task_id: str) -> State:
    """The state to be replaced. A damaged one is kept in quarantine, and what is certain stands in for it."""
    try:
        return registry.state(task_id)
    except DamagedRecord as damage:
        state = registry.load(task_id).state
        path = registry.home.task_file(task_id, "state.toml")
        keep_copy(registry.home, path, f"{task_id}.state.toml", damage.reason)
        return state


def _attempt_number(state: State) -> int:
    return state.attempts[-1].number if state.attempts else 0


def _closed_state(task: Task, state: State, attempt: Attempt, *, again: bool) -> State:
    """The state after an attempt: ended, or waiting for the next automatic one.

    Without ``again`` there is none: somebody wanted it to stop, or processes of it could not be ended.
    """
    state = replace(state, attempts=(*state.attempts[:-1], attempt))
    verdict = attempt.verdict or Status.FAILED
    retries = task.request.retries if again else 0
    start = next_start(verdict, retries, state.retried, datetime.now(UTC), _chance(task))
    if start is not None:
        state = replace(state, not_before=start, retried=state.retried + 1, continues=attempt.continues)
        return replace(state, status=Status.QUEUED)
    seen = Attention.SEEN if verdict is Status.STOPPED else Attention.UNREAD
    return replace(state, status=verdict, attention=seen)


def _chance(task: Task) -> float:
    """A number from 0.0 to 1.0 for those tasks that are tried again at all."""
    if not task.request.retries:
        return 0.0
    import random  # slow to load, and of use to few

    return random.random()


def _with_outcome(registry: Registry, task: Task, attempt: Attempt) -> Attempt:
    """Add what came out. A fault in reading it must cost the figures, never the exit code."""
    log = registry.home.log(attempt.log)
    try:
        outcome = _outcome(registry, task, attempt, log)
    except Exception as error:
        outcome = Outcome(error=f"the output could not be read: {error}")
    attempt = with_report(registry, task, replace(attempt, outcome=outcome))
    if attempt.check == "passed" and attempt.verdict is Status.COMPLETE:
        attempt = replace(attempt, qualifier=", ".join(filter(None, ("checked", attempt.qualifier))))
    elif (
        attempt.verdict is Status.COMPLETE and not attempt.qualifier and _did_nothing(registry, task, attempt)
    ):
        attempt = replace(attempt, qualifier=NOTHING_HAPPENED)
    with contextlib.suppress(Exception):  # likewise: a task without a summary is better than one without end
        return replace(attempt, summary=_summary(registry, task, attempt, log))
    return attempt


def _did_nothing(registry: Registry, task: Task, attempt: Attempt) -> bool:
    """Whether a success took seconds, said nothing and, as far as was looked, changed nothing."""
    if attempt.duration_s is None or attempt.duration_s > BRIEFLY_S or attempt.outcome.headline:
        return False
    changes = _changes(registry, task, attempt.number)
    if changes is None or changes.files or changes.commits or changes.partial:
        return False
    from app.logs.window import LogFile

    said = LogFile(registry.home.log(attempt.log)).tail_text(SUMMED_BYTES)
    return all(not line.strip() or line.startswith("workspace: ") for line in said.splitlines())


def _summary(registry: Registry, task: Task, attempt: Attempt, log: Path) -> str:
    """The name of the summary's file: the one the task wrote, else one composed from what is known."""
    from app.logs.summary import compose_summary
    from app.logs.window import LogFile

    name = summary_name(attempt.number)
    path = registry.home.task_file(task.id, name)
    if not path.exists():
        changes = _changes(registry, task, attempt.number)
        tail = LogFile(log).tail_text(SUMMED_BYTES) if attempt.outcome.error else ""
        text = compose_summary(task, attempt, str(log), changes=changes, tail=tail)
        write_atomic(path, text.encode(errors="replace"))
    return name


def _outcome(registry: Registry, task: Task, attempt: Attempt, log: Path) -> Outcome:
    """The figures the task wrote about itself, filled up with what its output tells."""
    # Only here, so that clients which close nothing load none of it.
    from app.logs.readers import read_outcome
    from app.logs.window import LogFile

    file = LogFile(log)
    read = read_outcome(
        file.head_text(HEAD_BYTES), file.tail_text(TAIL_BYTES), attempt.exit_code, attempt.signal
    )
    own = _own_outcome(registry, task.id, attempt.number)
    if own is not None:
        read = replace(own, headline=own.headline or read.headline, error=own.error or read.error)
    read = _with_changes(registry, task, attempt.number, read)
    error = attempt.reason if attempt.verdict is Status.STOPPED else attempt.reason or read.error
    return replace(
        read,
        headline=one_line(read.headline) if read.headline else None,
        error=one_line(error) if error and attempt.verdict is not Status.COMPLETE else None,
    )


def _with_changes(registry: Registry, task: Task, attempt: int, outcome: Outcome) -> Outcome:
    """Add the files and the commit that were seen to change, where the task does not tell them itself."""
    changes = _changes(registry, task, attempt)
    if changes is None:
        return outcome
    return replace(
        outcome,
        files=outcome.files or tuple(file.path for file in changes.files),
        commit=outcome.commit or (changes.commits[-1].id if changes.commits else None),
        headline=outcome.headline or (changes.words if changes.files or changes.commits else None),
    )


def _changes(registry: Registry, task: Task, attempt: int) -> Changes | None:
    """What was seen to change, where that was looked for."""
    if task.request.workspace is None:
        return None
    from app.registry.changed import read_changes

    return read_changes(registry.home, task.id, attempt)


def _own_outcome(registry: Registry, task_id: str, attempt: int) -> Outcome | None:
    try:
        path = registry.home.task_file(task_id, outcome_name(attempt))
        return outcome_from_record(parse(read_regular(path, OUTCOME_BYTES)))
    except (OSError, BadRecord):
        return None
