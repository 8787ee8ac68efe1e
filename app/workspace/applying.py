"""Carries a merge out in the user's checkout: whole or not at all, whenever it may be killed.

The order is: the journal, git's own lock of the index, the files together with a new index beside the old
one, the branch, the index. While the branch does not have the result, all is put back as it was; once it has,
all is finished. The lock does not keep a commit of the user's from moving the branch; the branch is then not
moved again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from app.workspace.git import Git, GitError, listed_paths, paths_in, remove_file, version
from app.workspace.journal import Entry, Journal, index_identity
from app.workspace.merging import MergePlan, checked, few
from app.workspace.place import INTO, TAKEN, Workspace
from app.workspace.repository import Repository, look

_HOOK_TIMEOUT_S = 120.0
_HAS_HOOK_COMMAND = (2, 36)
_WRITTEN_S = 1.0


class CannotMerge(Exception):  # noqa: N818 - a state of affairs, not a fault
    """The merge was not made and the checkout is as it was; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of a merge that was killed half-way.

    ``finished`` says that it is done, otherwise the checkout is as it was before. ``left`` are files that
    somebody has changed since: they are as they were found.
    """

    finished: bool
    left: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The whole in one line."""
        what = "a merge that was interrupted is finished" if self.finished else "a merge was undone"
        return f"{what}; left as you changed it: {few(self.left)}" if self.left else what


def merge(plan: MergePlan) -> None:
    """Carry out a plan that is ready. Raises CannotMerge with nothing changed, and GitError."""
    if not plan.ready:
        raise CannotMerge(plan.words)
    journal = Journal(plan.home.git_dir)
    with journal.held() as held:
        _mend(plan.home, journal)
        home = look(plan.workspace.home)
        if home is None or (home.head, home.branch) != (plan.home.head, plan.home.branch):
            raise CannotMerge("your checkout has moved on meanwhile: look at the merge again")
        if now := checked(plan).overlapping:
            raise CannotMerge(f"your uncommitted {few(now)} would be overwritten: commit or stash first")
        entry = Entry(plan.home.branch or "", plan.onto, plan.result, index_identity(plan.home))
        git = replace(plan.home.git, held=held)
        try:
            _change(git, journal, entry, f"merge {plan.workspace.branch}: {plan.mode} by delegate")
        except (GitError, OSError) as error:
            _undo(plan.home, journal, error)
    remember(plan.workspace, plan.theirs, plan.result)
    _call_hook(plan)


def mend(repository: Repository) -> Mended | None:
    """Finish or undo what a killed process has begun in this checkout; None where there is nothing of that.

    Waits while it is still going on. Raises GitError.
    """
    journal = Journal(repository.git_dir)
    if journal.unfinished() is None:
        return None
    with journal.held():
        return _mend(repository, journal)


def mend_at(folder: Path) -> Mended | None:
    """The same for the checkout that a folder is in; None where it is in none. Raises GitError."""
    repository = look(folder) if folder.is_dir() else None
    return mend(repository) if repository is not None else None


def _change(git: Git, journal: Journal, entry: Entry, reason: str) -> None:
    journal.begin(entry)
    journal.lock_index()
    if git.line("rev-parse", f"refs/heads/{entry.branch}") != entry.onto:
        raise GitError(f"{entry.branch} has moved on meanwhile: look at the merge again")
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(journal.git_dir / "index", journal.new_index)
    inner = replace(git, index=journal.new_index)
    inner.run(("update-index", "-q", "--refresh"), writes=True)  # a file that was only touched is no change
    inner.write("read-tree", "-m", "-u", entry.onto, entry.result)
    git.write("update-ref", "-m", reason, f"refs/heads/{entry.branch}", entry.result, entry.onto)
    _finish(journal)


def _undo(home: Repository, journal: Journal, error: Exception) -> NoReturn:
    """Put all back behind a merge that failed. Raises CannotMerge, or GitError where that fails too."""
    try:
        _mend(home, journal)
    except (GitError, OSError) as second:
        raise GitError(
            f"the merge stopped half-way ({error}) and is mended at the next look ({second})"
        ) from None
    raise CannotMerge(f"nothing was changed: {error}") from None


def _finish(journal: Journal) -> None:
    """Give the checkout its new index: the branch has moved."""
    with contextlib.suppress(FileNotFoundError):
        journal.new_index.replace(journal.git_dir / "index")
    journal.unlock_index()
    journal.end()


