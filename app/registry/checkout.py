"""The git checkout that a folder belongs to, found without git: the one walk up to a ``.git``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from app.registry.files import read_regular

_POINTER_BYTES = 64 * 1024
"""The most that is read of a file ``.git``: a path is far shorter, and its writer may be anybody."""


def checkout_of(folder: Path) -> Path | None:
    """The top of the checkout that a folder lies in, None where it lies in none.

    As git finds it (gitrepository-layout(5)): a worktree or submodule has a file ``.git`` there, and a folder
    ``.git`` without HEAD is passed over. A folder that is gone, or that may not be looked into, is no error.
    """
    return next((place for place in marked(folder) if _is_accepted(place / ".git")), None)


def marked(folder: Path) -> Iterator[Path]:
    """The folders from this one upwards in which anything is called ``.git``, the nearest first.

    Git passes some of them over: whoever asks for these wants to know whether there is one at all.
    """
    return (place for place in (folder, *folder.parents) if os.path.exists(place / ".git"))  # noqa: PTH110


def led_to(mark: Path) -> Path | None:
    """The folder that a file ``.git`` names, spelled as it is there; None where it names none.

    Waits on no pipe and reads no more than a path can be long. Raises OSError.
    """
    said = read_regular(Path(os.path.realpath(mark)), _POINTER_BYTES)
    key, space, path = said.rstrip(b"\r\n").partition(b" ")
    if key != b"gitdir:" or not space or not path or b"\0" in path:
        return None
    return mark.parent / os.fsdecode(path)


def _is_accepted(mark: Path) -> bool:
    # The functions of os.path take what may not be looked at as not there, on every version of Python.
    return os.path.isfile(mark) or os.path.lexists(mark / "HEAD")  # noqa: PTH113
