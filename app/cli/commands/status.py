"""`delegate status`: the table of tasks, or everything about some of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from time import monotonic

from app.cli.arguments import Arguments
from app.cli.listing import listing
from app.cli.output import clean, say, say_json, terminal_width, uses_colour, warn
from app.cli.session import Session
from app.model.hold import Hold
from app.model.outcome import Progress
from app.model.status import Status
from app.model.task import Task

SHOWN = 20
"""How many of the newest tasks the table shows; those that wait or run are always in it."""

_NONE_YET = 'No tasks yet. Start one: delegate "run the tests"'


def status(session: Session, arguments: Arguments) -> int:
    """Print the table of tasks, or the details of the tasks named."""
    if arguments.words:
        return _details(session, arguments)
    count = len(session.registry.ids()) if arguments.has("all") else SHOWN
    tasks = in_order(session.recent(count))
    if arguments.has("json"):
        say_json([session.exported(task) for task in tasks])
        return 0
    _table(session, tasks)
    _remarks(session, len(tasks))
    return 0


def in_order(tasks: list[Task]) -> list[Task]:
    """Those that ask first, running ones, waiting ones as they came, then what has ended, newest first."""
    live = sorted((task for task in tasks if task.status.live), key=lambda t: t.status is not Status.ASKING)
    waiting = sorted((task for task in tasks if not task.status.live and not task.status.ended), key=_place)
    return [*live, *waiting, *(task for task in tasks if task.status.ended)]


def _place(task: Task) -> tuple[int, int]:
    return task.priority.value, task.number


def _table(session: Session, tasks: list[Task]) -> None:
    if not tasks:
        say(_NONE_YET)
        return
    progress = _progress(session, tasks)
    colour = uses_colour(sys.stdout)
    silences = {task.id: quiet for task in tasks if (quiet := session.silence(task))}
    width = terminal_width()
    say(*listing(tasks, progress, now=monotonic(), width=width, colour=colour, silences=silences))


def _progress(session: Session, tasks: list[Task]) -> dict[str, Progress]:
    known = {task.id: session.progress(task) for task in tasks if task.status.live}
    return {task_id: progress for task_id, progress in known.items() if progress}


def _remarks(session: Session, shown: int) -> None:
    """What the table does not say by itself: a paused queue, older tasks, damaged records."""
    older = len(session.registry.ids()) - shown
    if older > 0:
        say(f"… and {older} older: delegate status --all")
    if session.registry.paused():
        say("The queue is paused: delegate resume")
    for hold in _holds(session):
        say(f"{clean(hold.words)} (#{hold.number}): delegate resume {clean(hold.agent)}")
    if damaged := session.registry.damaged():
        folder = session.registry.home.quarantine
        warn(f"{len(damaged)} damaged records were set aside; they are in {folder}")


def _holds(session: Session) -> tuple[Hold, ...]:
    if not session.registry.home.holds.exists():
        return ()
    from app.registry.holds import holds  # hardly ever is one held

    return holds(session.registry.home, session.config.resume_agents_s, datetime.now(UTC))


def _merged_still(session: Session, task: Task) -> Task:
    """The task, which says no more that it is merged where its merge was undone since. Git is asked of it."""
    if not task.taken:
        return task
    from app.workspace.taking import note_if_merged  # most tasks were never merged

    note_if_merged(session.registry, task)
    return session.load(task.id)


def _details(session: Session, arguments: Arguments) -> int:
    tasks = [_merged_still(session, task) for task in session.find_all(arguments.words)]
    if arguments.has("json"):
        objects = [session.exported(task) for task in tasks]
        say_json(objects[0] if len(arguments.words) == 1 else objects)
        return 0
    from app.cli.details import details
    from app.cli.why import why

    colour = uses_colour(sys.stdout)
    reasons = why(session.registry, tasks, colour=colour)
    for task in tasks:
        facts = details(
            task,
            session.progress(task),
            log_path=session.log_path(task),
            now=monotonic(),
            colour=colour,
            quiet=session.silence(task),
            estimate=session.estimate(task),
            agent=[*_runs_on(session, task), *_agent(session, task), *session.place_lines(task)],
        )
        say(*facts, *reasons.get(task.id, ()))
    return 0


def _runs_on(session: Session, task: Task) -> Iterable[tuple[str, str]]:
    """What still runs of a task whose runner is gone, and how it is ended."""
    if task.status is not Status.LOST:
        return
    from app.supervisor.leftovers import find  # hardly ever is one lost

    if pids := find(session.registry.home, task):
        yield "runs on", f"pid {', '.join(map(str, pids))} · delegate stop {task.number}"


def _agent(session: Session, task: Task) -> Iterable[tuple[str, str]]:
    """What is known of a task's agent; nothing is loaded for a task that has none."""
    if task.run is None:
        return ()
    from app.cli.agentfacts import agent_facts, reach_of
    from app.registry.conversation import conversation

    home = session.registry.home
    return agent_facts(task, conversation(home, task), approved=reach_of(home, task))
