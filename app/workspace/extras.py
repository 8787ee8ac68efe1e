"""What a worktree holds that no commit takes in: ignored files, repositories of their own, huge files."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.model.changes import counted
from app.model.size import format_size
from app.registry.files import read_regular
from app.workspace.folders import PASSED_OVER
from app.workspace.git import Git, paths_in
from app.workspace.place import Workspace
from app.workspace.snapshot import MEBIBYTE, Bounds, ancestors, below, choose

ROOM = 64 * MEBIBYTE
"""How many bytes of extras are kept of one worktree; the smallest come first, the rest is lost with it."""

KEPT = Bounds(file_bytes=512 * MEBIBYTE, all_bytes=2048 * MEBIBYTE, files=200_000)
"""How much that git does not track yet is kept as objects of git."""

MOST_FILES = 20_000
"""How many files below one path are looked at: one that holds more is not kept."""

_CACHE_TAG = b"Signature: 8a477f597d28d172789f06886806bc55"
"""How a ``CACHEDIR.TAG`` begins, by which tools mark a folder that they can fill again."""

_NAMED = 3
_NAMED_REPOSITORY = re.compile(rb"(?:^|(?<=\0))160000 [^\t\0]*\t([^\0]+)")


@dataclass(frozen=True, slots=True)
class Extra:
    """A file, or a folder with all that is in it; ``path`` is relative to the top of the worktree.

    ``whole`` says that every file was looked at and can be read, ``made`` that a tool makes it again: a
    cache, or installed dependencies. ``fixed`` is what works only where it is: a submodule. ``ignored`` is
    what git was told not to look at. ``size`` is in bytes.
    """

    path: str
    files: int = 1
    size: int = 0
    whole: bool = True
    made: bool = False
    fixed: bool = False
    ignored: bool = True


@dataclass(frozen=True, slots=True)
class Extras:
    """All extras of a worktree: what is small enough to be ``kept``, and what would be ``lost`` with it."""

    kept: tuple[Extra, ...] = ()
    lost: tuple[Extra, ...] = ()

    @property
    def words(self) -> str:
        """What is lost, for a question: ``3 ignored files, 712 MiB (data), that cannot be brought back``."""
        size = sum(extra.size for extra in self.lost)
        few = ", ".join(extra.path for extra in self.lost[:_NAMED])
        more = f" and {len(self.lost) - _NAMED} more" if len(self.lost) > _NAMED else ""
        noun = "ignored file" if all(extra.ignored for extra in self.lost) else "file"
        count = counted(sum(extra.files for extra in self.lost), noun)
        least = "" if all(extra.whole for extra in self.lost) else "at least "
        weight = format_size(size) if size >= MEBIBYTE else "less than 1 MiB"
        return f"{least}{count}, {weight} ({few}{more}), that cannot be brought back"


def extras_in(workspace: Workspace, uncommitted: Collection[str]) -> Extras:
    """What a worktree holds beside its commits, but for the ``uncommitted`` paths that a snapshot takes in.

    Links of ours, and copies that are as they were given, are not among them. No link is followed. Raises
    GitError.
    """
    given = as_given(workspace)
    found = [_weighed(workspace.folder, path, given) for path in _ignored(workspace, given)]
    out = (_weighed(workspace.folder, path, given) for path in _left_out(workspace, uncommitted))
    found += [replace(extra, made=False, ignored=False) for extra in out]
    return _sorted_out(extra for extra in found if extra.files or not extra.whole)


def _ignored(workspace: Workspace, given: Collection[str]) -> list[str]:
    """The paths that git ignores, and copies that the task has changed, whatever git makes of them."""
    listed = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
    found = [path.rstrip("/") for path in paths_in(Git(workspace.folder).read(*listed))]
    # Of a new folder with nothing but ignored files git names the folder, and all in it once more.
    folders = frozenset(found)
    paths = [path for path in found if folders.isdisjoint(ancestors(path))]
    changed = [path for path in workspace.linked if path not in given and not below(path, paths)]
    return [path for path in (*paths, *changed) if not below(path, given)]


def _left_out(workspace: Workspace, uncommitted: Collection[str]) -> list[str]:
    """The paths that no snapshot takes in: too large, not readable, or a repository with work of its own."""
    listed = paths_in(Git(workspace.folder).read("ls-files", "--others", "--exclude-standard", "-z"))
    untracked = [path for path in listed if not below(path, workspace.linked)]
    chosen = choose(workspace.folder, untracked, KEPT)
    tracked = frozenset(uncommitted).difference(untracked)
    unread = [path for path in sorted(tracked) if _refuses(workspace.folder / path)]
    own = _only_here(workspace.folder, "", workspace.base)
    return [*dict.fromkeys((*(entry.path.rstrip("/") for entry in chosen.left_out), *unread, *own))]


def _only_here(top: Path, inside: str, base: str = "") -> Iterator[str]:
    """The repositories that a commit names, submodules above all, whose commits may be nowhere else.

    A commit that names one holds nothing of it, and a submodule's store goes with the worktree.
    """
    git = Git(top / inside)
    for found in _NAMED_REPOSITORY.finditer(git.read("ls-files", "--stage", "-z")):
        name = os.fsdecode(found[1])
        path = f"{inside}/{name}" if inside else name
        if not os.path.lexists(top / path / ".git"):
            continue
        before = git.line("rev-parse", "--verify", "--quiet", f"{base}:{name}") if base else None
        if _has_own_commits(Git(top / path), before):
            yield path
        else:
            yield from _only_here(top, path)


def _has_own_commits(git: Git, before: str | None) -> bool:
    """Whether a repository has commits that none of its remotes has; also where that cannot be told."""
    elsewhere = [before] if before and git.ok("cat-file", "-e", f"{before}^{{commit}}") else []
    listed = ("rev-list", "--max-count=1", "HEAD", "--branches", "--not", "--remotes", "--tags", *elsewhere)
    done = git.run(listed)
    return done.returncode != 0 or bool(done.stdout)


def _refuses(path: Path) -> bool:
    """Whether a tracked path is a submodule's folder, or a file that cannot be read."""
    if path.is_symlink():
        return False
    return path.is_dir() or (path.exists() and not os.access(path, os.R_OK))


