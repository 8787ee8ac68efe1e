"""What the input bar can complete with, gathered from settings, tasks and folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from app.dashboard.input.completion import Choices
from app.logs.sanitise import sanitise
from app.model.commands import COMMANDS
from app.model.task import Task

TASK_WORDS = (
    ("@agent", "who does the work"),
    ("p:high", "priority: critical, high, normal or low"),
    ("t:30m", "stop it after this time; t:none for no limit"),
    ("after:8", "start once #8 is complete; after:8? once it has ended, however it does"),
    ("at:18:00", "start at this time; at:2026-11-21T18:00 on that day"),
    ("delay:10m", "start after this time"),
    ("in:packages/api", "the folder to work in"),
    ("name:short-name", "a name of your own"),
    ("+tag", "a word to find it by"),
    ("commit:yes", "commit what the worker fixed; commit:no never does"),
    ("retries:3", "try again by itself when it fails"),
    ("twice:yes", "it may run twice: on_lost may start it again after it was lost"),
    ("quiet:10m", "stop it when it says nothing for this time"),
    ("mem:2G", "stop it when it uses more memory"),
    ("leftovers:keep", "let what outlives the command go on"),
    ("worktree:no", "work in place; worktree:yes in a git worktree of its own"),
    ("base:main", "the commit or branch that the worktree starts from"),
    ("with:changes", "take what is not committed along into the worktree"),
    ('check:"pytest -q"', "a command that has to succeed after it; check:no for none"),
    ("!make test", "run a shell command as it is"),
    ('"p:low" \\p:low', "quoted or with a backslash it is text, not an option"),
)
"""What may stand in a task's text, beside the text; an option's key is what stands before the colon."""

OPTIONS = tuple(
    (typed.partition(":")[0] + ":", what)
    for typed, what in TASK_WORDS
    if typed[:1].isalpha() and ":" in typed
)
"""The keys of options, each with its colon."""

_MOST_TASKS = 50


def choices_for(agents: Sequence[str], tasks: Sequence[Task], themes: Sequence[str], folder: Path) -> Choices:
    """Everything that can be completed now. ``agents`` and ``themes`` are names, ``tasks`` stand in the order
    of the table, open ones first."""
    near = tasks[:_MOST_TASKS]
    return Choices(
        agents=tuple(agents),
        tasks=tuple((task.number, sanitise(task.name)) for task in near),
        commands=tuple((command.name, command.help) for command in COMMANDS if command.slash),
        options=OPTIONS,
        themes=tuple(themes),
        tags=tuple(sorted({tag for task in near for tag in task.request.tags})),
        folders=partial(folders_like, folder),
        paths=partial(paths_like, folder),
    )


def folders_like(base: Path, typed: str) -> Iterable[str]:
    """The folders that a half-typed path may mean, each with a slash at its end; hidden ones when asked for.

    Names with blanks or control characters are left out: they cannot stand in an option as they are.
    """
    return [path for path in paths_like(base, typed) if path.endswith("/")]


def paths_like(base: Path, typed: str) -> list[str]:
    """The same with files, which have no slash at their end."""
    head, slash, start = typed.rpartition("/")
    try:
        with os.scandir(base / Path(head + slash).expanduser()) as entries:
            found = [entry for entry in entries if entry.name.startswith(start)]
            names = [f"{entry.name}/" if entry.is_dir() else entry.name for entry in found]
    except (OSError, ValueError, RuntimeError):  # the latter where ~name is nobody's home
        return []
    plain = (name for name in sorted(names) if not name.startswith(".") or start.startswith("."))
    return [f"{head}{slash}{name}" for name in plain if name.split() == [name] and sanitise(name) == name]
