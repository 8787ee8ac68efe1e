"""What a folder's git repository is like: where it is, which commit and branch, and what is uncommitted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from app.registry.checkout import marked
from app.workspace.git import Git, GitError, explain

_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "BISECT_LOG": "a bisect",
}
_PLACES = (
    *("--absolute-git-dir", "--is-bare-repository", "--is-inside-work-tree", "--git-common-dir"),
    "--show-toplevel",
)
"""What git is asked at once; the last one fails where there is no checkout."""


@dataclass(frozen=True, slots=True)
class Repository:
    """One checkout, or a bare repository.

    ``top`` is the checkout's top folder, None for a bare one; ``git_dir`` is what belongs to this checkout
    alone, ``common`` what all checkouts of the repository share. ``head`` is the commit's id, None while
    there is no commit; ``branch`` the short name of the branch, None where HEAD is detached. ``linked`` says
    that it is a worktree of another checkout, ``under_way`` what the user has begun and not finished.
    """

    top: Path | None
    git_dir: Path
    common: Path
    head: str | None
    branch: str | None
    bare: bool
    submodules: bool
    under_way: str | None

    @property
    def linked(self) -> bool:
        """Whether this is a worktree that belongs to another checkout or to a bare repository."""
        return self.git_dir != self.common

    @property
    def objects(self) -> Path:
        """The folder of the repository's objects."""
        return self.common / "objects"

    @property
    def folder(self) -> Path:
        """Where git is run: the top of the checkout, or the bare repository itself."""
        return self.top or self.git_dir

    @property
    def git(self) -> Git:
        """Git at the top of this checkout."""
        return Git(self.folder)


def look(folder: Path) -> Repository | None:
    """The repository that a folder is in, None where there is none.

    Raises GitError where there is one that git will not read, and where there is no git.
    """
    git = Git(folder)
    done = git.run(("rev-parse", *_PLACES))
    if done.returncode and not done.stdout:
        if b"not a git repository" in done.stderr and not any(marked(folder)):
            return None
        raise GitError(explain(("rev-parse",), done))
    words = done.stdout.removesuffix(b"\n").split(b"\n")
    if len(words) != len(_PLACES) - bool(done.returncode):  # a path has a line end in it
        words = [git.run(("rev-parse", place)).stdout.removesuffix(b"\n") for place in _PLACES]
    git_dir, bare, inside, common, *top = words
    branch = git.line("symbolic-ref", "--quiet", "HEAD")
    place = _resolved(git_dir, folder)
    checkout = _resolved(top[0], folder) if inside == b"true" else None
    return Repository(
        top=checkout,
        git_dir=place,
        common=_resolved(common, folder),
        head=git.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}"),
        branch=None if branch is None else branch.removeprefix("refs/heads/"),
        bare=bare == b"true",
        submodules=checkout is not None and (checkout / ".gitmodules").exists(),
        under_way=next((what for name, what in _UNDER_WAY.items() if (place / name).exists()), None),
    )


def uncommitted(repository: Repository) -> tuple[str, ...]:
    """The paths that differ from the commit: modified, staged, conflicted and untracked, none twice.

    Ignored files are not among them. A repository without checkout has none.
    """
    if repository.top is None:
        return ()
    raw = repository.git.read(
        "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=none"
    )
    return tuple(os.fsdecode(entry[3:]) for entry in raw.split(b"\0") if len(entry) > 3)


def _resolved(raw: bytes, folder: Path) -> Path:
    return Path(os.path.realpath(folder / os.fsdecode(raw)))
