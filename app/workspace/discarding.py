"""What would be lost with a workspace, and throwing one away so that it can be brought back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from app.model.changes import Commit, counted
from app.workspace.compare import MOST_COMMITS, describe
from app.workspace.extras import KEPT, Extras, extras_in
from app.workspace.git import OURS, Git, GitError
from app.workspace.locking import held as alone
from app.workspace.packing import forget_packed, pack
from app.workspace.place import (
    BRANCHES,
    INTO,
    RECORD,
    TAKEN,
    Workspace,
    from_record,
    mark_of,
    to_record,
)
from app.workspace.repository import Repository, look
from app.workspace.snapshot import Snapshot
from app.workspace.working import marked, state, taken_of, uncommitted_in
from app.workspace.worktrees import drop_branch, remove

DISCARDED = "refs/delegate/discarded/"
"""Where thrown-away work is kept until it is forgotten: one reference a workspace."""

_NONE = Extras()


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is in a workspace and nowhere else: commits that no other branch has, and uncommitted files.

    ``extras`` are the files that git ignores, ``missing`` says that the folder was removed by hand, so that
    only the branch is left.
    """

    commits: tuple[Commit, ...] = ()
    uncommitted: tuple[str, ...] = ()
    missing: bool = False
    extras: Extras = _NONE

    @property
    def merged(self) -> bool:
        """Whether everything that git looks at is somewhere else, too."""
        return not self.commits and not self.uncommitted

    @property
    def empty(self) -> bool:
        """Whether nothing would be lost that no tool can make again, and nobody has to be asked."""
        return self.merged and all(extra.made for extra in self.extras.lost)

    @property
    def words(self) -> str:
        """What a question says: ``holds 2 commits, 3 uncommitted files, not merged``, and what is lost."""
        parts = [counted(len(self.commits), "commit")] if self.commits else []
        parts += [counted(len(self.uncommitted), "uncommitted file")] if self.uncommitted else []
        told = "nothing that is not merged" if self.merged else f"{', '.join(parts)}, not merged"
        lost = f", {'but' if self.merged else 'and'} {self.extras.words}" if self.extras.lost else ""
        return f"holds {told}{lost}"


class HoldsWork(Exception):  # noqa: N818 - a state of affairs, not a fault
    """The workspace holds work that would be lost; the message says what, and a yes is needed."""


@dataclass(frozen=True, slots=True)
class Discarded:
    """A workspace that was thrown away and can be brought back by ``ref``."""

    ref: str
    workspace: Workspace


def holdings(workspace: Workspace) -> Holdings:
    """What would be lost if the workspace were thrown away now: nothing more where that was begun already.

    Raises GitError.
    """
    git = Git(workspace.home)
    if _begun(workspace, git) is not None:
        return Holdings()
    commits = _unmerged(workspace, git)
    if not workspace.folder.is_dir():
        return Holdings(commits, (), missing=True)
    uncommitted = uncommitted_in(workspace)
    return Holdings(commits, uncommitted, extras=extras_in(workspace, uncommitted))


def discard(
    workspace: Workspace,
    *,
    yes: bool = False,
    always: bool = False,
    note: Callable[[Discarded], object] = lambda _: None,
) -> Discarded | None:
    """Remove a workspace with its branch; what it holds is kept under DISCARDED, and None if it held nothing.

    Of what no commit takes in, ``extras_in`` says what is kept. ``always`` keeps even a workspace that holds
    nothing, so that it can be brought back; ``note`` is told of what is kept before anything is removed.
    Raises HoldsWork without a ``yes`` where it holds something. Killed at any point, it has removed nothing,
    or can be brought back, or be repeated. One at a time: another one would keep what is half removed.
    """
    lock = workspace.common / "delegate" / "discard.lock"
    with alone(lock, f"a worktree of {workspace.home} is being discarded by another"):
        return _discard(workspace, yes, always, note)


def _discard(
    workspace: Workspace, yes: bool, always: bool, note: Callable[[Discarded], object]
) -> Discarded | None:
    held = holdings(workspace)
    if not held.empty and not yes:
        raise HoldsWork(f"#{workspace.number} {held.words}")
    git = Git(workspace.home)
    tip = git.line("rev-parse", "--verify", "--quiet", workspace.ref)
    if tip is None and not workspace.git_dir.is_dir():
        return None
    kept = _begun(workspace, git)
    if kept is None and (always or not held.empty or held.extras.kept):
        kept = _keep(workspace, held)
    if kept is not None:
        note(kept)
    remove(workspace)
    if tip is not None:
        drop_branch(git, workspace.branch, tip)
    return kept


def discarded(repository: Repository) -> tuple[Discarded, ...]:
    """What was thrown away and can still be brought back. Raises GitError."""
    git = repository.git
    return tuple(Discarded(ref, recorded(git, ref)[0]) for ref in _refs(git))


def forget(repository: Repository, ref: str) -> None:
    """Give up what was thrown away: git collects it in its own time. Raises GitError and OSError."""
    if not ref.startswith(DISCARDED):
        raise GitError(f"{ref} is nothing that was discarded")
    try:
        packed = recorded(repository.git, ref)[1].packed
    except GitError:
        packed = None
    repository.git.write("update-ref", "-d", ref)
    if packed:
        forget_packed(repository, packed)


