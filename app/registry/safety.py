"""Whether a folder is ours alone: nobody else may own it, write into it, or have put a link in its place."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
"""The bits of a mode that let others change what is there."""


class UnsafeFolder(PermissionError):  # noqa: N818 - names what is unsafe
    """A folder of the registry that must not be used; the message says why, and what to do."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(errno.EPERM, why, str(folder))


def is_there(path: Path) -> bool:
    """Whether anything has this name, be it a link that leads nowhere."""
    return os.path.lexists(path)


def expect_own_folder(folder: Path) -> None:
    """Raise UnsafeFolder unless this is a folder, no link, and only its owner, who is us, can write to it."""
    if why := folder_fault(folder.lstat(), os.geteuid()):
        raise UnsafeFolder(folder, why)


def folder_fault(info: os.stat_result, user: int) -> str | None:
    """What is wrong with a folder for this user, and what to do about it; None when it is safe."""
    if stat.S_ISLNK(info.st_mode):
        return "is a link; put the folder itself there, or set DELEGATE_HOME to where it leads"
    if not stat.S_ISDIR(info.st_mode):
        return "is not a folder; move it away"
    if info.st_uid != user:
        return f"belongs to another user (uid {info.st_uid}); set DELEGATE_HOME to a folder of your own"
    if info.st_mode & OTHERS_WRITE:
        return "can be changed by others; check what is in it, then chmod go-w it"
    return None
