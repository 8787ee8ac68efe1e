"""Makes the worktree of a task, whole or not at all, and removes it."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from app.workspace.git import OURS, Git, GitError, remove_file
from app.workspace.locking import held
from app.workspace.place import BRANCHES, CARRIED, RECORD, Workspace, branch_name, every, save
from app.workspace.providing import NOTHING, Provision, keep_out_of_status, provide
from app.workspace.repository import Repository, look
from app.workspace.snapshot import BOUNDS, Bounds, take

_MOST_BRANCHES = 100


class CannotIsolate(Exception):  # noqa: N818 - a state of affairs, not a fault
    """The task cannot have a worktree; the message is one line that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The worktree that is asked for.

    ``folder`` is where it will stand, beside the registry and not in the repository: there it would show in
    the user's status, in searches and in watchers, and agents are often forbidden to write below ``.git``.
    ``base`` is anything that git takes for a commit. ``carry`` takes uncommitted changes along.
    """

    number: int
    name: str
    folder: Path
    base: str = "HEAD"
    carry: bool = False
    provision: Provision = NOTHING
    bounds: Bounds = BOUNDS


def create(repository: Repository, wanted: Wanted) -> Workspace:
    """Make the worktree of a task, or return the one that stands there already.

    What a killed attempt of the same task has left half made is cleared away first. The user's checkout is
    read and never changed. Raises CannotIsolate, and GitError where git refuses.
    """
    for standing in every(repository):
        if standing.folder == wanted.folder and standing.folder.is_dir():
            return standing
    base = _base(repository, wanted)
    _clear_half_made(repository, wanted.folder)
    wanted.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    branch = _register(repository, wanted, base)
    try:
        Git(wanted.folder).write("reset", "--quiet", "--hard", base)
        return _furnish(repository, wanted, branch, base)
    except BaseException:
        with contextlib.suppress(GitError, OSError, CannotIsolate):
            _clear_half_made(repository, wanted.folder)
            drop_branch(repository.git, branch, base)
        raise


def stand_again(repository: Repository, workspace: Workspace, tip: str) -> None:
    """Let git know again of a worktree that was removed, and make its branch, yet without its files.

    What stands half made or half removed in its place is cleared away, and its branch is used again where it
    still is at ``tip``. Raises CannotIsolate where the place is taken, and GitError where the branch is.
    """
    _clear_half_made(repository, workspace.folder)
    workspace.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    git = repository.git
    commit = git.read("rev-parse", "--verify", f"{tip}^{{commit}}").decode().strip()
    with _alone(repository):
        standing = git.line("rev-parse", "--verify", "--quiet", workspace.ref)
        if standing is None:
            git.write("update-ref", workspace.ref, commit, "0" * len(commit))
        elif standing != commit or _checked_out(git, workspace.branch) is not None:
            raise GitError(f"another branch is called {workspace.branch} by now: rename that first")
        git.write("worktree", "add", "--quiet", "--no-checkout", str(workspace.folder), workspace.branch)


def remove(workspace: Workspace) -> None:
    """Remove the worktree's folder and what git knows of it; the branch stays. Nothing is asked.

    Raises GitError and OSError where it cannot be removed.
    """
    remove_file(workspace.git_dir / RECORD)  # half gone is half made: whoever comes next clears it away
    repository = look(workspace.home)
    if repository is not None:
        _clear(repository, workspace.folder)


def drop_branch(git: Git, branch: str, tip: str) -> None:
    """Delete a branch of ours if it still stands at ``tip``, and is checked out nowhere. Raises GitError."""
    if branch.startswith(BRANCHES) and _checked_out(git, branch) is None:
        git.write("update-ref", "-d", f"refs/heads/{branch}", tip)


def _base(repository: Repository, wanted: Wanted) -> str:
    if repository.head is None and wanted.base == "HEAD":
        raise CannotIsolate(
            "the repository has no commit yet, so there is nothing to start a worktree from: "
            "commit first, or work in place with worktree:no"
        )
    if wanted.base.startswith("-"):
        raise CannotIsolate(f"base:{wanted.base} is not a commit")
    found = ("rev-parse", "--verify", "--quiet", f"{wanted.base}^{{commit}}")
    base = repository.head if wanted.base == "HEAD" else repository.git.line(*found)
    if base is None:
        raise CannotIsolate(f"base:{wanted.base} is no commit, branch or tag of this repository")
    if wanted.carry and base != repository.head:
        raise CannotIsolate("with:changes takes them along from the commit you are on: leave base: out")
    return base


def _register(repository: Repository, wanted: Wanted, base: str) -> str:
    """Make the branch and let git know of the worktree, yet without its files; returns the branch.

    One at a time: a git that lists the worktrees fails over one that another is just making.
    """
    with _alone(repository):
        branch, there = _free_branch(repository, wanted, base)
        if not there:
            repository.git.write("update-ref", f"refs/heads/{branch}", base, "0" * len(base))
        try:
            repository.git.write("worktree", "add", "--quiet", "--no-checkout", str(wanted.folder), branch)
        except GitError:
            drop_branch(repository.git, branch, base)
            raise
    return branch


def _alone(repository: Repository) -> contextlib.AbstractContextManager[int]:
    return held(repository.common / "delegate" / "worktrees.lock", "another worktree is being made")


def _free_branch(repository: Repository, wanted: Wanted, base: str) -> tuple[str, bool]:
    """A branch name that is free, or was left at the same commit by an attempt that was killed.

    Tells, too, whether the branch is there already.
    """
    form = "--format=%(refname) %(objectname) %(if)%(worktreepath)%(then)used%(end)"
    listed = os.fsdecode(repository.git.read("for-each-ref", form, f"refs/heads/{BRANCHES}"))
    standing = {line.split(" ")[0]: line.split(" ")[1:] for line in listed.splitlines()}
    for again in range(1, _MOST_BRANCHES):
        branch = branch_name(wanted.number, wanted.name, again)
        found = standing.get(f"refs/heads/{branch}")
        if found is None or found == [base, ""]:
            return branch, found is not None
    raise CannotIsolate(f"there are {_MOST_BRANCHES} branches called {branch}: delete those you do not need")


def _checked_out(git: Git, branch: str) -> str | None:
    """The folder of the worktree that a branch is checked out in."""
    return git.line("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}")


def _furnish(repository: Repository, wanted: Wanted, branch: str, base: str) -> Workspace:
    """Give a fresh worktree all that is asked for, and only then its record."""
    folder = Path(os.path.realpath(wanted.folder))
    git = Git(folder)
    carried, notes = _carry(repository, git, wanted, base) if wanted.carry else (None, ())
    got = provide(repository.folder, folder, wanted.provision)
    shown = keep_out_of_status(repository.git, git, repository.common, got.paths)
    notes += (*got.notes, *(f"git does not ignore {path}: the task may commit it" for path in shown))
    if (folder / ".gitmodules").exists():
        notes += ("submodules are empty here: let the set-up command run git submodule update --init",)
    workspace = Workspace(
        number=wanted.number,
        name=wanted.name,
        folder=folder,
        branch=branch,
        base=base,
        home=repository.folder,
        common=repository.common,
        git_dir=_git_dir(folder),
        carried=carried,
        linked=got.paths,
        notes=notes,
    )
    save(workspace)
    return workspace


def _git_dir(folder: Path) -> Path:
    """Git's own folder for a worktree, as the file that stands for it says (gitrepository-layout(5))."""
    said = (folder / ".git").read_bytes().removeprefix(b"gitdir: ").removesuffix(b"\n")
    return Path(os.path.realpath(folder / os.fsdecode(said)))


