"""What a person can do to tasks, the same from the dashboard and from the shell. Each returns within
milliseconds, except where it says that it waits; what cannot be done is one line, an OperationError."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.model.status import Attention, Priority, Status
from app.model.task import NewTask as NewTask
from app.model.task import Request, State, Task
from app.registry.config import Config, load_config
from app.registry.store import Registry
from app.registry.transaction import refuse_newer, transaction
from app.supervisor import leftovers, scheduling, stopping
from app.supervisor.awaiting import WaitTimeout as WaitTimeout
from app.supervisor.awaiting import await_end as await_end
from app.supervisor.refusing import OperationError as OperationError
from app.supervisor.refusing import in_one_line
from app.supervisor.removal import cleanable as cleanable
from app.supervisor.removal import delete as delete
from app.supervisor.removal import undo as undo

if TYPE_CHECKING:
    from app.model.hold import Hold
    from app.model.run import AgentRun

LONGEST_WORD = 128 * 1024 - 1
"""The longest single argument that Linux hands to a program, in bytes (execve(2), MAX_ARG_STRLEN)."""

_NOT_INHERITED = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")


@in_one_line
def submit(registry: Registry, new: NewTask, environment: Mapping[str, str], config: Config) -> Task:
    """Accept a task and start it right away if a slot is free. Once this returns it is listed for good."""
    _check(registry, new)
    asked = {item.name: getattr(new, item.name) for item in fields(NewTask)}
    request = Request(**asked, id="", number=0, created=datetime.now(UTC))
    with transaction(registry) as change:
        task = change.create(request, _environment(environment, new.commit))
    return _after_pass(registry, config, task)


def _check(registry: Registry, new: NewTask) -> None:
    if not Path(new.folder).is_dir():
        raise OperationError(f"{new.folder} is not a folder; choose another with in:FOLDER")
    if not new.command or any("\0" in word for word in new.command):
        raise OperationError("there is nothing to run; type a task or !command")
    if any(len(os.fsencode(word)) > LONGEST_WORD for word in new.command):
        raise OperationError(
            "the text is longer than 128 KiB; put it in a file and name the file in the task"
        )
    for number in (*new.after, *new.after_any):
        if registry.find_number(number) is None:
            raise OperationError(f"there is no task #{number} to wait for")


def _environment(environment: Mapping[str, str], commit: bool | None) -> dict[str, str]:
    """What a task inherits: the environment it was delegated from, without marks of ours or of make's."""
    kept = {
        key: value
        for key, value in environment.items()
        if key not in _NOT_INHERITED and (not key.startswith("DELEGATE_") or key == "DELEGATE_HOME")
    }
    if commit is not None:
        kept["DELEGATE_COMMIT"] = "yes" if commit else "no"
    return kept


def _after_pass(registry: Registry, config: Config, task: Task) -> Task:
    """The task as it stands once what may start has started. It is listed already, whatever happens here."""
    try:
        scheduling.run_pass(registry, config)
    except OSError as error:
        if registry.load(task.id).status is not Status.QUEUED:
            return registry.load(task.id)  # it was another task that could not be started
        why = (error.strerror or str(error)).lower()
        raise OperationError(f"#{task.number} is in the queue, but cannot be started yet: {why}") from error
    return registry.with_reasons([registry.load(task.id)], config.limits)[0]


@in_one_line
def stop(registry: Registry, task_id: str, *, kill: bool = False) -> Task:
    """Ask for the end of a task: politely first, at once with ``kill``. A waiting one is stopped right here.

    For a lost task this waits: what is left of it is ended by its mark, which may take the time of grace.
    """
    task = registry.load(task_id)
    if task.state.status is Status.LOST:  # ending what is left of it changes no record, whoever wrote that
        return _stop_lost(registry, task, kill=kill)
    refuse_newer(task)
    if task.unsettled:
        scheduling.settle_as_configured(registry)
    if registry.load(task_id).status is Status.QUEUED and (stopped := _stop_queued(registry, task_id)):
        return stopped
    task = registry.load(task_id)
    if task.status is Status.LOST:
        return _stop_lost(registry, task, kill=kill)
    if task.live is None or task.status.ended:
        raise OperationError(f"#{task.number} has ended already: {task.status.word}")
    stopping.request(registry, task, at_once=kill)
    return task


def _stop_queued(registry: Registry, task_id: str) -> Task | None:
    with transaction(registry) as change:
        task = registry.load(task_id)
        if task.status is not Status.QUEUED:
            return None
        # A retry that never began changes nothing about how the attempt before it ended.
        before = task.attempt.verdict if task.attempt else None
        state = replace(
            task.state, status=before or Status.STOPPED, attention=Attention.SEEN, not_before=None
        )
        return change.write_state(task, state)


def _stop_lost(registry: Registry, task: Task, *, kill: bool) -> Task:
    if not leftovers.find(registry.home, task):
        raise OperationError(f"#{task.number} was lost, and nothing of it runs any more")
    survivors = leftovers.end(registry.home, task, 0.0 if kill else load_config().grace_s)
    if survivors:
        raise OperationError(f"#{task.number}: could not end the processes {survivors}")
    return registry.load(task.id)


