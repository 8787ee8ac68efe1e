"""A task's own worktree as plain data: its branch, its folder, what it began with, and the record of that."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from uuid import uuid4

from app.registry.files import write_atomic
from app.workspace.repository import Repository

BRANCHES = "delegate/"
"""What the name of every branch of ours begins with."""

RECORD = "delegate.json"
"""The record of a workspace, in git's own folder for the worktree; there only once the workspace is whole."""

CARRIED = "refs/worktree/delegate/carried"
TAKEN = "refs/worktree/delegate/taken"
INTO = "refs/worktree/delegate/into"
"""References of the worktree alone: they keep commits from being collected, are in no listing of branches,
and go with the worktree. INTO is the commit of the user's that has what was taken."""

_UNFIT = re.compile(r"[^\w.+-]+|\.{2,}")


@dataclass(frozen=True, slots=True)
class Workspace:
    """The worktree of a task.

    ``folder`` is its top, ``home`` the top of the checkout it was made from (or the bare repository), and
    ``common`` what both share. ``base`` is the commit that ``branch`` began at; ``carried`` a commit over it
    that holds the uncommitted changes that were taken along, None where none were. ``git_dir`` is git's own
    folder for this worktree. ``linked`` are the paths that were linked or copied into it, ``notes`` what a
    person should know.
    """

    number: int
    name: str
    folder: Path
    branch: str
    base: str
    home: Path
    common: Path
    git_dir: Path
    carried: str | None = None
    linked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def start(self) -> str:
        """The commit that holds what the task found: what it did is what differs from that."""
        return self.carried or self.base

    @property
    def ref(self) -> str:
        """The full name of the branch."""
        return f"refs/heads/{self.branch}"


def branch_name(number: int, name: str, again: int = 1) -> str:
    """``delegate/7-fix-lint``; ``again`` tells it from branches that stand already: ``…-fix-lint-2``.

    Whatever the name holds, git accepts the result (git-check-ref-format(1)).
    """
    fit = _UNFIT.sub("-", name).strip("-.").removesuffix(".lock")[:100].rstrip("-.") or "task"
    return f"{BRANCHES}{number}-{fit}" + (f"-{again}" if again > 1 else "")


def to_record(workspace: Workspace) -> dict[str, object]:
    """A workspace as a record of strings, numbers and lists."""
    return {
        name: str(value) if isinstance(value, Path) else list(value) if isinstance(value, tuple) else value
        for name, value in asdict(workspace).items()
    }


def from_record(record: dict[str, object]) -> Workspace:
    """A workspace from its record; keys of a newer version are passed over. Raises ValueError."""
    known = {field.name for field in fields(Workspace)}
    values = {name: value for name, value in record.items() if name in known}
    try:
        for name in ("folder", "home", "common", "git_dir"):
            values[name] = Path(str(values[name]))
        for name in ("linked", "notes"):
            listed = values.get(name, [])
            values[name] = tuple(str(item) for item in listed) if isinstance(listed, list) else ()
        return Workspace(**values)  # type: ignore[arg-type]
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no record of a workspace: {error}") from None


def save(workspace: Workspace, mark: str | None = None) -> None:
    """Write the record, durably and at once. From here on the workspace is whole.

    The ``mark``, by default one that no other has, tells it from others that stood in the same place.
    """
    record = {**to_record(workspace), "mark": mark or uuid4().hex}
    write_atomic(workspace.git_dir / RECORD, json.dumps(record).encode())


def mark_of(workspace: Workspace) -> str:
    """What tells a workspace from others that stood in the same place; empty for one that is not whole."""
    try:
        return str(json.loads((workspace.git_dir / RECORD).read_bytes()).get("mark", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def load(git_dir: Path) -> Workspace | None:
    """The workspace that git's folder for a worktree belongs to; None where it is nobody's, or half made."""
    try:
        record = json.loads((git_dir / RECORD).read_bytes())
        found = from_record(record if isinstance(record, dict) else {})
    except (OSError, ValueError):
        return None
    return found if found.git_dir == git_dir else None


def is_whole(workspace: Workspace) -> bool:
    """Whether a workspace stands with its record; one that is half made or half removed has none."""
    return workspace.folder.is_dir() and (workspace.git_dir / RECORD).exists()


def every(repository: Repository) -> tuple[Workspace, ...]:
    """The whole workspaces of a repository, by number; their folders may have been removed by hand."""
    try:
        entries = list((repository.common / "worktrees").iterdir())
    except OSError:
        return ()
    found = (load(entry) for entry in entries)
    return tuple(sorted((one for one in found if one), key=lambda one: (one.number, one.branch)))
