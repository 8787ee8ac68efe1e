"""The folders of a repository that a fence lets through, and what in them says which programs git runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.agents.fence import is_within
from app.registry.checkout import led_to, marked
from app.registry.files import read_regular

_GUARDED = ("hooks", "config", "config.worktree", "commondir", "gitdir")
_LINE_BYTES = 64 * 1024


def git_folders(folder: Path) -> Iterator[str]:
    """The folders of the repository that a folder without links is in, as git finds them: its worktree's and
    the common one."""
    for place in marked(folder):
        entry = place / ".git"
        if entry.is_dir() and not entry.is_symlink():
            yield str(entry)
            return
        if entry.is_file():
            with contextlib.suppress(OSError, ValueError, RuntimeError):
                yield from _named_by(entry)
            return


def guarded(folder: str) -> Iterator[str]:
    """What of a repository's folder says which programs git runs, outside of any fence too.

    A folder for hooks is made where there is none, so that it can be guarded.
    """
    with contextlib.suppress(OSError):
        Path(folder, "hooks").mkdir(exist_ok=True)
    yield from (path for path in _saying(folder) if Path(path).exists())


def may_appear(folder: str, git: Sequence[str]) -> Iterator[str]:
    """Where an agent that works in a folder may put something that says which programs git runs."""
    for place in git:
        yield from _saying(place)
    yield f"{folder}/.git"


def _saying(folder: str) -> Iterator[str]:
    yield from (str(Path(folder, name)) for name in _GUARDED)


def _named_by(entry: Path) -> Iterator[str]:
    """The folders that a file ``.git`` leads to (gitrepository-layout(5)).

    An agent may have written that file: only folders that have it for their own, or are a submodule's within
    the repository above, are believed.
    """
    led = led_to(entry)
    if led is None:
        return
    own = led.resolve()
    if any(is_within(str(own), str(above / ".git" / "modules")) for above in entry.parent.parents):
        yield str(own)
        return
    common = (own / _line(own / "commondir")).resolve()
    owner = Path(_line(own / "gitdir")).resolve()
    if own.parent == common / "worktrees" and owner == entry.resolve():
        yield from (str(own), str(common))


def _line(path: Path) -> str:
    """The path in a file that an agent may have put there: waits on no pipe, reads no more than a path."""
    return os.fsdecode(read_regular(path, _LINE_BYTES)).strip()
