"""From a request to a task that can be started: which agent, which command, where, with which limits."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.model.draft import Draft, Unset
from app.model.naming import make_name
from app.model.status import Priority
from app.model.task import COMMAND, WORKER, Task
from app.registry.config import Config
from app.supervisor.operations import NewTask

if TYPE_CHECKING:
    from app.model.agent import AgentDefinition


class CannotDelegate(Exception):  # noqa: N818 - a state of affairs, not a fault
    """The request cannot become a task; the message is one line that says why and what to do."""


def prepare(
    draft: Draft,
    base: Path,
    config: Config,
    taken_names: Collection[str] = (),
    now: datetime | None = None,
) -> NewTask:
    """Fill in what the request leaves open. ``base`` is the folder that relative ones start from.

    ``now`` is the wall clock with its zone, by default the machine's. Raises CannotDelegate.
    """
    if draft.problems:
        raise CannotDelegate(draft.problems[0])
    agent = chosen_agent(draft, config)
    keeps = agent is not None and agent.keep_leftovers
    return NewTask(
        text=draft.text if draft.shell is None else draft.shell,
        agent=agent_name(draft, config),
        command=command_of(draft, config),
        folder=str(resolve_folder(draft.folder, base)),
        name=draft.name or make_name(draft.shell or draft.text, taken_names, sentence=draft.shell is None),
        priority=Priority.NORMAL if draft.priority is None else draft.priority,
        timeout_s=timeout_of(draft, config),
        after=draft.after,
        tags=draft.tags,
        commit=draft.commit,
        after_any=draft.after_any,
        not_before=start_of(draft, now),
        retries=draft.retries or 0,
        twice=bool(draft.twice),
        keep_leftovers=keeps if draft.keep_leftovers is None else draft.keep_leftovers,
        quiet_timeout_s=quiet_timeout_of(draft, config),
        memory_bytes=draft.memory_bytes,
    )


def start_of(draft: Draft, now: datetime | None = None) -> datetime | None:
    """The moment that the task must not start before, in UTC; None for none. Raises CannotDelegate."""
    if draft.when is None:
        return None
    from app.model.when import moment_of

    try:
        return moment_of(draft.when, now or datetime.now(UTC))
    except ValueError as error:
        raise CannotDelegate(str(error)) from None


def timeout_of(draft: Draft, config: Config) -> float | None:
    """After how many seconds the task is stopped; None for never, as where the worker is to watch."""
    if not isinstance(draft.timeout_s, Unset):
        return draft.timeout_s
    if draft.shell is not None or agent_name(draft, config) != WORKER:
        return config.timeout_s
    if not any(word in draft.text.lower() for word in _WATCHING):
        return config.timeout_s
    from app.agents.worker.understanding import runs_until_stopped  # 10 ms that other sentences save

    return None if runs_until_stopped(draft.text) else config.timeout_s


_WATCHING = ("watch", "monitor", "observ", "track", "follow", "tail", "record", "keep", "log", "change")
"""Words of which at least one stands in any sentence that asks to watch something."""


def quiet_timeout_of(draft: Draft, config: Config) -> float | None:
    """After how many seconds of silence the task is stopped; None for never."""
    return config.quiet_timeout_s if isinstance(draft.quiet_timeout_s, Unset) else draft.quiet_timeout_s


def prepare_command(
    words: list[str], draft: Draft, base: Path, config: Config, taken_names: Collection[str] = ()
) -> NewTask:
    """A task that runs an argument list as it is, without a shell; the draft gives the options."""
    text = shlex.join(words)
    new = prepare(replace(draft, text=text, shell=text, problems=()), base, config, taken_names)
    return replace(new, command=tuple(words))


def agent_name(draft: Draft, config: Config) -> str:
    """Who will do the work: the one named, or the configured one, or nobody for a plain command."""
    return COMMAND if draft.shell is not None else draft.agent or config.agent


def chosen_agent(draft: Draft, config: Config) -> AgentDefinition | None:
    """The definition of the agent that would do the work; None for a plain command. Raises CannotDelegate."""
    if draft.shell is not None:
        return None
    from app.agents.definitions import UnknownAgent, find_agent  # a plain command has none

    try:
        return find_agent(agent_name(draft, config), config)
    except UnknownAgent as error:
        raise CannotDelegate(str(error)) from None


def command_of(draft: Draft, config: Config) -> tuple[str, ...]:
    """The argument list that the request amounts to. Raises CannotDelegate."""
    if draft.shell is not None:
        return ("/bin/sh", "-c", draft.shell)
    agent = chosen_agent(draft, config)
    return agent.command_for(draft.text) if agent else ()


def resolve_folder(folder: str | None, base: Path) -> Path:
    """The folder to work in. Raises CannotDelegate when it is not there."""
    path = base if folder is None else base / Path(folder).expanduser()
    if not path.is_dir():
        raise CannotDelegate(f"{path} is not a folder; choose another with in:FOLDER")
    return path.resolve() if folder is not None else path


def editable_text(task: Task) -> str:
    """The text of a task as one would type it, for ``edit and retry``."""
    if task.request.agent == COMMAND:
        return f"!{task.text}"
    from app.model.request import format_request

    return format_request(Draft(task.text))


def edited_command(task: Task, draft: Draft, config: Config) -> tuple[str, tuple[str, ...]]:
    """Text and command for a retry with another text; the task keeps its agent. Raises CannotDelegate."""
    if task.request.agent != COMMAND and draft.agent is None:
        draft = replace(draft, agent=task.request.agent)
    return (draft.text if draft.shell is None else draft.shell), command_of(draft, config)