def as_given(workspace: Workspace) -> frozenset[str]:
    """What a worktree got beside its files and has as it was: our links, and copies that nobody changed."""
    return frozenset(path for path in workspace.linked if _as_given(workspace, path))


def _sorted_out(found: Iterable[Extra]) -> Extras:
    """What fits into ROOM: what nobody can make again first, and of that the smallest."""
    kept: list[Extra] = []
    lost: list[Extra] = []
    room = ROOM
    for extra in sorted(found, key=lambda extra: (extra.made, extra.size)):
        fits = extra.whole and not extra.fixed and extra.size <= room
        (kept if fits else lost).append(extra)
        room -= extra.size if fits else 0
    return Extras(tuple(kept), tuple(sorted(lost, key=lambda extra: extra.made)))


def _weighed(top: Path, path: str, given: Collection[str]) -> Extra:
    """What a path holds. Sockets, pipes and devices count for nothing: they end with their process."""
    files = size = 0
    whole = True
    made, fixed = _is_made(top / path), (top / path / ".git").is_file()
    for found, status in walk(top, path, given):
        if status is None:
            whole = False
        elif not stat.S_ISDIR(status.st_mode):
            files, size = files + 1, size + status.st_size
            whole = whole and (stat.S_ISLNK(status.st_mode) or os.access(top / found, os.R_OK))
        if files > MOST_FILES:
            return Extra(path, files, size, whole=False, made=made, fixed=fixed)
    return Extra(path, files, size, whole, made, fixed)


def _is_made(path: Path) -> bool:
    """Whether a folder is one that a tool fills again."""
    if path.is_symlink() or not path.is_dir():
        return False
    try:
        return path.name in PASSED_OVER or read_regular(path / "CACHEDIR.TAG", len(_CACHE_TAG)) == _CACHE_TAG
    except OSError:
        return False


def walk(top: Path, path: str, given: Collection[str]) -> Iterator[tuple[str, os.stat_result | None]]:
    """A path and all below it: files, links and folders, each folder before its content.

    A folder that cannot be read comes a second time, without facts.
    """
    waiting = [path]
    while waiting:
        path = waiting.pop()
        if below(path, given):
            continue
        try:
            status = (top / path).lstat()
        except OSError:
            continue
        if stat.S_ISDIR(status.st_mode):
            yield path, status
            try:
                waiting += sorted((f"{path}/{entry.name}" for entry in os.scandir(top / path)), reverse=True)
            except OSError:
                yield path, None
        elif stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
            yield path, status


def _as_given(workspace: Workspace, path: str) -> bool:
    """Whether it is a link of ours, gone, or a copy of what still stands where it came from."""
    target, source = workspace.folder / path, workspace.home / path
    if target.is_symlink() or not os.path.lexists(target):
        return True
    return all(
        status is not None
        and (stat.S_ISDIR(status.st_mode) or _same(status, source / found[len(path) + 1 :]))
        for found, status in walk(workspace.folder, path, ())
    )


def _same(status: os.stat_result, source: Path) -> bool:
    """Whether a file is a copy of another one, told by size and time, which a copy keeps."""
    try:
        other = source.lstat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
