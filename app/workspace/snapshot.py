"""The state of a checkout at one moment, uncommitted work included, without touching its index or stash."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.workspace.git import Git, GitError, listed_paths, paths_in
from app.workspace.repository import Repository

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of what is untracked a snapshot takes in, and how many of the rest it names."""

    file_bytes: int = 16 * MEBIBYTE
    all_bytes: int = 256 * MEBIBYTE
    files: int = 20_000
    named: int = 200


BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A path that is not in a snapshot, why, and what tells whether it changed nevertheless.

    ``size`` is in bytes and ``mtime_ns`` since the epoch; both are 0 where there is none to be had.
    """

    path: str
    reason: str
    size: int = 0
    mtime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A checkout at one moment: ``tree`` is the id of a git tree that holds every file that is not ignored.

    ``head`` and ``branch`` are as in the repository's facts. ``untracked`` are files in the tree that git
    does not track. ``reflog`` is how many bytes the log of HEAD had. ``left_out`` names what is not in the
    tree, ``unnamed`` counts what is not even named there. ``git_dir`` and ``common`` are where its repository
    lay.
    """

    tree: str
    head: str | None
    branch: str | None
    untracked: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unnamed: int = 0
    reflog: int = 0
    git_dir: str = ""
    common: str = ""

    @property
    def complete(self) -> bool:
        """Whether everything is in the tree that is not ignored."""
        return not self.left_out and not self.unnamed


def take(
    repository: Repository,
    objects: Path | None = None,
    bounds: Bounds = BOUNDS,
    skip: Collection[str] = (),
) -> Snapshot:
    """Take a snapshot of a checkout.

    Files that changed are written as git objects: into the folder ``objects``, which must not be part of the
    repository and need not exist, or into the repository itself, where nothing holds them for longer than
    git's own collection takes. ``skip`` are untracked paths to pass over, with
    all below them. Raises GitError.
    """
    if repository.top is None:
        raise GitError(f"{repository.git_dir} has no checkout")
    reflog = _size(repository.git_dir / "logs" / "HEAD")
    with _index_copy(repository) as index:
        git = replace(stored(repository, objects), index=index)
        listed = paths_in(git.read("ls-files", "--others", "--exclude-standard", "-z"))
        chosen = choose(repository.top, (path for path in listed if not below(path, skip)), bounds)
        unread = _add(git, chosen.taken)
        tree = git.write("write-tree", "--missing-ok")
    named = (*unread, *chosen.left_out)
    return Snapshot(
        tree=tree,
        head=repository.head,
        branch=repository.branch,
        untracked=chosen.taken,
        left_out=named[: bounds.named],
        unnamed=max(0, len(named) - bounds.named),
        reflog=reflog,
        git_dir=str(repository.git_dir),
        common=str(repository.common),
    )


def stored(repository: Repository, objects: Path | None) -> Git:
    """Git in a checkout that reads, and writes to, a store of objects beside the repository's own."""
    if objects is None:
        return repository.git
    objects.mkdir(parents=True, exist_ok=True, mode=0o700)
    (objects / "pack").mkdir(exist_ok=True, mode=0o700)
    return replace(repository.git, objects=objects, shared=repository.objects)


@contextlib.contextmanager
def _index_copy(repository: Repository) -> Iterator[Path]:
    """A copy of the checkout's index that may be changed, where there is one.

    Its time is kept: git compares it with those of files to find those that changed in the same instant.
    """
    with tempfile.TemporaryDirectory(prefix="delegate-index-") as folder:
        copy = Path(folder) / "index"
        with contextlib.suppress(FileNotFoundError):
            shutil.copy2(repository.git_dir / "index", copy)
        yield copy


def _add(git: Git, untracked: tuple[str, ...]) -> tuple[LeftOut, ...]:
    """Put everything into the index of ``git``; returns what could not be read."""
    done = git.run(("add", "--update", "--ignore-errors"), writes=True)
    if untracked:
        git.write("update-index", "--add", "--remove", "-z", "--stdin", data=listed_paths(untracked))
    if done.returncode == 0:
        return ()
    said = os.fsdecode(done.stderr).strip().splitlines() or ["git could not read some files"]
    return (LeftOut("", said[0].removeprefix("error:").strip()),)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which untracked paths a snapshot takes in, and which it only names."""

    taken: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def below(path: str, folders: Collection[str]) -> bool:
    """Whether a path is one of these or lies below one."""
    return bool(folders) and any(f"{path.rstrip('/')}/".startswith(f"{folder}/") for folder in folders)


def ancestors(path: str) -> list[str]:
    """The folders that a path lies in, the outermost first, without the top itself."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def choose(top: Path, paths: Iterable[str], bounds: Bounds) -> Choice:
    """Which of the untracked paths are taken in, by what they weigh."""
    taken: list[str] = []
    left_out: list[LeftOut] = []
    room = bounds.all_bytes
    for path, found in _looked_at(top, paths):
        reason = _obstacle(path, found, top, bounds, room, len(taken))
        if reason is None:
            taken.append(path)
            room -= found.st_size if found else 0
        elif found is not None:
            left_out.append(LeftOut(path, reason, found.st_size, found.st_mtime_ns))
    return Choice(tuple(taken), tuple(left_out))


def _looked_at(top: Path, paths: Iterable[str]) -> Iterator[tuple[str, os.stat_result | None]]:
    for path in paths:
        try:
            yield path, (top / path).lstat()
        except OSError:
            yield path, None


def _obstacle(
    path: str, found: os.stat_result | None, top: Path, bounds: Bounds, room: int, count: int
) -> str | None:
    """Why an untracked path is left out, in words; None where it is taken."""
    if found is None:
        return "gone"
    if stat.S_ISDIR(found.st_mode):
        return "a repository of its own"
    if found.st_size > min(bounds.file_bytes, room):
        return "too large"
    if count >= bounds.files:
        return "too many untracked files"
    if stat.S_ISREG(found.st_mode) and not os.access(top / path, os.R_OK):
        return "not readable"
    return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
