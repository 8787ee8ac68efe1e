"""Whether a worktree will have the definition of its agent: it brings only what is committed."""

from __future__ import annotations

from pathlib import Path

from app.agents.git import ask_git
from app.model.agent import AgentDefinition
from app.model.workspace import Workspace
from app.registry.checkout import checkout_of
from app.registry.project import named_by_project

_PATIENCE_S = 10.0
_DIFFERS = 1


def why_missing(agent: AgentDefinition, workspace: Workspace) -> str | None:
    """Why the agent's client would not find its definition in the worktree, in one line; None where it would.

    Where git cannot tell, nothing is said: the agent's host looks again before it starts anything.
    """
    file = Path(agent.file) if agent.file else None
    top = Path(workspace.checkout)
    if file is None or not workspace.worktree or workspace.with_changes:
        return None
    if not file.is_relative_to(top) or checkout_of(file.parent) != top or _is_provided(file, workspace):
        return None
    shown = str(file.relative_to(top))
    commit = workspace.base or "HEAD"
    compare = ("diff", "--quiet", "--no-ext-diff", "--no-textconv", "--end-of-options", commit, "--", shown)
    differs = _ask_git(top, *compare)  # without a commit there is no worktree either, and git tells nothing
    if differs == _DIFFERS and workspace.base:
        return f"{shown} is another one in {workspace.base}: take another base:, or add worktree:no"
    if differs == _DIFFERS:
        return (
            f"{shown} is not committed as it is now, so a worktree lacks that: commit it, or add worktree:no"
        )
    if differs == 0 and _ask_git(top, "ls-files", "--error-unmatch", "--", shown) == _DIFFERS:
        return f"{shown} is not committed, so a worktree lacks it: commit it, or add worktree:no"
    return None


def _is_provided(file: Path, workspace: Workspace) -> bool:
    """Whether the worktree gets the file from the checkout although it is not committed."""
    top = Path(workspace.checkout)
    links, copies, _ = named_by_project(top)
    given = (top / path for path in (*workspace.links, *workspace.copies, *links, *copies))
    return any(file.is_relative_to(path) for path in given)


def _ask_git(top: Path, *words: str) -> int | None:
    """The exit code of git; None where there is none, or it takes too long."""
    try:
        return ask_git(top, *words, patience_s=_PATIENCE_S).returncode
    except OSError:
        return None