def _unmerged(workspace: Workspace, git: Git) -> tuple[Commit, ...]:
    """The commits of the branch and of HEAD that nothing else has, and that were not taken."""
    own = f"worktrees/{workspace.git_dir.name}"
    tips = _commits(git, workspace.ref, f"{own}/HEAD")
    others = [f"--exclude={workspace.branch}", "--branches", "--tags", "--remotes"]
    taken = taken_of(workspace)
    limits = [workspace.base, *_commits(git, "HEAD"), *([taken] if taken else [])]
    listed = (
        git.read("rev-list", "--topo-order", "--reverse", *tips, "--not", *others, *limits) if tips else b""
    )
    return describe(git, listed.decode().split()[-MOST_COMMITS:])


def _commits(git: Git, *names: str) -> list[str]:
    """The ids of the commits that these names stand for; those that do not are left out."""
    found = (git.line("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}") for name in names)
    return list(dict.fromkeys(commit for commit in found if commit))


def _keep(workspace: Workspace, held: Holdings) -> Discarded:
    """Keep all that a workspace holds under a reference of its own."""
    git = Git(workspace.home)
    tips = _commits(git, workspace.ref, f"worktrees/{workspace.git_dir.name}/HEAD") or [workspace.base]
    tree = git.line("rev-parse", f"{tips[0]}^{{tree}}") or ""
    if not held.missing:
        now = state(workspace, bounds=KEPT)
        tree = now.tree
        _refuse_unseen(workspace, held.extras, now)
    taken, into = marked(workspace, TAKEN), marked(workspace, INTO)
    repository = look(workspace.home)
    packed = pack(repository, workspace, held.extras.kept) if repository and held.extras.kept else None
    also = Also(taken, packed, mark_of(workspace), into)
    record = {**to_record(workspace), **asdict(also)}
    message = f"Discarded work of #{workspace.number}\n\n{json.dumps(record)}"
    parents = dict.fromkeys([*tips, *(found for found in (workspace.carried, taken, into) if found)])
    words = [word for parent in parents for word in ("-p", parent)]
    kept = git.write("commit-tree", tree, *words, "-m", message, by=replace(OURS, when=None))
    before = _kept_before(git, also.made)
    ref = before or _free_ref(git, DISCARDED + workspace.branch.removeprefix(BRANCHES))
    outdated = recorded(git, before)[1].packed if before else None
    git.write("update-ref", ref, kept)
    if outdated and repository:
        forget_packed(repository, outdated)
    return Discarded(ref, workspace)


def _begun(workspace: Workspace, git: Git) -> Discarded | None:
    """What an earlier discard has kept of a workspace that it was killed over; what still stands is less."""
    if not workspace.git_dir.is_dir() or (workspace.git_dir / RECORD).exists():
        return None
    tips = _commits(git, workspace.ref)
    for ref in reversed(_refs(git)):
        if recorded(git, ref)[0] == workspace and tips in ([], _commits(git, f"{ref}^1")):
            return Discarded(ref, workspace)
    return None


def _refuse_unseen(workspace: Workspace, extras: Extras, now: Snapshot) -> None:
    """Raise HoldsWork where a snapshot leaves out what was not yet there when it was weighed."""
    known = {extra.path for extra in (*extras.kept, *extras.lost)}
    unread = any(not extra.whole for extra in extras.lost)
    for entry in now.left_out:
        if (entry.path.rstrip("/") not in known) if entry.path else not unread:
            what = f"{entry.path} is {entry.reason}" if entry.path else entry.reason
            raise HoldsWork(f"#{workspace.number} holds more by now ({what}): look at it again")


def _refs(git: Git) -> list[str]:
    """The references of what was thrown away, oldest first."""
    form = ("--sort=committerdate", "--format=%(refname)")
    return git.read("for-each-ref", *form, DISCARDED).decode().split()


def _kept_before(git: Git, mark: str) -> str | None:
    """The reference of a discard of this very workspace that was killed before it removed anything."""
    return next((ref for ref in _refs(git) if mark and recorded(git, ref)[1].made == mark), None)


def _free_ref(git: Git, name: str) -> str:
    again, ref = 1, name
    while git.ok("rev-parse", "--verify", "--quiet", ref):
        again += 1
        ref = f"{name}.{again}"
    return ref


@dataclass(frozen=True, slots=True)
class Also:
    """What else is written down of a discarded workspace.

    ``taken`` is the commit that was taken of it last, ``packed`` the file that holds its extras, ``made`` the
    mark that tells it from others in the same place, ``into`` the commit of the user's that has what was
    taken.
    """

    taken: str | None = None
    packed: str | None = None
    made: str = ""
    into: str | None = None


def recorded(git: Git, ref: str) -> tuple[Workspace, Also]:
    """The workspace as the commit under a reference tells of it. Raises GitError."""
    message = git.read("show", "--no-patch", "--format=%b", "--no-show-signature", ref, "--")
    try:
        record = json.loads(message)
        taken, packed, into = (
            str(found) if (found := record.get(name)) else None for name in ("taken", "packed", "into")
        )
        return from_record(record), Also(taken, packed, str(record.get("made")), into)
    except (ValueError, AttributeError):
        raise GitError(f"{ref} does not say which workspace it was") from None
