"""Where the dashboard was opened: the folder's git branch, read without starting git."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from app.registry.checkout import checkout_of, led_to
from app.registry.files import read_regular

_SHORT_HASH = 8
_HEAD_BYTES = 1024


def branch_of(folder: Path) -> str:
    """The branch checked out at or above ``folder``, a short hash when none is, empty outside of git."""
    with suppress(OSError):
        if top := checkout_of(folder):
            return _head(top / ".git")
    return ""


def _head(mark: Path) -> str:
    git = led_to(mark) if mark.is_file() else mark
    if git is None:
        return ""
    said = read_regular(Path(os.path.realpath(git / "HEAD")), _HEAD_BYTES)
    head = said.decode("utf-8", "replace").strip()
    return head.removeprefix("ref: refs/heads/") if head.startswith("ref:") else head[:_SHORT_HASH]
