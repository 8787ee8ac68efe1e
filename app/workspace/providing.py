"""Gives a fresh worktree what git does not bring: links and copies of what the project names."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.workspace.git import Git, listed_paths, paths_in

MOST_COPIED = 512 * 1024 * 1024
"""The most bytes that are copied for one workspace; a folder of dependencies is better linked."""


@dataclass(frozen=True, slots=True)
class Provision:
    """What a workspace gets beside its files.

    ``links`` lead to the user's own (``node_modules``, ``.venv``), so that nothing is installed again;
    ``copies`` are the task's to change (``.env``). Both are relative to the top of the checkout.
    """

    links: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()


_GLOB = re.compile(r"([\\\\*?\[\]!# ])")
_ESCAPED = r"\\\1"

NOTHING = Provision()


@dataclass(frozen=True, slots=True)
class Provided:
    """What a workspace got, and in words what it did not get and why."""

    paths: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def provide(source: Path, target: Path, provision: Provision) -> Provided:
    """Link and copy what the project names from one checkout into another.

    What is not there is passed over in silence: a project names what it may have. What git brought already,
    what leads out of the checkout, and what git would see as a change of the task's is told in a note.
    """
    got: list[str] = []
    notes: list[str] = []
    room = MOST_COPIED
    for path, copy in [*((p, False) for p in provision.links), *((p, True) for p in provision.copies)]:
        why = _unfit(path, source, target)
        if why is None and copy:
            size = _bytes_in(source / path)
            why, room = ("is too large to copy: link it", room) if size > room else (None, room - size)
        if why is None:
            with contextlib.suppress(FileNotFoundError):
                _give(source / path, target / path, copy=copy)
                got.append(path)
        elif why:
            notes.append(f"{path} {why}")
    return Provided(tuple(got), tuple(notes))


def keep_out_of_status(source: Git, target: Git, common: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Let git ignore in a worktree what it ignores in the checkout it comes from; returns what it will show.

    A pattern ``node_modules/`` ignores a folder and not a link of that name. Such a path is added to the
    repository's own list, ``info/exclude``; one that the user does not ignore either is not: it is returned.
    """
    shown = _shown(target, tuple(paths))
    hidden_at_home = [path for path in shown if path not in _shown(source, shown)]
    if hidden_at_home:
        exclude = common / "info" / "exclude"
        exclude.parent.mkdir(exist_ok=True)
        lines = "".join(f"/{_GLOB.sub(_ESCAPED, path)}\n" for path in hidden_at_home)
        with exclude.open("ab") as file:
            file.write(os.fsencode(f"\n# linked into worktrees of delegate\n{lines}"))
    return _shown(target, tuple(path for path in shown if path not in hidden_at_home))


def _shown(git: Git, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the paths that git does not ignore."""
    if not paths:
        return ()
    asked = listed_paths([f"./{path}" for path in paths])  # so that no first character has a meaning
    ignored = frozenset(paths_in(git.run(("check-ignore", "-z", "--stdin"), asked).stdout))
    return tuple(path for path in paths if f"./{path}" not in ignored)


def _unfit(path: str, source: Path, target: Path) -> str | None:
    """Why a path is not provided: in words, empty where it is not worth a word, None where it is."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or ".git" in parts:
        return "does not lie in the project"
    if not os.path.lexists(source / path):
        return ""
    if os.path.lexists(target / path):
        return "" if (target / path).is_symlink() else "is in the repository already"
    return None


def _give(source: Path, target: Path, *, copy: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not copy:
        target.symlink_to(source)
    elif source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True, ignore_dangling_symlinks=True)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def _bytes_in(path: Path) -> int:
    """The bytes of a file, or of all files in a folder."""
    if not path.is_dir() or path.is_symlink():
        return path.lstat().st_size
    return sum(
        entry.lstat().st_size
        for folder, _, names in os.walk(path)
        for entry in (Path(folder, n) for n in names)
    )
