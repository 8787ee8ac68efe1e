"""`delegate changes` and `patch`: what a task has changed, for people, for programs, and for `git am`."""

from __future__ import annotations

import sys
from pathlib import Path

from app.cli.arguments import Arguments
from app.cli.commands.taking import git_in_one_line
from app.cli.errors import CommandError, UsageError
from app.cli.output import clean, clean_lines, on_terminal, paint, say, say_json, uses_colour
from app.cli.session import Meant, Session
from app.model.changes import ChangedFile, Changes
from app.model.export import export_changes
from app.workspace import exporting
from app.workspace.review import Review, review, scratch_store

_COLOURS = {"A": "green", "D": "red", "M": "blue", "R": "yellow", "C": "yellow", "T": "yellow"}


@git_in_one_line
def changes(session: Session, arguments: Arguments) -> int:
    """Print what a task has changed: a list, the difference itself, or an object."""
    meant = _meant(session, arguments)
    store = scratch_store(session.registry.home, meant.task)
    with store as folder:
        found = review(session.registry.home, meant.task, meant.run, Path(folder))
        if arguments.has("json"):
            say_json(_exported(meant, found))
        elif arguments.has("diff"):
            if found.changes is None:
                raise CommandError(found.remark)
            _print(exporting.difference(found))
        else:
            say(*_lines(found, colour=uses_colour(sys.stdout)))
    return 0


@git_in_one_line
def patch(session: Session, arguments: Arguments) -> int:
    """Print a task's work as mails that `git am` reads, or as a difference that `git apply` reads."""
    if not arguments.words:
        raise UsageError("say which task: delegate patch 7 > 7.patch")
    meant = _meant(session, arguments)
    _print(exporting.work_of(session.registry.home, meant.task, meant.run))
    return 0


def _meant(session: Session, arguments: Arguments) -> Meant:
    found = session.find_each(arguments.words) or [Meant(session.newest())]
    if len(found) > 1:
        raise UsageError("one task at a time")
    return found[0]


def _print(raw: bytes) -> None:
    """Bytes as they are for a program, made safe for a terminal."""
    if on_terminal(sys.stdout):
        say(clean_lines(raw.decode("utf-8", "replace")).rstrip("\n"))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(raw)
    sys.stdout.buffer.flush()


def _exported(meant: Meant, found: Review) -> dict[str, object]:
    return {
        "number": meant.task.number,
        "id": meant.task.id,
        "known": found.changes is not None,
        "remark": found.remark or None,
        "worktree": str(found.place.folder) if found.place and not found.gone else None,
        "branch": found.place.branch if found.place else None,
        "base": found.place.base if found.place else None,
        "changes": export_changes(found.changes) if found.changes else None,
    }


def _lines(found: Review, *, colour: bool) -> list[str]:
    lines = [paint(found.changes.words, "bold", colour)] if found.changes else []
    if found.changes and found.changes.partial:
        lines.append(clean(found.changes.partial))
    if found.place is not None:
        lines.append(f"branch {clean(found.place.branch)} from {found.place.base[:7]}")
    if found.remark:
        lines.append(clean(found.remark))
    if found.changes is not None:
        lines += _listed(found.changes, colour=colour)
    return lines


def _listed(changes: Changes, *, colour: bool) -> list[str]:
    lines = [f"  {clean(commit.id[:7])}  {clean(commit.subject)}" for commit in changes.commits]
    return lines + [_file(file, colour=colour) for file in changes.files]


def _file(file: ChangedFile, *, colour: bool) -> str:
    moved = file.old_path not in (None, file.path)
    name = f"{clean(file.old_path or '')} → {clean(file.path)}" if moved else clean(file.path)
    counts = "" if file.added is None else f"  +{file.added} −{file.removed}"
    remark = file.note or ("untracked" if file.untracked else "binary" if file.binary else "")
    told = f"  {clean(remark)}" if remark else ""
    return f"  {paint(file.kind.value, _COLOURS[file.kind.value], colour)} {name}{counts}{told}"
