"""Brings a discarded workspace back; killed at any point, it can be done again."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from app.workspace.discarding import Also, forget, recorded
from app.workspace.git import GitError
from app.workspace.packing import unpack
from app.workspace.place import CARRIED, INTO, TAKEN, Workspace, every, mark_of, save
from app.workspace.providing import NOTHING, Provision, provide
from app.workspace.repository import Repository, look
from app.workspace.worktrees import CannotIsolate, stand_again


def bring_back(
    repository: Repository,
    ref: str,
    provision: Provision = NOTHING,
    then: Callable[[Workspace], object] = lambda _: None,
) -> Workspace:
    """Undo a discard: the worktree stands where it stood, with its branch and its uncommitted files.

    ``then`` is called once it is whole, and only afterwards what was kept of it is given up: killed anywhere
    before, the whole can be repeated. Raises GitError, also where the place or the branch is taken by now,
    and OSError.
    """
    workspace, also = recorded(repository.git, ref)
    commit = repository.git.line("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}") or ""
    back = _standing(repository, workspace, also, commit) or _again(
        repository, workspace, also, commit, provision
    )
    then(back)
    forget(repository, ref)
    return back


def _standing(repository: Repository, workspace: Workspace, also: Also, commit: str) -> Workspace | None:
    """The worktree that an undo of this very discard has made already, or that was never removed.

    Raises GitError where another one stands in its place.
    """
    for found in every(repository):
        if found.folder == workspace.folder and found.folder.is_dir():
            if mark_of(found) in (commit, also.made):
                return found
            raise GitError(
                f"another worktree of #{found.number} stands at {found.folder} by now: discard that first"
            )
    return None


def _again(
    repository: Repository, workspace: Workspace, also: Also, commit: str, provision: Provision
) -> Workspace:
    """Make the worktree anew from what was kept of it."""
    try:
        stand_again(repository, workspace, f"{commit}^1")
    except CannotIsolate as error:
        raise GitError(str(error)) from None
    made = look(workspace.folder)
    if made is None:
        raise GitError(f"git made no worktree at {workspace.folder}")
    made.git.write("read-tree", "--reset", "-u", commit)
    made.git.write("reset", "--quiet", "--mixed", "HEAD")
    for name, what in ((CARRIED, workspace.carried), (TAKEN, also.taken), (INTO, also.into)):
        if what:
            made.git.write("update-ref", name, what)
    # Before anything is linked: nothing may be written through a link into the user's checkout.
    problem = unpack(repository, also.packed, workspace.folder) if also.packed else ""
    own = tuple(path for path in workspace.linked if os.path.lexists(workspace.folder / path))
    got = provide(repository.folder, workspace.folder, provision)
    notes = (*workspace.notes, *([problem] if problem else ()))
    back = replace(workspace, git_dir=made.git_dir, linked=(*own, *got.paths), notes=notes)
    save(back, mark=commit)
    return back
