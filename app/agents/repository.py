"""The folders of a repository that a fence lets through, and what in them says which programs git runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.agents.fence import is_within

_GUARDED = ("hooks", "config", "config.worktree", "commondir", "gitdir")


def git_folders(folder: Path) -> Iterator[str]:
    """The folders of the repository that a folder without links is in, as git finds them: its worktree's and
    the common one."""
    for place in (folder, *folder.parents):
        entry = place / ".git"
        if entry.is_dir() and not entry.is_symlink():
            yield str(entry)
            return
        if entry.is_file():
            with contextlib.suppress(OSError, UnicodeDecodeError, RuntimeError):
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
    if not git:
        yield f"{folder}/.git"


def _saying(folder: str) -> Iterator[str]:
    yield from (str(Path(folder, name)) for name in _GUARDED)


def _named_by(entry: Path) -> Iterator[str]:
    """The folders that a file ``.git`` leads to (gitrepository-layout(5)).

    An agent may have written that file: only folders that have it for their own, or are a submodule's within
    the repository above, are believed.
    """
    own = (entry.parent / entry.read_text().removeprefix("gitdir:").strip()).resolve()
    if any(is_within(str(own), str(above / ".git" / "modules")) for above in entry.parent.parents):
        yield str(own)
        return
    common = (own / (own / "commondir").read_text().strip()).resolve()
    owner = Path((own / "gitdir").read_text().strip()).resolve()
    if own.parent == common / "worktrees" and owner == entry.resolve():
        yield from (str(own), str(common))