def _mend(repository: Repository, journal: Journal) -> Mended | None:
    """Nobody else is at it: finish what was begun if its branch has moved, else put everything back."""
    entry = journal.unfinished()
    if entry is None:
        return None
    git = repository.git
    tip = git.line("rev-parse", "--verify", "--quiet", f"refs/heads/{entry.branch}")
    if tip == entry.result and index_identity(repository) == entry.index:
        _unlock_branch(repository, entry)
        _finish(journal)
        return Mended(True)
    finished = tip is not None and git.ok("merge-base", "--is-ancestor", entry.result, tip)
    left = () if finished or not repository.top else _put_back(repository, entry)
    _unlock_branch(repository, entry)
    journal.unlock_index()
    journal.end()
    return Mended(finished, left)


def _put_back(repository: Repository, entry: Entry) -> tuple[str, ...]:
    """Give every file that the merge has changed the content that the user's index has; that is only read.

    Returns those that somebody has changed since, which are left alone.
    """
    top, index = repository.folder, Journal(repository.git_dir).folder / "before"
    remove_file(index.with_name("before.lock"))
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(repository.git_dir / "index", index)
    git = replace(repository.git, index=index)
    git.run(("update-index", "-q", "--refresh"), writes=True)
    differ = ("diff-tree", "-r", "-z", "--name-only", "--no-renames")
    changed = paths_in(git.read(*differ, entry.onto, entry.result))
    added = frozenset(changed).difference(paths_in(git.read("ls-files", "-z")))
    off = frozenset(paths_in(git.read("diff-files", "-z", "--name-only")))
    wrong = [path for path in changed if (_is_file(top / path) if path in added else path in off)]
    ours = [path for path in wrong if _is_ours(git, entry, path)]
    for path in ours:
        if path in added:
            _remove_with_folders(top, path)
    git.write(
        *("checkout-index", "--force", "-z", "--stdin"),
        data=listed_paths([path for path in ours if path not in added]),
    )
    remove_file(index)
    return tuple(path for path in wrong if path not in ours)


def _is_file(path: Path) -> bool:
    return path.is_symlink() or path.is_file()


def _is_ours(git: Git, entry: Entry, path: str) -> bool:
    """Whether a file is gone, or holds what the merge writes there, or the beginning of that."""
    file = git.folder / path
    if not _is_file(file):
        return True
    found = os.fsencode(file.readlink()) if file.is_symlink() else file.read_bytes()
    done = git.run(("cat-file", "--filters", f"{entry.result}:{path}"))
    return done.returncode == 0 and done.stdout.startswith(found)


def _remove_with_folders(top: Path, path: str) -> None:
    """Remove a file that the merge added, and the folders that are empty without it."""
    with contextlib.suppress(OSError):
        (top / path).unlink()
        for folder in (top / path).parents:
            if folder == top:
                break
            folder.rmdir()


def _unlock_branch(repository: Repository, entry: Entry) -> None:
    """Remove the locks that an update of the branch leaves where it is killed.

    They hold its new commit, or nothing yet; a git that lives writes into its lock at once.
    """
    for path in (
        repository.common / "refs" / "heads" / f"{entry.branch}.lock",
        repository.git_dir / "HEAD.lock",
    ):
        with contextlib.suppress(OSError):
            while not (found := path.read_bytes()) and time.time() - path.stat().st_mtime < _WRITTEN_S:
                time.sleep(0.02)
            if found.strip() in (b"", entry.result.encode()):
                remove_file(path)


def remember(workspace: Workspace, taken: str, into: str) -> None:
    """Remember in the workspace what was taken, so that it is not asked for again when it is thrown away.

    ``into`` is the commit that has it: once the user has thrown that away, nothing was taken any more.
    """
    with contextlib.suppress(GitError):
        git = Git(workspace.folder)
        git.write("update-ref", "--stdin", data=f"update {TAKEN} {taken}\nupdate {INTO} {into}\n".encode())


def _call_hook(plan: MergePlan) -> None:
    """Run the user's hook that follows a merge, as git does; what it says changes nothing any more."""
    if version() >= _HAS_HOOK_COMMAND:
        squash = "1" if plan.mode == "squash" else "0"
        words = ("hook", "run", "--ignore-missing", "post-merge", "--", squash)
        with contextlib.suppress(GitError):
            plan.home.git.run(words, writes=True, hooks=True, timeout_s=_HOOK_TIMEOUT_S)
