"""What is written down while the user's checkout is being changed, so that a kill can be mended."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from app.registry.files import sync_folder, write_atomic
from app.workspace.git import remove_file
from app.workspace.locking import held, patiently
from app.workspace.repository import Repository

_MARK = b"delegate is changing this checkout; where it was killed, it mends it at its next look\n"
"""What our lock of the index holds, so that it can be told from the lock of a git that was killed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A change of a checkout: its ``branch`` (short name) goes from the commit ``onto`` to ``result``.

    ``index`` is what the index file was like before: inode, time in ns and size, empty where there was none.
    """

    branch: str
    onto: str
    result: str
    index: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one checkout, in git's own folder for that."""

    git_dir: Path

    @property
    def folder(self) -> Path:
        """Where all of this lies."""
        return self.git_dir / "delegate"

    @property
    def new_index(self) -> Path:
        """The index that the checkout gets."""
        return self.folder / "index"

    @property
    def index_lock(self) -> Path:
        """Git's own lock of the index: while it stands, no git of the user's changes the checkout."""
        return self.git_dir / "index.lock"

    @property
    def _entry(self) -> Path:
        return self.folder / "merging.json"

    @contextlib.contextmanager
    def held(self) -> Iterator[int]:
        """Hold the lock of all that we change here: a descriptor, for as long as a git of ours inherits it.

        Raises RepositoryBusy where another of our processes changes this checkout and does not end.
        """
        with held(self.folder / "lock", f"another merge into {self.git_dir.parent} is under way") as found:
            yield found

    def begin(self, entry: Entry) -> None:
        """Write down what is going to be done, durably, before anything is."""
        write_atomic(self._entry, json.dumps(asdict(entry)).encode())

    def unfinished(self) -> Entry | None:
        """What was begun and not finished."""
        try:
            record = json.loads(self._entry.read_bytes())
            return Entry(record["branch"], record["onto"], record["result"], tuple(record["index"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            remove_file(self._entry)  # the write is atomic: this was somebody else's doing
            return None

    def lock_index(self) -> None:
        """Take git's lock of the index. Raises RepositoryBusy where somebody keeps it.

        It appears with its content at once: an empty one is some git's that is at work.
        """
        mine = self.folder / f"lock.{os.getpid()}"
        mine.write_bytes(_MARK)
        try:
            patiently(
                lambda: _linked(mine, self.index_lock), f"{self.index_lock} stands: a git is at work there"
            )
        finally:
            remove_file(mine)

    def unlock_index(self) -> None:
        """Give git's lock of the index back, if it is ours."""
        with contextlib.suppress(OSError):
            if self.index_lock.read_bytes() == _MARK:
                remove_file(self.index_lock)

    def end(self) -> None:
        """Forget the entry, and what was needed for it."""
        for path in (self.new_index, self.new_index.with_name("index.lock"), self._entry):
            remove_file(path)
        sync_folder(self.folder)


def index_identity(repository: Repository) -> tuple[int, ...]:
    """What tells an index file from a later one; empty where there is none."""
    try:
        found = (repository.git_dir / "index").stat()
    except FileNotFoundError:
        return ()
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _linked(source: Path, target: Path) -> bool:
    try:
        target.hardlink_to(source)
    except FileExistsError:
        return False
    return True
