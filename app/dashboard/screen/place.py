"""Where the dashboard was opened: the folder's git branch, read without starting git."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_SHORT_HASH = 8
_HEAD_BYTES = 1024


def branch_of(folder: Path) -> str:
    """The branch checked out at or above ``folder``, a short hash when none is, empty outside of git."""
    with suppress(OSError):
        for parent in (folder, *folder.parents):
            if (parent / ".git").exists():
                return _head(parent / ".git")
    return ""


def _head(git: Path) -> str:
    if git.is_file():
        git = (git.parent / _read(git).removeprefix("gitdir:").strip()).resolve()
    head = _read(git / "HEAD").strip()
    return head.removeprefix("ref: refs/heads/") if head.startswith("ref:") else head[:_SHORT_HASH]


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(_HEAD_BYTES)
