"""`delegate pause`, `resume`, `free`, `priority` and `limit`: what starts, when, and how many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.cli.arguments import Arguments
from app.cli.errors import FAILURE, CommandError, UsageError
from app.cli.output import clean, say, warn
from app.cli.session import Session, named_tasks
from app.model.options import read_level
from app.model.status import Priority
from app.model.task import Task
from app.supervisor import operations

MOST_AT_ONCE = 1000
"""The most tasks at once that can be allowed."""


def pause(session: Session, arguments: Arguments) -> int:
    """Let nothing more start; what runs goes on."""
    arguments.refuse_words("pause")
    operations.pause(session.registry)
    say("The queue is paused: what runs goes on, nothing more starts. delegate resume")
    return 0


def resume(session: Session, arguments: Arguments) -> int:
    """Let waiting tasks start again, or only those of agents that are paused since they failed."""
    if not arguments.words:
        freed = operations.resume(session.registry, session.config)
        say("The queue goes on.", *(f"{clean(hold.agent)} goes on." for hold in freed))
        return 0
    for agent in arguments.words:
        operations.resume(session.registry, session.config, agent.removeprefix("@"))
        say(f"{clean(agent.removeprefix('@'))} goes on.")
    return 0


def free(session: Session, arguments: Arguments) -> int:
    """Let waiting tasks start without the tasks and the time they wait for."""

    def let_go(task: Task) -> str:
        freed = operations.free(session.registry, task.id, session.config)
        return f"{freed.status.word}: {freed.queue_reason}" if freed.queue_reason else freed.status.word

    return _each(session, arguments.words, let_go)


def priority(session: Session, arguments: Arguments) -> int:
    """Give waiting tasks another place in the queue."""
    level, *references = arguments.words or ("",)
    try:
        read_level(level, Priority.NORMAL)
    except ValueError as error:
        raise UsageError(f"priority {level}".rstrip() + f": {error}") from None

    def move(task: Task) -> str:
        wanted = read_level(level, task.priority)
        return operations.set_priority(session.registry, task.id, wanted).priority.word

    return _each(session, references, move)


def limit(session: Session, arguments: Arguments) -> int:
    """Say how many tasks run at once, or set it for good."""
    if len(arguments.words) > 1:
        raise UsageError("limit takes one number: how many tasks may run at once")
    if arguments.words:
        _set_limit(session, arguments.words[0])
        return 0
    limits = session.config.limits
    say(f"At most {limits.total} {'task' if limits.total == 1 else 'tasks'} at once.")
    say(*(f"Of them {most} by {clean(name)}." for name, most in limits.agents.items()))
    say(*(f"Of them {most} in {clean(folder)}." for folder, most in limits.folders.items()))
    if limits.memory_floor:
        say(f"None starts with less than {limits.memory_floor >> 20} MiB of memory free.")
    return 0


def _set_limit(session: Session, word: str) -> None:
    from app.registry.config import load_config, save_setting

    if not (word.isascii() and word.isdigit() and 1 <= int(word) <= MOST_AT_ONCE):
        raise UsageError(f"limit {word}: write how many tasks may run at once, 1 to {MOST_AT_ONCE}")
    save_setting("limit", int(word))
    config = load_config()
    if config.limit != int(word):
        raise CommandError("; ".join(config.problems) or "the limit was not saved")
    operations.tidy(session.registry, config)
    say(f"At most {config.limit} {'task' if config.limit == 1 else 'tasks'} at once.")


def _each(session: Session, references: Sequence[str], act: Callable[[Task], str]) -> int:
    """Do something to each of the tasks named, and say what it is now; one that refuses stops no other."""
    code = 0
    for task in named_tasks(session, references):
        try:
            say(f"#{task.number} {clean(task.name)} · {clean(act(task))}")
        except operations.OperationError as error:
            warn(str(error))
            code = FAILURE
    return code
