"""`delegate add`: a task from words and options, or a command that runs as it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from app.agents.delegation import NeedsApproval, chosen_agent, prepare, prepare_command, resolve_folder
from app.cli.arguments import Arguments
from app.cli.commands.wait import wait_for
from app.cli.errors import INTERRUPTED, CommandError, UsageError
from app.cli.output import clean, say, say_json, table, warn
from app.cli.session import SEARCHED, Session
from app.model.draft import Draft
from app.model.status import Status
from app.model.task import COMMAND, WORKER, Task
from app.supervisor.operations import NewTask, submit

Item = TypeVar("Item")

_KEYS = {
    "priority": "p",
    "timeout": "t",
    "at": "at",
    "delay": "delay",
    "retries": "retries",
    "twice": "twice",
    "quiet-timeout": "quiet",
    "memory": "mem",
    "leftovers": "leftovers",
    "name": "name",
    "commit": "commit",
    "worktree": "worktree",
    "base": "base",
    "with-changes": "with",
    "check": "check",
}
"""The options that a text can hold too, with their keys there."""

_AFTER_EVERY_ID = "b"
"""Sorts behind all ids, which begin with ``agent_``."""


def add(session: Session, arguments: Arguments) -> int:
    """Delegate a task, say what became of it, and with ``--wait`` exit with its code."""
    draft = _with_options(_draft(arguments), arguments)
    if draft.problems:
        raise UsageError(draft.problems[0])
    new = _new_task(session, draft, arguments)
    _warn_of_agent(session, new)
    task = submit(session.registry, new, os.environ, session.config)
    if not arguments.has("wait"):
        say_json(session.exported(task)) if arguments.has("json") else _report(session, task)
        return 0
    if not arguments.has("json"):
        _report(session, task)
        sys.stdout.flush()  # a pipe is to show that it waits, and for what, before the end
    return _wait(session, task, as_json=arguments.has("json"))


def _draft(arguments: Arguments) -> Draft:
    """What the words ask for; a command line behind ``--`` is not read at all."""
    if arguments.verbatim is None:
        text = " ".join(arguments.words)
        if not text.strip():
            raise UsageError('say what to do: delegate add "run the tests", or delegate add -- make test')
        return _reading(text)
    if arguments.words:
        raise UsageError("give a text or, behind --, a command; not both")
    if not arguments.verbatim:
        raise UsageError("give a command behind --: delegate add -- make test")
    if arguments.has("agent"):
        raise UsageError("a command behind -- runs without an agent; leave out --agent")
    return Draft("command")


def _reading(text: str) -> Draft:
    """The task in a sentence, without its wrapping; `add` makes a task of every sentence."""
    from app.model.request import parse_request
    from app.model.sentences import Kind, read

    reading = read(text)
    if reading.kind is Kind.TASK and reading.draft is not None:
        return reading.draft
    return parse_request(text)


def _with_options(draft: Draft, arguments: Arguments) -> Draft:
    """The draft with what the options say; they win over the same said in the text."""
    if arguments.has("at") and arguments.has("delay"):
        raise UsageError("give --at or --delay; not both")
    if agent := arguments.value("agent"):
        draft = replace(draft, agent=agent.removeprefix("@"))
    if folder := arguments.value("in"):
        draft = replace(draft, folder=_folder(folder))
    given = {flag: value for flag in _KEYS if (value := arguments.value(flag)) is not None}
    if arguments.has("twice"):
        given["twice"] = "yes"
    if arguments.has("with-changes"):
        given["with-changes"] = "changes"
    for flag, value in given.items():
        draft = replace(draft, **_read(flag, value))
    after, after_any = _numbers(arguments.all("after"))
    tags = [tag.removeprefix("+") for tag in arguments.all("tag")]
    return replace(
        draft,
        after=_joined(draft.after, after),
        after_any=_joined(draft.after_any, after_any),
        tags=_joined(draft.tags, tags),
    )


def _joined(first: Iterable[Item], second: Iterable[Item]) -> tuple[Item, ...]:
    """Both, each item once, in order."""
    return tuple(dict.fromkeys([*first, *second]))


def _read(flag: str, value: str) -> dict[str, Any]:
    """What an option says of the draft, read as the same one in a text is. Raises UsageError."""
    from app.model.options import KEYED  # a plain command has none

    keyed = KEYED[_KEYS[flag]]
    try:
        return {keyed.field: keyed.read(value.strip())}
    except ValueError as error:
        raise UsageError(f"--{flag}: {error}") from None


def _folder(folder: str) -> str:
    if not Path(folder).is_dir():
        raise UsageError(f"--in: {folder} is not a folder")
    return folder


def _numbers(given: Iterable[str]) -> tuple[list[int], list[int]]:
    strict: list[int] = []
    lenient: list[int] = []
    for text in given:
        from app.model.options import parse_numbers

        try:
            complete, ended = parse_numbers(text.replace(" ", ""))
        except ValueError:
            raise UsageError(f"--after: {text!r} is not the number of a task; 7, or 7? for any end") from None
        strict += complete
        lenient += ended
    return strict, lenient


def _new_task(session: Session, draft: Draft, arguments: Arguments) -> NewTask:
    taken = [task.name for task in session.registry.open_tasks()]
    here = current_folder(draft.folder)
    if arguments.verbatim is not None:
        return prepare_command(list(arguments.verbatim), draft, here, session.config, taken)
    try:
        return prepare(draft, here, session.config, taken, home=session.registry.home)
    except NeedsApproval as need:
        from app.cli.approving import ask  # hardly any task needs it

        folder = resolve_folder(draft.folder, here)
        yes = ask(session, need.question, folder, yes=arguments.has("yes"), trust=arguments.has("trust"))
        return prepare(draft, here, session.config, taken, approved=yes, home=session.registry.home)


def current_folder(given: str | None = None) -> Path:
    """The folder that the person is in; one that is gone does not matter where another is ``given`` whole.

    Raises CommandError.
    """
    try:
        return Path.cwd()
    except FileNotFoundError:
        if given is not None and (other := Path(given).expanduser()).is_absolute():
            return other
    raise CommandError("the current folder is gone; change to another one or give --in with a whole path")


def _warn_of_agent(session: Session, new: NewTask) -> None:
    """Say what an agent that the settings trust may do, before it runs for the first time."""
    if new.agent in (COMMAND, WORKER):
        return
    agent = chosen_agent(Draft(new.text, agent=new.agent), session.config, Path(new.folder))
    if agent is None or not (agent.trusted_with_everything and agent.terms.trust):
        return
    known = islice(session.registry.older(_AFTER_EVERY_ID), SEARCHED)
    if not any(task.request.agent == agent.name for task in known):
        warn(f"{agent.name} may use every tool (first run of this agent, from {agent.source})")


def _report(session: Session, task: Task) -> None:
    why = f": {task.queue_reason}" if task.status is Status.QUEUED and task.queue_reason else ""
    say(f"#{task.number} {clean(task.name)} · {task.status.word}{clean(why)}")
    from app.model.estimate import estimate_words  # it has started by now: nobody waits for this

    facts = [
        ("id", task.id),
        ("agent", task.request.agent),
        ("priority", task.priority.word),
        *_place(task),
        ("log", session.log_path(task)),
        ("estimate", estimate_words(session.estimate(task))),
    ]
    say(*table([(label, clean(fact)) for label, fact in facts], indent=2))


def _place(task: Task) -> list[tuple[str, str]]:
    """Where it works and what proves it, as far as that was asked for or is usual here."""
    if task.request.workspace is None and task.request.check is None:
        return []
    from app.agents.placing import place_words  # a plain command has neither

    return [("place", " · ".join(place_words(task.request.workspace, task.request.check)))]


def _wait(session: Session, task: Task, *, as_json: bool) -> int:
    try:
        code = wait_for(session, [task], None, quiet=as_json)
    except KeyboardInterrupt:
        warn(f"#{task.number} goes on in the background")
        return INTERRUPTED
    if as_json:
        say_json(session.exported(session.load(task.id)))
    return code
