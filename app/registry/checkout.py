"""The git checkout that a folder belongs to, found without git: decided at each delegation."""

from __future__ import annotations

from pathlib import Path


def checkout_of(folder: Path) -> Path | None:
    """The top of the checkout that a folder lies in, None where it lies in none.

    A worktree or submodule has a file ``.git`` there instead of a folder (gitrepository-layout(5)).
    """
    for place in (folder, *folder.parents):
        mark = place / ".git"
        if mark.is_file() or (mark / "HEAD").exists():
            return place
    return None
