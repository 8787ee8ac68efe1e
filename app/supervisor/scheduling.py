"""The scheduling pass: put right what ended unseen, then start what may start. Anyone may run one."""

from __future__ import annotations

import contextlib
import errno
import time
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from app.model.queue import Waiting, choose, dependency
from app.model.status import Attention, Status
from app.model.task import Live, State, Task
from app.registry.config import Config, load_config
from app.registry.damage import quarantine
from app.registry.ending import read_end
from app.registry.files import read_regular
from app.registry.paths import END
from app.registry.queueing import current_load, held_words, waiting
from app.registry.store import RECORD_LIMIT, DamagedRecord, Registry, UnknownTask
from app.registry.transaction import ENVIRONMENT, NewerTask, Transaction, transaction
from app.supervisor import leftovers, stopping
from app.supervisor.child import CANNOT_RUN
from app.supervisor.facts import Value, timestamp, write_durably
from app.supervisor.finish import close, drop_empty_errors
from app.supervisor.launch import ERRORS, Start, hand_over, reap, spawn

LOST = "its runner is gone, and with it the exit code"


TOO_LONG = "its command line is too long for the system; put the text into a file and name the file"


def run_pass(registry: Registry, config: Config) -> list[Task]:
    """Start as many waiting tasks as may start now and return them.

    The lock is held while it is decided and written down, not while processes start. Raises OSError when a
    process could not be started; its task waits again then, and the others have started.
    """
    reap()
    reconcile(registry, config.on_lost)
    starts: list[Start] = []
    damages: list[DamagedRecord] = []
    try:
        with transaction(registry) as change:
            for task in _chosen(change, config, damages):
                starts.append(hand_over(change, task))  # noqa: PERF401 - a fault must not lose the ones before it
    finally:
        failures = [failure for start in starts if (failure := _try_to_spawn(registry, start, config))]
    for damage in damages:
        quarantine(registry, damage)
    _ensure_supervisor(registry)
    if failures:
        raise failures[0]
    return [start.task for start in starts]


def _try_to_spawn(registry: Registry, start: Start, config: Config) -> OSError | None:
    """Start a runner; where that fails, put its task back into the queue and return why, unless it would fail
    again whenever it is tried: then that is how its attempt ends."""
    try:
        spawn(registry, start, config)
    except OSError as error:
        with contextlib.suppress(OSError):
            if error.errno == errno.E2BIG:
                _end_unstarted(registry, start.task, TOO_LONG)
                return None
            _settle(registry, start.task.id, config.on_lost)
        return error
    except ValueError as error:  # a record that was edited by hand may hold what no system call takes
        with contextlib.suppress(OSError):
            _end_unstarted(registry, start.task, f"its command cannot be run: {error}")
    return None


def _end_unstarted(registry: Registry, task: Task, reason: str) -> None:
    """End an attempt that no runner can be started for, as a runner does which cannot start the command."""
    now = timestamp(time.time())
    facts: dict[str, Value] = {
        "attempt": len(task.state.attempts),
        "started": now,
        "ended": now,
        "duration_s": 0.0,
        "exit_code": CANNOT_RUN,
        "verdict": Status.FAILED.value,
        "reason": reason,
    }
    write_durably(str(registry.home.task_file(task.id, END)), facts)
    close(registry, task.id)


def _chosen(change: Transaction, config: Config, damages: list[DamagedRecord]) -> list[Task]:
    registry = change.registry
    load = current_load(registry, config.limits, paused=change.settings.paused)
    if load.full:
        return []
    read: dict[str, Task] = {}
    ids = choose(_candidates(change, read, damages), load, cache(registry.standing))
    return [read[task_id] for task_id in ids]


def _candidates(
    change: Transaction, read: dict[str, Task], damages: list[DamagedRecord]
) -> Iterator[Waiting]:
    """The waiting tasks in order, each read only when it is asked for."""
    registry = change.registry
    for task_id in registry.queue():
        try:
            task = registry.load(task_id)
        except UnknownTask:
            change.unmark(task_id)
            continue
        except DamagedRecord as damage:
            damages.append(damage)
            continue
        except OSError:
            continue  # what cannot be read now waits for a later look, and holds up no other task
        if task.state.status is not Status.QUEUED:
            change.settle(task)  # its writer was killed between the two steps
            continue
        if task.read_only:
            continue  # for the version that wrote it to start
        read[task_id] = task
        yield waiting(task)


def reconcile(registry: Registry, on_lost: str = "ask") -> None:
    """Close every task whose runner has gone: from the end it wrote down, as lost, or back into the queue.

    ``on_lost`` "retry" starts those again that may run twice; "ask" leaves them to the person.
    """
    for task_id in registry.in_hand():
        # What cannot be read or saved now stays as it is for a later look, and holds up no other task.
        with contextlib.suppress(OSError):
            _reconcile(registry, task_id, on_lost)


