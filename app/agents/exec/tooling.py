"""What tools are used for, whatever their client calls them: what they work on, plans, sizes of changes."""

from __future__ import annotations

import json
import shlex
from typing import Any

from app.agents.events import Step
from app.agents.exec.reading import as_text
from app.agents.tools import kind_of

INPUT_LENGTH = 4096
"""How much of a tool's input is kept, in characters."""

_TITLES = {"command_execution": "shell", "file_change": "edit", "web_search": "search"}

_MAIN = ("command", "cmd", "commands", "script", "file_path", "filePath", "path", "absolute_path", "filename")
_MAIN_LATER = ("pattern", "query", "url", "description", "prompt", "skill", "name")
_PATHS = ("file_path", "filePath", "absolute_path", "path", "filename", "notebook_path")

_PLANS = frozenset({"todowrite", "todo_write", "write_todos", "todolist", "todo_list", "update_plan", "todo"})
_STEP_TEXTS = ("content", "title", "step", "text", "description", "subject", "task")
_STATES = {"done": "completed", "doing": "in_progress", "todo": "pending", "cancelled": "completed"}


def title_of(name: str) -> str:
    """The name of a tool for people, where the client has one that is none."""
    return _TITLES.get(name, name)


def arguments_of(given: Any) -> Any:
    """The input of a tool; where a client passes on the model's own JSON as text, what that says."""
    if isinstance(given, str) and given.lstrip().startswith(("{", "[")):
        try:
            return json.loads(given)
        except (ValueError, RecursionError):
            return given
    return given


def shown_input(given: Any) -> str:
    """What a tool works on, for people: its command, its file, its pattern; else all of its input."""
    if isinstance(given, dict):
        if isinstance(several := given.get("commands"), list):
            return "; ".join(map(as_text, several))[:INPUT_LENGTH]
        for name in (*_MAIN, *_MAIN_LATER):
            if given.get(name):
                return shown_input(given[name])
        given = given or None
    if isinstance(given, list) and given and all(isinstance(word, str) for word in given):
        return shlex.join(given)[:INPUT_LENGTH]
    return _without_shell(as_text(given)[:INPUT_LENGTH])


def _without_shell(command: str) -> str:
    """A command line without the shell that a client wraps around it: ``/bin/bash -lc '…'``."""
    if not command.startswith(("/bin/bash -", "/bin/sh -", "/bin/zsh -", "bash -lc ")):
        return command
    try:
        words = shlex.split(command)
    except ValueError:
        return command
    return words[2] if len(words) == 3 and words[1] in ("-c", "-lc") else command


def paths_of(given: Any) -> tuple[str, ...]:
    """The files that the input of a tool names."""
    if isinstance(given, list):  # a set of changes
        return tuple(path for item in given[:100] for path in paths_of(item))
    if not isinstance(given, dict):
        return ()
    found = next((given[name] for name in _PATHS if given.get(name)), None)
    return (found,) if isinstance(found, str) else ()


def sizes_of(name: str, given: Any) -> tuple[int | None, int | None]:
    """How many lines an edit adds and removes, by its input; None and None where that does not say."""
    if kind_of(name) != "edit" or not isinstance(given, dict):
        return None, None
    several = given.get("edits")
    edits = several if isinstance(several, list) else [given]
    added = removed = 0
    known = False
    for edit in edits:
        new = _first(edit, "new_string", "newString", "content", "contents", "file_text", "new_str")
        old = _first(edit, "old_string", "oldString", "old_str")
        known = known or new is not None
        added += len((new or "").splitlines())
        removed += len((old or "").splitlines())
    return (added, removed) if known else (None, None)


def _first(edit: Any, *names: str) -> str | None:
    if not isinstance(edit, dict):
        return None
    return next((edit[name] for name in names if isinstance(edit.get(name), str)), None)


def steps_in(name: str, given: Any) -> tuple[Step, ...] | None:
    """The plan that a tool of this name writes down; None where it is no such tool."""
    if name.lower() not in _PLANS or not isinstance(given, dict):
        return None
    for value in given.values():
        if isinstance(value, list):
            return steps_of(value)
    return None


def steps_of(items: Any) -> tuple[Step, ...]:
    """The entries of a plan, whatever their fields are called."""
    if not isinstance(items, list):
        return ()
    steps = (_step(item) for item in items[:1000])
    return tuple(step for step in steps if step is not None)


def _step(item: Any) -> Step | None:
    if isinstance(item, str):
        return Step(item, "pending")
    if not isinstance(item, dict):
        return None
    text = next((item[name] for name in _STEP_TEXTS if isinstance(item.get(name), str)), None)
    return None if text is None else Step(text, step_state(item))


def step_state(item: dict[str, Any]) -> str:
    """How an entry stands: pending, in_progress or completed."""
    if item.get("completed") is True:
        return "completed"
    state = str(item.get("status") or "pending").lower()
    state = _STATES.get(state, state)
    return state if state in ("pending", "in_progress", "completed") else "pending"
