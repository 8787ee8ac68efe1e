"""What taking a task's work would come to, decided before anything of the user's is touched."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from app.model.changes import counted
from app.workspace.combining import combine, commit_tree, pick
from app.workspace.git import Git, GitError, paths_in
from app.workspace.place import INTO, TAKEN, Workspace
from app.workspace.repository import Repository, look, uncommitted
from app.workspace.snapshot import ancestors
from app.workspace.working import last_commit, marked, state, uncommitted_in

_NAMED = 3


class Mode(StrEnum):
    """How the work gets into the user's branch; AUTO is a fast-forward where possible, else a merge."""

    AUTO = "auto"
    FAST_FORWARD = "fast-forward"
    MERGE = "merge"
    SQUASH = "squash"
    PICK = "cherry-pick"


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge would do. ``onto`` is the commit the user's ``branch`` is at, ``result`` the one it gets.

    ``theirs`` is what is taken, with uncommitted work as a commit on top. ``conflicts`` are paths that git
    cannot decide, ``overlapping`` those where the user has uncommitted changes, or files git does not know,
    in the way; ``obstacle`` is anything else, in words; ``left_out`` is what git does not know and is too
    large to be taken. ``taken`` says that the branch has all of it. Only a plan that is ``ready`` can be
    carried out.
    """

    workspace: Workspace
    mode: Mode
    home: Repository
    theirs: str = ""
    result: str = ""
    changed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    overlapping: tuple[str, ...] = ()
    obstacle: str = ""
    left_out: tuple[str, ...] = ()
    taken: bool = False

    @property
    def onto(self) -> str:
        """The commit that the user's branch is at."""
        return self.home.head or ""

    @property
    def ready(self) -> bool:
        """Whether it can be carried out."""
        return bool(self.result) and not (self.conflicts or self.overlapping or self.obstacle)

    @property
    def words(self) -> str:
        """What it would do, or what is in the way, in one line."""
        if self.obstacle:
            return self.obstacle
        if self.conflicts:
            return f"conflicts in {few(self.conflicts)}: nothing was changed"
        if self.overlapping:
            return f"your uncommitted {few(self.overlapping)} would be overwritten: commit or stash first"
        left = f", without {few(self.left_out)}" if self.left_out else ""
        return f"{self.mode} into {self.home.branch}: {counted(len(self.changed), 'file')}{left}"


def plan(workspace: Workspace, mode: Mode = Mode.AUTO, message: str = "") -> MergePlan:
    """Find out what a merge would come to. Nothing of the user's is touched; git's object store may grow.

    ``message`` is for the commits that are made: of a squash, and of what the task left uncommitted. Raises
    GitError.
    """
    home = look(workspace.home)
    if home is None:
        raise GitError(f"there is no repository at {workspace.home} any more")
    empty = MergePlan(workspace, mode, home)
    if obstacle := _obstacle(home):
        return replace(empty, obstacle=obstacle)
    message = message or f"Take the work of #{workspace.number} {workspace.name}"
    theirs, left_out = _theirs(workspace, message)
    empty = replace(empty, left_out=left_out)
    if left_out and theirs == last_commit(workspace) and _has(home.git, home.head or "", theirs):
        return replace(empty, obstacle=f"{few(left_out)} cannot be taken by git: copy what you need")
    if _has(home.git, home.head or "", theirs) or theirs == workspace.start:
        return _nothing(replace(empty, theirs=theirs))
    mode = _settled(workspace, mode, home, theirs)
    return checked(_computed(replace(empty, mode=mode, theirs=theirs), message))


def checked(found: MergePlan) -> MergePlan:
    """The plan with what it changes, and what of the user's is in the way of that by now. Raises GitError."""
    if not found.result or found.home.top is None:
        return found
    git, top = found.home.git, found.home.top
    differ = ("diff-tree", "-r", "-z", "--name-only", "--no-renames")
    changed = paths_in(git.read(*differ, found.onto, found.result))
    if not changed:
        return _nothing(found)
    added = paths_in(git.read(*differ, "--diff-filter=A", found.onto, found.result))
    unknown = [path for path in added if os.path.lexists(top / path)]
    return replace(found, changed=changed, overlapping=overlap(changed, [*uncommitted(found.home), *unknown]))


def merged_into(workspace: Workspace) -> str | None:
    """The user's branch, if it has all that the task did by now, by whoever's hand; None where it does not.

    Work that a person took in another shape, as a squash, is not recognised. Raises GitError.
    """
    home = look(workspace.home)
    return home.branch if home is not None and home.branch and is_in(workspace, home.branch) else None


