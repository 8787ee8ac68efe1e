"""From a request to a task that can be started: which agent, which command, where, with which limits."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.agents.placing import CannotPlace, check_of, workspace_of
from app.model.draft import Draft, Unset
from app.model.naming import make_name
from app.model.status import Priority, Status
from app.model.task import COMMAND, WORKER, Task
from app.registry.config import Config
from app.registry.paths import Home
from app.supervisor.operations import LONGEST_WORD, NewTask

if TYPE_CHECKING:
    from app.agents.approval import Question
    from app.model.agent import AgentDefinition
    from app.model.run import AgentRun
    from app.model.workspace import Workspace


HOST_COMMAND = ("{python}", "-I", "-m", "app.agents.host")
"""The command of a task whose agent is spoken to: the process that does so."""


class CannotDelegate(Exception):  # noqa: N818 - a state of affairs, not a fault
    """The request cannot become a task; the message is one line that says why and what to do."""


class NeedsApproval(CannotDelegate):
    """The agent must be approved first. ``question`` holds its definition and what to show of it."""

    def __init__(self, question: Question) -> None:
        name = question.definition.name
        why = "has changed since you approved it" if question.changed else "is not approved yet"
        super().__init__(f"{name} {why}; see delegate approve {name}")
        self.question = question
        self.definition = question.definition
        self.lines = question.lines


def prepare(
    draft: Draft,
    base: Path,
    config: Config,
    taken_names: Collection[str] = (),
    now: datetime | None = None,
    *,
    approved: str | None = None,
    home: Home | None = None,
) -> NewTask:
    """Fill in what the request leaves open. ``base`` is the folder that relative ones start from.

    ``now`` is the wall clock with its zone, by default the machine's. ``approved`` is the fingerprint of the
    definition that a person has just said yes to; other approvals are looked up in the registry ``home``, by
    default the user's. Raises NeedsApproval, and CannotDelegate.
    """
    if draft.problems:
        raise CannotDelegate(draft.problems[0])
    folder = resolve_folder(draft.folder, base)
    agent = chosen_agent(draft, config, folder)
    workspace = place_of(draft, folder, config)
    if agent is not None:
        _check_length(agent, draft.text)
        _check_place(agent, workspace)
        _check_agent(agent, folder, approved, home)
    start = start_of(draft, now)
    name = draft.name or make_name(draft.shell or draft.text, taken_names, sentence=draft.shell is None)
    return replace(_new_task(draft, config, agent, workspace, folder), name=name, not_before=start)


def _new_task(
    draft: Draft, config: Config, agent: AgentDefinition | None, workspace: Workspace | None, folder: Path
) -> NewTask:
    """The task as far as neither the clock nor the names of others decide."""
    keeps = agent is not None and agent.keep_leftovers
    return NewTask(
        text=draft.text if draft.shell is None else draft.shell,
        agent=agent_name(draft, config),
        command=_command(draft, agent),
        folder=str(folder),
        name="",
        priority=Priority.NORMAL if draft.priority is None else draft.priority,
        timeout_s=timeout_of(draft, config),
        after=draft.after,
        tags=draft.tags,
        commit=draft.commit,
        after_any=draft.after_any,
        retries=draft.retries or 0,
        twice=bool(draft.twice),
        keep_leftovers=keeps if draft.keep_leftovers is None else draft.keep_leftovers,
        quiet_timeout_s=quiet_timeout_of(draft, config),
        memory_bytes=draft.memory_bytes,
        workspace=workspace,
        check=check_of(draft, workspace, config),
        run=agent.run if agent is not None else None,
    )


def place_of(draft: Draft, folder: Path, config: Config) -> Workspace | None:
    """Where the task would work, None where its command just runs in the folder. Raises CannotDelegate."""
    try:
        return workspace_of(draft, agent_name(draft, config), folder, config)
    except CannotPlace as error:
        raise CannotDelegate(str(error)) from None


def _check_agent(agent: AgentDefinition, folder: Path, approved: str | None, home: Home | None) -> None:
    """Raise CannotDelegate for an agent that cannot be started, NeedsApproval for one not approved yet."""
    if agent.name == WORKER:
        return
    if agent.missing:
        raise CannotDelegate(f"{agent.name} cannot be started: {agent.missing}")
    if approved and approved == agent.fingerprint:
        return
    from app.agents.approval import needed  # not for the worker, and not for a plain command

    question = needed(agent, folder, home or Home.find())
    if question is not None:
        raise NeedsApproval(question)


def _check_length(agent: AgentDefinition, text: str) -> None:
    """Raise CannotDelegate for a text that does not fit into the command line of a client."""
    on_command_line = agent.run is not None and agent.run.channel.value != "acp"
    if on_command_line and len(os.fsencode(text)) > LONGEST_WORD:
        raise CannotDelegate(
            "the text is longer than 128 KiB; put it in a file and name the file in the task"
        )


def _check_place(agent: AgentDefinition, workspace: Workspace | None) -> None:
    """Raise CannotDelegate where the agent would not find its own definition."""
    if agent.file is None or workspace is None or not workspace.worktree:
        return
    from app.agents.committed import why_missing  # most agents have no file in a project

    if why := why_missing(agent, workspace):
        raise CannotDelegate(why)


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


def chosen_agent(draft: Draft, config: Config, folder: Path | None = None) -> AgentDefinition | None:
    """The definition of the agent that would do the work in a folder; None for a plain command.

    Raises CannotDelegate.
    """
    if draft.shell is not None:
        return None
    from app.agents.definitions import UnknownAgent, find_agent  # a plain command has none

    try:
        return find_agent(agent_name(draft, config), config, folder)
    except UnknownAgent as error:
        raise CannotDelegate(str(error)) from None


def command_of(draft: Draft, config: Config, folder: Path | None = None) -> tuple[str, ...]:
    """The argument list that the request amounts to. Raises CannotDelegate."""
    return _command(draft, chosen_agent(draft, config, folder))


def _command(draft: Draft, agent: AgentDefinition | None) -> tuple[str, ...]:
    if draft.shell is not None:
        return ("/bin/sh", "-c", draft.shell)
    if agent is None:
        return ()
    if agent.run is not None:
        return HOST_COMMAND
    from app.agents.words import command_line

    return command_line(agent, draft.text)


def resolve_folder(folder: str | None, base: Path) -> Path:
    """The folder to work in. Raises CannotDelegate when it is not there."""
    path = base if folder is None else base / os.path.expanduser(folder)  # noqa: PTH111 - it never raises
    if not path.is_dir():
        raise CannotDelegate(f"{path} is not a folder; choose another with in:FOLDER")
    return path.resolve() if folder is not None else path


def editable_text(task: Task) -> str:
    """The text of a task as one would type it, for ``edit and retry``."""
    if task.request.agent == COMMAND:
        return f"!{task.text}"
    from app.model.request import format_request

    return format_request(Draft(task.text))


def edited_command(
    task: Task, draft: Draft, config: Config, *, approved: str | None = None, home: Home | None = None
) -> tuple[str, tuple[str, ...]]:
    """Text and command for a retry with another text; the task keeps its agent.

    Raises NeedsApproval as preparing does, and CannotDelegate.
    """
    if draft.shell is not None:
        return draft.shell, command_of(draft, config)
    if task.run is not None:
        return draft.text, task.command
    if task.request.agent != COMMAND and draft.agent is None:
        draft = replace(draft, agent=task.request.agent)
    folder = Path(task.request.folder)
    agent = chosen_agent(draft, config, folder)
    if agent is not None:
        _check_agent(agent, folder, approved, home)
        if agent.run is not None:
            raise CannotDelegate(f"{agent.name} is not run as it was any more; write a new task")
    return draft.text, _command(draft, agent)


def run_for_retry(
    task: Task, config: Config, *, approved: str | None = None, home: Home | None = None
) -> AgentRun | None:
    """How the agent of a task is to run from now on, where that is another way; None where it is the same.

    A yes to this task alone was for the attempts that follow by themselves, not for one that a person wants.
    Raises NeedsApproval where a person must see the agent first, CannotDelegate where there is none.
    """
    if task.request.agent in (COMMAND, WORKER):
        return None
    from app.agents.approval import has_changed, is_covered, question_about, same_command

    folder, home = Path(task.request.folder), home or Home.find()
    changed = has_changed(task.run, folder)
    by_itself = task.status is Status.QUEUED and not task.state.revoked  # it would start in any case
    if not changed and (by_itself or is_covered(task, home)):
        return None
    agent = chosen_agent(Draft(task.text, agent=task.request.agent), config, folder)
    if agent is None or not (same_command(agent, task) if task.run is None else agent.run):
        raise CannotDelegate(f"{task.request.agent} is not run as it was any more; write a new task")
    try:
        _check_agent(agent, folder, approved, home)
    except NeedsApproval:
        if changed:
            raise NeedsApproval(question_about(agent, changed=True)) from None
        raise
    return None if task.run is None or task.run.fingerprint == agent.fingerprint else agent.run