@in_one_line
def retry(
    registry: Registry,
    task_id: str,
    environment: Mapping[str, str],
    config: Config,
    text: str | None = None,
    command: tuple[str, ...] | None = None,
    *,
    continues: int | None = None,
    run: AgentRun | None = None,
) -> Task:
    """Run an ended task again as its next attempt, with another text and command if given; one that
    ``continues`` an attempt goes on in the conversation of that. ``run`` is how its agent works from now on,
    where its definition was approved anew. Whoever calls this has seen to it that the agent is approved.

    One that waits for its next automatic attempt starts without waiting any longer; one that waits because
    the yes to its agent was taken back has it again.
    """
    task = registry.load(task_id)
    if task.status is Status.QUEUED and task.state.revoked and text is None:
        return _allow(registry, task_id, config, run)
    if task.status is Status.QUEUED and task.state.not_before is not None and text is None:
        return free(registry, task_id, config)
    if not task.status.ended:
        raise OperationError(f"#{task.number} has not ended yet: {task.status.word}")
    if left := leftovers.find(registry.home, task):
        raise OperationError(f"{len(left)} processes of #{task.number} still run; stop it first")
    scheduling.settle_as_configured(registry)
    with transaction(registry) as change:
        task = registry.load(task_id)
        if not task.status.ended:
            raise OperationError(f"#{task.number} has been started again already")
        if task.unsettled:
            raise OperationError(f"#{task.number}: its end is not saved yet: {task.unsaved or 'try again'}")
        state = _state_to_retry(task, text, command, continues, run)
        task = change.requeue(task, _environment(environment, task.request.commit), state)
    return _after_pass(registry, config, task)


def _state_to_retry(
    task: Task,
    text: str | None,
    command: tuple[str, ...] | None,
    continues: int | None,
    run: AgentRun | None,
) -> State:
    """The state of an ended task that is to run again, with what was edited."""
    state = replace(task.state, status=Status.QUEUED, attention=None, retried=0, not_before=None)
    if text is not None:
        state = replace(state, text=text, command=command or state.command)
    elif continues is None and task.attempt is not None:
        continues = task.attempt.continues  # the same words make sense in the same conversation only
    return replace(state, continues=continues, run=run or state.run, revoked=False)


def _allow(registry: Registry, task_id: str, config: Config, run: AgentRun | None) -> Task:
    """Let a waiting task start again whose agent has its yes again; what else it waits for still holds."""
    with transaction(registry) as change:
        task = registry.load(task_id)
        if task.status is not Status.QUEUED:
            raise OperationError(f"#{task.number} does not wait any more: {task.status.word}")
        state = replace(task.state, revoked=False, run=run or task.state.run)
        if task.state.attempts:  # nobody who asks for a retry means one at the time of the automatic one
            state = replace(state, not_before=None)
        task = change.write_state(task, state)
    return _after_pass(registry, config, task)


@in_one_line
def free(registry: Registry, task_id: str, config: Config) -> Task:
    """Let a waiting task start without the tasks or the time it waits for; slots still hold."""
    with transaction(registry) as change:
        task = registry.load(task_id)
        if task.status is not Status.QUEUED:
            raise OperationError(f"#{task.number} does not wait: {task.status.word}")
        task = change.write_state(task, replace(task.state, freed=True, not_before=None))
    return _after_pass(registry, config, task)


@in_one_line
def set_priority(registry: Registry, task_id: str, priority: Priority) -> Task:
    """Change the place of a waiting task in the queue, and what its next attempt yields to others."""
    with transaction(registry) as change:
        task = registry.load(task_id)
        if task.live is not None:
            raise OperationError(f"#{task.number} runs already; a priority is for tasks that wait")
        return change.write_state(task, replace(task.state, priority=priority))


@in_one_line
def stop_all(registry: Registry, *, kill: bool = False) -> list[Task]:
    """Ask for the end of every task that waits or runs; returns them. Waiting ones are stopped first, so that
    none of them starts in the place of another."""
    open_tasks = sorted(registry.open_tasks(), key=lambda task: task.status is not Status.QUEUED)
    stopped = []
    for task in open_tasks:
        with contextlib.suppress(OperationError):  # it may have ended meanwhile, which is what was wanted
            stopped.append(stop(registry, task.id, kill=kill))
    return stopped


@in_one_line
def pause(registry: Registry) -> None:
    """Let no waiting task start; running ones go on."""
    with transaction(registry) as change:
        change.save(replace(change.settings, paused=True))


@in_one_line
def resume(registry: Registry, config: Config, agent: str | None = None) -> tuple[Hold, ...]:
    """Let waiting tasks start again: all of them, also those of agents that are held, or only those of one
    such agent. Returns which agents were let go."""
    from app.registry.holds import release

    with transaction(registry) as change:
        if agent is None:
            change.save(replace(change.settings, paused=False))
        freed = release(change, agent)
        if agent is not None and not freed:
            raise OperationError(f"{agent} is not paused; delegate resume frees the queue and every agent")
    scheduling.run_pass(registry, config)
    return freed


@in_one_line
def mark_seen(registry: Registry, task_id: str) -> Task:
    """Note that somebody has looked at the end of a task."""
    with transaction(registry) as change:
        task = registry.load(task_id)
        if not task.unread or task.state.status is Status.STARTING:
            return task
        return change.write_state(task, replace(task.state, attention=Attention.SEEN))


@in_one_line
def tidy(registry: Registry, config: Config) -> list[Task]:
    """Put right what ended unseen and start what may start; every client does this once when it comes."""
    return scheduling.run_pass(registry, config)
