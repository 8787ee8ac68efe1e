"""What is in a task's workspace right now: its changes so far, and what of them is not committed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from app.model.changes import Changes
from app.workspace.compare import changed_left_out, files_between, range_commits
from app.workspace.git import Git, GitError, paths_in
from app.workspace.place import CARRIED, INTO, TAKEN, Workspace
from app.workspace.repository import Repository, look, uncommitted
from app.workspace.snapshot import BOUNDS, Bounds, Snapshot, below, stored, take


def opened(workspace: Workspace) -> Repository:
    """The workspace as a checkout. Raises GitError where it is not there any more."""
    found = look(workspace.folder) if workspace.folder.is_dir() else None
    if found is None or found.git_dir != workspace.git_dir:
        raise GitError(f"the worktree at {workspace.folder} is not there any more")
    if found.common != workspace.common:
        # What lies there was chosen by the task, and git would run the filters that it names.
        raise GitError(f"the worktree at {workspace.folder} is of another repository now: {found.common}")
    return found


def last_commit(workspace: Workspace) -> str:
    """The last commit of a task's work: where its worktree is, if that goes on from its branch.

    Raises GitError where the branch is gone, or the worktree has left it for something else.
    """
    git = Git(workspace.home)
    tip = git.line("rev-parse", "--verify", "--quiet", f"{workspace.ref}^{{commit}}")
    if tip is None:
        raise GitError(f"the branch {workspace.branch} is not there any more")
    head = opened(workspace).head if workspace.folder.is_dir() else tip
    if head is None or head == tip:
        return tip
    if not git.ok("merge-base", "--is-ancestor", tip, head):
        raise GitError(f"its worktree has left {workspace.branch} for {head[:10]}: take that yourself")
    return head


def state(workspace: Workspace, objects: Path | None = None, bounds: Bounds = BOUNDS) -> Snapshot:
    """Everything in the workspace that is not ignored and was not linked or copied into it.

    Raises GitError.
    """
    return take(opened(workspace), objects, bounds, skip=workspace.linked)


def changes_in(workspace: Workspace, objects: Path | None = None) -> Changes:
    """All that the task has changed in its workspace so far, committed or not.

    Uncommitted work is written into the store ``objects``, which is needed to read its diff. Raises GitError.
    """
    repository = opened(workspace)
    now = take(repository, objects, skip=workspace.linked)
    files = files_between(stored(repository, objects), workspace.start, now.tree, now.untracked)
    files += changed_left_out((), now.left_out)
    commits = range_commits(repository.git, workspace.base, now.head or workspace.base)
    partial = f"{now.unnamed:,} untracked files too many to compare" if now.unnamed else ""
    return Changes(files, commits, workspace.start, now.tree, partial)


def marked(workspace: Workspace, name: str) -> str | None:
    """The commit that a reference of the worktree alone stands for, None where it has none."""
    own = f"worktrees/{workspace.git_dir.name}/{name}^{{commit}}"
    return Git(workspace.home).line("rev-parse", "--verify", "--quiet", own)


def taken_of(workspace: Workspace) -> str | None:
    """What was taken of the work last; None where the user has thrown away since what came of that.

    Raises GitError.
    """
    taken, into = marked(workspace, TAKEN), marked(workspace, INTO)
    if taken is None or into is None:
        return taken
    git = Git(workspace.home)
    head = git.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    others = (f"--exclude={workspace.branch}", "--branches", "--tags", "--remotes", *([head] if head else []))
    return None if git.read("rev-list", "--max-count=1", into, "--not", *others) else taken


def uncommitted_in(workspace: Workspace) -> tuple[str, ...]:
    """The files in a workspace whose content no commit has: not those it was given, nor those taken over.

    Raises GitError.
    """
    repository = opened(workspace)
    names = tuple(path for path in uncommitted(repository) if not below(path, workspace.linked))
    known = [found for found in (marked(workspace, CARRIED), taken_of(workspace)) if found] if names else []
    if not known:
        return names
    with tempfile.TemporaryDirectory(prefix="delegate-objects-") as folder:
        now = take(repository, Path(folder), skip=workspace.linked)
        git = stored(repository, Path(folder))
        for commit in known:
            differing = paths_in(git.read("diff-tree", "-r", "-z", "--name-only", commit, now.tree))
            compared = {*differing, *(entry.path for entry in now.left_out)}
            names = tuple(path for path in names if path in compared)
    return names


def touched(repository: Repository, start: str | None) -> frozenset[str]:
    """The paths that differ from a commit, by now committed or not: cheap enough for a task that runs.

    Raises GitError where the commit is gone.
    """
    names = set(uncommitted(repository))
    if start and repository.head and start != repository.head:
        raw = repository.git.read("diff-tree", "-r", "-z", "--name-only", start, repository.head)
        names.update(os.fsdecode(name) for name in raw.split(b"\0") if name)
    return frozenset(names)
