"""Combines commits without a checkout: merges in git's object store, conflicts told as file names."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.workspace.git import OURS, Git, GitError, Identity, explain, paths_in, version

MERGES_TREES = (2, 38)
"""The first git whose `git merge-tree --write-tree` merges without a checkout; older ones get one."""


@dataclass(frozen=True, slots=True)
class Combined:
    """The tree that a merge comes to, or the paths that it cannot decide."""

    tree: str = ""
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picked:
    """The commit that a row of cherry-picks comes to, or the paths that the first bad one cannot decide."""

    commit: str = ""
    conflicts: tuple[str, ...] = ()
    at: str = ""


def combine(git: Git, ours: str, theirs: str, base: str | None = None) -> Combined:
    """Merge two commits; with a ``base``, only what lies between that and ``theirs``. Raises GitError."""
    if base is not None:
        ours, theirs = _over(git, base, ours), _over(git, base, theirs)
    return _by_merge_tree(git, ours, theirs) if version() >= MERGES_TREES else by_checkout(git, ours, theirs)


def pick(git: Git, onto: str, commits: Iterable[str]) -> Picked:
    """Put commits on top of another, one after the other, each with its author, date and message.

    Those that change nothing any more are passed over. Raises GitError, also for a merge commit.
    """
    for commit in commits:
        parents = os.fsdecode(git.read("rev-list", "--parents", "--max-count=1", commit)).split()[1:]
        if len(parents) != 1:
            raise GitError("the branch holds merge commits, which cannot be cherry-picked: merge or squash")
        done = combine(git, onto, commit, parents[0])
        if done.conflicts:
            return Picked("", done.conflicts, commit)
        if done.tree != git.line("rev-parse", f"{onto}^{{tree}}"):
            onto = _again(git, commit, done.tree, onto)
    return Picked(onto)


def commit_tree(git: Git, tree: str, parents: Iterable[str], message: str) -> str:
    """Make a commit of the user's, unsigned and without hooks; no branch moves. Raises GitError."""
    words = [word for parent in parents for word in ("-p", parent)]
    return git.write("commit-tree", "--no-gpg-sign", tree, *words, data=message.encode("utf-8", "replace"))


def by_checkout(git: Git, ours: str, theirs: str) -> Combined:
    """Merge in a worktree that lives for this moment, for a git that cannot do without. Raises GitError."""
    with tempfile.TemporaryDirectory(prefix="delegate-merge-") as folder:
        place = Path(folder) / "merge"
        git.write("worktree", "add", "--quiet", "--detach", str(place), ours)
        try:
            inner = Git(place)
            words = ("merge", "--quiet", "--no-commit", "--no-ff", "--no-autostash", "--no-verify", theirs)
            done = inner.run(words, writes=True, by=OURS)
            conflicts = paths_in(inner.read("diff", "--name-only", "-z", "--diff-filter=U", "--no-ext-diff"))
            if done.returncode and not conflicts:
                raise GitError(explain(words, done))
            return Combined("", conflicts) if conflicts else Combined(inner.write("write-tree"))
        finally:
            git.write("worktree", "remove", "--force", str(place))


def _by_merge_tree(git: Git, ours: str, theirs: str) -> Combined:
    words = ("merge-tree", "--write-tree", "--name-only", "-z", "--no-messages", ours, theirs)
    done = git.run(words, writes=True)
    if done.returncode not in (0, 1):
        raise GitError(explain(words, done))
    tree, *names = paths_in(done.stdout)
    return Combined(tree) if done.returncode == 0 else Combined("", tuple(dict.fromkeys(names)))


def _over(git: Git, base: str, commit: str) -> str:
    """The content of a commit as one with ``base`` for its only parent: so that this is the merge base."""
    return git.write("commit-tree", f"{commit}^{{tree}}", "-p", base, "-m", "delegate", by=OURS)


def _again(git: Git, commit: str, tree: str, onto: str) -> str:
    """A commit's author and message over another tree and parent."""
    form = ("--no-patch", "--no-show-signature", "--format=%an%n%ae%n%ad%n%B", "--date=raw")
    shown = git.read("show", *form, commit)
    name, email, when, message = shown.decode("utf-8", "replace").split("\n", 3)
    author = Identity(name, email, when)
    words = ("commit-tree", "--no-gpg-sign", tree, "-p", onto)
    return git.write(*words, data=message.strip("\n").encode() + b"\n", author=author)
