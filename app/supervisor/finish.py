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
from app.model.status import Attention, Status
from app.model.task import Attempt, State, Task
from app.registry.config import load_config
from app.registry.damage import keep_copy
from app.registry.ending import read_end
from app.registry.files import RegistryBusy, write_atomic
from app.registry.holds import hold
from app.registry.paths import END, Home, summary_name
from app.registry.store import DamagedRecord, Registry, UnknownTask
from app.registry.transaction import NewerSchema, NewerTask, transaction
from app.supervisor import stopping
from app.supervisor.launch import ERRORS
from app.supervisor.reported import shared_trouble, with_report, with_undelivered

if TYPE_CHECKING:
    from app.supervisor.traces import Traces

NOTHING_HAPPENED = "nothing happened"
"""Stands behind "complete" where a run that should have changed something ended without a trace."""

_CARE_NICENESS = 10


def close_and_go_on(
    root: str, task_id: str, wait: Callable[[OSError], None], *, start_others: bool = True
) -> None:
    """What a runner does last: close its attempt, then let waiting tasks start.

    ``wait`` is called with what is in the way when the record cannot be saved, and returns when that is worth
    another try. Without ``start_others`` what waits is left to the next one who comes by.
    """
    from app.supervisor.scheduling import run_pass

    registry = Registry(Home(Path(root)))
    _close_when_there_is_room(registry, task_id, wait)
    if not start_others or not registry.home.root.is_dir():  # a registry that was removed is not made again
        return
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
    from app.supervisor.traces import read_traces  # only here: clients that close nothing load none of it

    traces = read_traces(registry.home, task, end)
    attempt = _with_outcome(registry, task, end, traces)
    with transaction(registry) as change:
        state = _state_to_close(registry, task_id)
        if state.status is not Status.STARTING or _attempt_number(state) != end.number:
            return None
        attempt = with_undelivered(registry, task, attempt)
        if trouble := shared_trouble(task, attempt, traces.report):
            hold(change, trouble)  # comes first: should we be killed in between, both are done again
        wanted = stopping.was_requested(registry.home, task_id, end.number)
        again = not (end.survivors or wanted)
        closed = change.write_state(task, _closed_state(task, state, attempt, again=again, wanted=wanted))
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


def _closed_state(task: Task, state: State, attempt: Attempt, *, again: bool, wanted: bool) -> State:
    """The state after an attempt: ended, or waiting for the next automatic one.

    Without ``again`` there is none: somebody ``wanted`` it to stop, or processes of it could not be ended.
    A stop that nobody here has wanted, as when the machine goes down, is news.
    """
    state = replace(state, attempts=(*state.attempts[:-1], attempt))
    verdict = attempt.verdict or Status.FAILED
    retries = task.request.retries if again else 0
    start = next_start(verdict, retries, state.retried, datetime.now(UTC), _chance(task))
    if start is not None:
        state = replace(state, not_before=start, retried=state.retried + 1, continues=attempt.continues)
        return replace(state, status=Status.QUEUED)
    seen = Attention.SEEN if wanted and verdict is Status.STOPPED else Attention.UNREAD
    return replace(state, status=verdict, attention=seen)


def _chance(task: Task) -> float:
    """A number from 0.0 to 1.0 for those tasks that are tried again at all."""
    if not task.request.retries:
        return 0.0
    import random  # slow to load, and of use to few

    return random.random()


def _with_outcome(registry: Registry, task: Task, attempt: Attempt, traces: Traces) -> Attempt:
    """Add what came out. A fault in reading it must cost the figures, never the exit code."""
    from app.supervisor.traces import did_nothing, outcome_of, unreadable

    try:
        outcome = outcome_of(attempt, traces)
    except Exception as error:
        outcome = unreadable(error)
    attempt = with_report(task, replace(attempt, outcome=outcome), traces.report)
    if attempt.check == "passed" and attempt.verdict is Status.COMPLETE:
        attempt = replace(attempt, qualifier=", ".join(filter(None, ("checked", attempt.qualifier))))
    elif attempt.verdict is Status.COMPLETE and not attempt.qualifier and did_nothing(attempt, traces):
        attempt = replace(attempt, qualifier=NOTHING_HAPPENED)
    with contextlib.suppress(Exception):  # likewise: a task without a summary is better than one without end
        return replace(attempt, summary=_summary(registry.home, task, attempt, traces))
    return attempt


def _summary(home: Home, task: Task, attempt: Attempt, traces: Traces) -> str:
    """The name of the summary's file: the one the task wrote, else one composed from what is known."""
    from app.logs.summary import compose_summary

    name = summary_name(attempt.number)
    path = home.task_file(task.id, name)
    if not path.exists():
        log = str(home.log(attempt.log))
        text = compose_summary(task, attempt, log, changes=traces.changes, tail=traces.tail)
        write_atomic(path, text.encode(errors="replace"))
    return name