def is_in(workspace: Workspace, branch: str) -> bool:
    """Whether a branch of the user's has all that the task did by now. Raises GitError."""
    git = Git(workspace.home)
    head = git.line("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}")
    tip, taken, into = last_commit(workspace), marked(workspace, TAKEN), marked(workspace, INTO)
    if head is None or (tip == workspace.base and taken is None):
        return False
    here = taken is not None and (into is None or _has(git, head, into))
    if not _has(git, head, tip) and not (here and _has(git, taken or "", tip)):
        return False
    return not (workspace.folder.is_dir() and uncommitted_in(workspace))


def _nothing(found: MergePlan) -> MergePlan:
    """A plan that there is nothing to take: the task did nothing, or the branch has it."""
    told = f"there is nothing to take: {found.home.branch} has it all"
    idle = found.theirs in (found.workspace.base, found.workspace.start)
    return replace(found, obstacle=told, taken=not idle and not found.left_out)


def few(paths: tuple[str, ...]) -> str:
    """Some paths in words: the first three, and how many more there are."""
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(paths[:_NAMED]) + more


def overlap(changed: Iterable[str], present: Iterable[str]) -> tuple[str, ...]:
    """Those of the present paths that a change of the others runs into: the same, or one in the other."""
    changed = frozenset(changed)
    above = {ancestor for path in changed for ancestor in ancestors(path)}
    found = (
        path
        for path in (entry.rstrip("/") for entry in present)
        if path in changed or path in above or not changed.isdisjoint(ancestors(path))
    )
    return tuple(dict.fromkeys(found))


def _obstacle(home: Repository) -> str:
    """Why nothing can be merged into the user's checkout just now."""
    if home.top is None:
        return "the repository has no checkout to merge into"
    if home.under_way:
        return f"{home.under_way} is under way in {home.top}: finish it first"
    if home.branch is None:
        return f"{home.top} is on no branch: check one out first"
    if home.head is None:
        return f"{home.branch} has no commit yet"
    return ""


def _theirs(workspace: Workspace, message: str) -> tuple[str, tuple[str, ...]]:
    """The commit to take, the work's last or one over it with what is not committed; and what is left out."""
    git, tip = Git(workspace.home), last_commit(workspace)
    if not workspace.folder.is_dir() or not uncommitted_in(workspace):
        return tip, ()
    now = state(workspace)
    left_out = tuple(entry.path for entry in now.left_out)
    same = git.line("rev-parse", f"{tip}^{{tree}}") == now.tree
    return tip if same else commit_tree(git, now.tree, [tip], message), left_out


def _settled(workspace: Workspace, mode: Mode, home: Repository, theirs: str) -> Mode:
    if mode is not Mode.AUTO:
        return mode
    if workspace.carried:
        return Mode.SQUASH
    return Mode.FAST_FORWARD if _has(home.git, theirs, home.head or "") else Mode.MERGE


def _computed(found: MergePlan, message: str) -> MergePlan:
    """The plan with its result, its conflicts, or why this mode is not possible."""
    git, workspace, onto, theirs = found.home.git, found.workspace, found.onto, found.theirs
    if workspace.carried and found.mode is not Mode.SQUASH:
        return replace(
            found, obstacle="it began with your uncommitted changes: squash takes only what is new"
        )
    if found.mode is Mode.FAST_FORWARD:
        ahead = _has(git, theirs, onto)
        obstacle = "" if ahead else f"{found.home.branch} has gone on: merge, squash or cherry-pick"
        return replace(found, result=theirs if ahead else "", obstacle=obstacle)
    if found.mode is Mode.PICK:
        listed = os.fsdecode(git.read("rev-list", "--topo-order", "--reverse", theirs, f"^{workspace.base}"))
        picked = pick(git, onto, listed.split())
        return replace(found, result=picked.commit, conflicts=picked.conflicts)
    done = combine(git, onto, theirs, workspace.carried)
    if done.conflicts:
        return replace(found, conflicts=done.conflicts)
    if found.mode is Mode.MERGE:
        title = f"Merge branch '{workspace.branch}'"
        return replace(found, result=commit_tree(git, done.tree, [onto, theirs], title))
    return replace(found, result=commit_tree(git, done.tree, [onto], message))


def _has(git: Git, commit: str, other: str) -> bool:
    """Whether a commit has another one in its history."""
    return git.ok("merge-base", "--is-ancestor", other, commit)