def settle_as_configured(registry: Registry) -> None:
    """Close what has ended, as a pass does, but leave starting what waits to the supervisor."""
    reconcile(registry, load_config().on_lost)
    with contextlib.suppress(OSError):
        _ensure_supervisor(registry)


def _reconcile(registry: Registry, task_id: str, on_lost: str) -> None:
    if registry.live(task_id) is not None:
        return
    try:
        if close(registry, task_id) is None:
            _settle(registry, task_id, on_lost)
    except UnknownTask:
        with transaction(registry) as change:
            change.unmark_running(task_id)
    except NewerTask:
        return  # for the version that wrote it to close
    except DamagedRecord as damage:
        quarantine(registry, damage)


def _settle(registry: Registry, task_id: str, on_lost: str) -> None:
    with transaction(registry) as change:
        if registry.live(task_id) is not None:
            return
        state = registry.state(task_id)
        task = Task(registry.request(task_id), state)
        if state.status is not Status.STARTING:
            change.settle(task)
            return
        if read_end(registry.home.task_file(task_id, END), task.attempt) is not None:
            return
        last_words = registry.last_words(task_id)
        stopped = stopping.was_requested(registry.home, task_id, len(state.attempts))
        if _never_ran(registry, task_id, last_words):
            change.write_state(task, _never_started(state, stopped=stopped))
            drop_empty_errors(registry, task_id)
            return
        complaint = _complaint(registry, task_id)
        reason = f"its runner failed: {complaint}" if complaint else LOST
        lost = _lost(state, last_words.started if last_words else None, reason)
        if on_lost == "retry" and not stopped and _may_run_again(registry, task):
            again = task.attempt.continues if task.attempt else None
            lost = replace(lost, status=Status.QUEUED, attention=None, continues=again)
        change.write_state(task, lost)


def _never_started(state: State, *, stopped: bool) -> State:
    """The state without the attempt that never began: it waits again, unless somebody wanted it to stop."""
    continues = state.attempts[-1].continues if state.attempts else None
    state = replace(state, attempts=state.attempts[:-1], continues=continues)
    if not stopped:
        return replace(state, status=Status.QUEUED)
    before = state.attempts[-1].verdict if state.attempts else None
    return replace(state, status=before or Status.STOPPED, attention=Attention.SEEN)


def _may_run_again(registry: Registry, task: Task) -> bool:
    """Whether a lost task said that it may run twice, nothing of it runs any more, and it can be started."""
    if not task.request.twice or leftovers.find(registry.home, task):
        return False
    return registry.home.task_file(task.id, ENVIRONMENT).exists()


def _complaint(registry: Registry, task_id: str) -> str:
    """The last thing that a runner which failed has said; empty when it was killed."""
    try:
        said = read_regular(registry.home.task_file(task_id, ERRORS), RECORD_LIMIT)
    except OSError:
        return ""
    return said.decode(errors="replace").strip().rpartition("\n")[2]


def _lost(state: State, started: datetime | None, reason: str) -> State:
    """The state of a task whose newest attempt ended without a witness."""
    if not state.attempts:
        return replace(state, status=Status.LOST, attention=Attention.UNREAD)
    attempt = replace(
        state.attempts[-1],
        verdict=Status.LOST,
        started=started,
        reason=reason,
        outcome=replace(state.attempts[-1].outcome, error=reason),
    )
    attempts = (*state.attempts[:-1], attempt)
    return replace(state, status=Status.LOST, attention=Attention.UNREAD, attempts=attempts)


def _never_ran(registry: Registry, task_id: str, last_words: Live | None) -> bool:
    """Whether the command was certainly not started: the runner had not even written down who it is.

    Its environment must still be there too, since that goes once the command has started. One that failed by
    itself is not tried again: it would fail again, without end.
    """
    if last_words is None or last_words.runner is not None or _complaint(registry, task_id):
        return False
    return registry.home.task_file(task_id, ENVIRONMENT).exists()


def waits_for_something(registry: Registry) -> bool:
    """Whether a task waits that will start by itself: for the end of a running one, a time, or right now."""
    queue = registry.queue()
    if not queue or registry.paused():
        return False
    held = (
        ()
        if load_config().resume_agents_s is not None
        else held_words(registry.home, None, datetime.now(UTC))
    )
    return bool(registry.in_hand()) or any(_starts_by_itself(registry, task_id, held) for task_id in queue)


def _starts_by_itself(registry: Registry, task_id: str, held: Collection[str]) -> bool:
    """With nothing running, a dependency that is not met now will never be; a ``held`` agent waits for a
    person, and so does one that must be approved again."""
    try:
        task = Task(registry.request(task_id), registry.state(task_id))
    except (UnknownTask, DamagedRecord, OSError):
        return False
    if task.read_only or task.state.revoked or task.request.agent in held:
        return False
    return not dependency(waiting(task), registry.standing)


def _ensure_supervisor(registry: Registry) -> None:
    from app.supervisor.service import ensure

    ensure(registry)