def _carry(repository: Repository, git: Git, wanted: Wanted, base: str) -> tuple[str | None, tuple[str, ...]]:
    """Bring the user's uncommitted changes into a worktree, uncommitted; returns a commit that holds them."""
    snapshot = take(repository, bounds=wanted.bounds)
    notes = tuple(
        f"{entry.path or 'a file'} was not taken along: {entry.reason}" for entry in snapshot.left_out
    )
    if git.line("rev-parse", f"{base}^{{tree}}") == snapshot.tree:
        return None, notes
    message = f"What was uncommitted when #{wanted.number} began"
    carried = git.write("commit-tree", snapshot.tree, "-p", base, "-m", message, by=OURS)
    git.write("update-ref", CARRIED, carried)
    git.write("read-tree", "-m", "-u", base, snapshot.tree)
    git.write("reset", "--quiet", "--mixed", base)
    return carried, notes


def _clear_half_made(repository: Repository, folder: Path) -> None:
    """Clear away what stands at a workspace's place and is half of one; nothing else is touched."""
    entry = _registered(repository, folder)
    if entry is not None and (entry / RECORD).exists() and folder.is_dir():
        # It was whole once, and holds work: only its record does not fit any more.
        raise CannotIsolate(f"{folder} is of a repository that has moved since: move that folder aside")
    if entry is not None:
        _clear(repository, folder)
    elif os.path.lexists(folder):
        try:
            folder.rmdir()
        except OSError:
            raise CannotIsolate(f"{folder} is in the way and is no worktree: move it aside") from None


def _registered(repository: Repository, folder: Path) -> Path | None:
    """Git's own folder for the worktree at ``folder``, also where it is half made."""
    with contextlib.suppress(OSError):
        for entry in (repository.common / "worktrees").iterdir():
            with contextlib.suppress(OSError):
                points = os.fsdecode((entry / "gitdir").read_bytes().removesuffix(b"\n"))
                if os.path.realpath(points) == os.path.realpath(folder / ".git"):
                    return entry
    return None


def _clear(repository: Repository, folder: Path) -> None:
    """Remove a worktree that git knows, be it whole, half made, or half removed.

    What git knows of it goes last, and at once: nobody ever sees half of that.
    """
    if os.path.lexists(folder):
        shutil.rmtree(folder)
    with _alone(repository):
        entry = _registered(repository, folder)
        if entry is not None:
            gone = repository.common / "delegate" / f"gone-{entry.name}-{os.getpid()}"
            entry.rename(gone)
            shutil.rmtree(gone)
