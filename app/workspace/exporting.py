"""Takes a task's work elsewhere: pushes its branch, or writes it as a patch."""

from __future__ import annotations

import os
from pathlib import Path

from app.model.task import Attempt, Task
from app.registry.paths import Home
from app.workspace.combining import commit_tree
from app.workspace.compare import DIFF
from app.workspace.git import Git, GitError, explain
from app.workspace.place import Workspace, branch_name
from app.workspace.repository import look
from app.workspace.review import Review, review, scratch_store
from app.workspace.snapshot import stored
from app.workspace.taskfiles import workspace_of
from app.workspace.working import last_commit, state, uncommitted_in

_MOST_FILES = 1000

PUSH_TIMEOUT_S = 300.0
"""After how long a push is given up: nobody is there to answer what it may wait for."""

_PATCH = (
    *("--stdout", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--no-cover-letter", "--no-thread", "--no-attach", "--no-notes"),
    *("--no-base", "--no-signature", "--no-to", "--no-cc", "--no-add-header", "--ignore-submodules=none"),
)


def push(workspace: Workspace, remote: str | None = None) -> str:
    """Push the branch to a remote, never by force; returns a line that says where it went.

    The user's hooks have their say. Without a ``remote``: the one configured for pushing, else ``origin``,
    else the only one. What is not committed stays where it is. Raises GitError.
    """
    git = Git(workspace.home)
    remote = remote or _remote(git)
    words = ("push", "--porcelain", remote, f"{last_commit(workspace)}:{workspace.ref}")
    done = git.run(words, writes=True, hooks=True, timeout_s=PUSH_TIMEOUT_S)
    if done.returncode:
        raise GitError(explain(words, done))
    return f"{workspace.branch} is on {remote}"


def patch(workspace: Workspace) -> bytes:
    """All that the task did, as ``git am`` reads it: a mail a commit, and one for what is not committed.

    A branch with merges in it, and one that began with uncommitted changes of the user's, become one mail.
    Raises GitError.
    """
    git = Git(workspace.home)
    tip = last_commit(workspace)
    title = f"Uncommitted work of #{workspace.number} {workspace.name}"
    if workspace.folder.is_dir() and uncommitted_in(workspace):
        tip = commit_tree(git, state(workspace).tree, [tip], title)
    merges = git.read("rev-list", "--merges", "--max-count=1", tip, f"^{workspace.base}")
    start = workspace.start
    if workspace.carried or merges:
        tip = commit_tree(git, f"{tip}^{{tree}}", [start], f"Work of #{workspace.number} {workspace.name}")
    return git.read("format-patch", *_PATCH, f"{start}..{tip}")


def work_of(home: Home, task: Task, attempt: Attempt | None = None) -> bytes:
    """A task's work: mails that `git am` reads, or where it works in place a difference for `git apply`.

    ``attempt`` chooses one of a task in place. Raises GitError where nothing is known of it.
    """
    place = workspace_of(home, task.id)
    if place is not None:
        return patch(place)
    with scratch_store(home, task) as store:
        found = review(home, task, attempt, Path(store))
        if found.changes is None:
            raise GitError(found.remark)
        return difference(found, "--binary", "--full-index")


def difference(found: Review, *options: str) -> bytes:
    """The difference between the two states of a review, as git prints it. Raises GitError."""
    if found.changes is None or not found.changes.files:
        return b""
    if found.git is None or not found.comparable:
        raise GitError("there is no repository, so there are no lines to compare")
    ends = (found.changes.start, found.changes.end)
    prefixes = ("--src-prefix=a/", "--dst-prefix=b/")
    return found.git.read("diff-tree", "-r", "-p", *options, *prefixes, *DIFF, *ends, "--")


def write_patch(folder: Path, task: Task, raw: bytes) -> Path:
    """Write a patch under a name that is free in the folder, and never over a file. Raises OSError."""
    name = branch_name(task.number, task.name).rpartition("/")[2]
    for again in range(1, _MOST_FILES):
        path = folder / (f"{name}.patch" if again == 1 else f"{name}-{again}.patch")
        try:
            file = path.open("xb")
        except FileExistsError:
            continue
        try:
            with file:
                file.write(raw)
        except OSError:
            path.unlink()
            raise
        return path
    raise FileExistsError(f"there are {_MOST_FILES} patches of #{task.number} in {folder} already")


def diff(folder: Path, start: str, end: str, objects: Path | None = None) -> bytes:
    """The difference of two trees as `git apply` reads it, for a task that works in place.

    Raises GitError.
    """
    repository = look(folder)
    if repository is None:
        raise GitError(f"there is no repository at {folder}")
    words = ("diff-tree", "-r", "-p", "--binary", "--full-index", "--src-prefix=a/", "--dst-prefix=b/", *DIFF)
    return stored(repository, objects).read(*words, start, end, "--")


def _remote(git: Git) -> str:
    """Where to push to when nobody says."""
    remotes = os.fsdecode(git.read("remote")).split()
    wanted = git.line("config", "--get", "remote.pushDefault")
    if wanted or "origin" in remotes:
        return wanted or "origin"
    if len(remotes) != 1:
        raise GitError(f"say which remote to push to: {', '.join(remotes) or 'there is none'}")
    return remotes[0]
