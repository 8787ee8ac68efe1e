"""Locks of ours in a repository's own folder: held for moments, gone with the process that held them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from app.registry.files import try_lock
from app.workspace.git import LOCK_PATIENCE_S, RepositoryBusy


@contextlib.contextmanager
def held(path: Path, busy: str) -> Iterator[int]:
    """Hold a lock: a descriptor, for as long as a git of ours inherits it.

    Raises RepositoryBusy with the words ``busy`` where another process keeps it for LOCK_PATIENCE_S.
    """
    path.parent.mkdir(exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        patiently(lambda: try_lock(descriptor), busy)
        yield descriptor
    finally:
        os.close(descriptor)


def patiently(done: Callable[[], bool], busy: str) -> None:
    """Try until it is done, for as long as LOCK_PATIENCE_S. Raises RepositoryBusy."""
    deadline = time.monotonic() + LOCK_PATIENCE_S
    while not done():
        if time.monotonic() > deadline:
            raise RepositoryBusy(busy)
        time.sleep(0.005)
