"""Where a new task will work: in a git worktree of its own, or in place, one writer after the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from app.model.task import COMMAND, WORKER
from app.model.workspace import Workspace

if TYPE_CHECKING:
    from app.model.draft import Draft
    from app.registry.config import Config

_READS = re.compile(
    r"(?:please |can you |could you )*(?:re-?)?(?:run|check|test|analy[sz]e|scan|review|report|watch|monitor"
    r"|track|build|compile|measure|count|list|show|find|explain|audit|generate (?:a )?\w+ report)\b",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"\b(?:fix|format|lint|updat|upgrad|commit|renam|writ|add|remov|delet|chang)\w*",
    re.IGNORECASE,
)


class CannotPlace(Exception):  # noqa: N818 - a state of affairs, not a fault
    """The task cannot work where it was asked to; the message is one line that says why."""


def workspace_of(draft: Draft, agent: str, folder: Path, config: Config) -> Workspace | None:
    """The place for a request; None where its command just runs in its folder. Raises CannotPlace.

    A command that a person typed does what it says, unless a worktree was asked for. The worker works in
    place and tells itself what it changed. Other agents get a worktree where there is a repository and the
    settings do not say otherwise.
    """
    from app.registry.checkout import checkout_of

    top = checkout_of(folder)
    wanted = draft.worktree or draft.base is not None or bool(draft.with_changes)
    if wanted and draft.worktree is False:
        raise CannotPlace("base: and with:changes need a worktree; leave out worktree:no")
    if wanted and top is None:
        raise CannotPlace(f"{folder} is in no git repository, so there is no worktree; use worktree:no")
    if agent == COMMAND and not wanted:
        return None
    checkout = str(top or folder)
    if wanted or (draft.worktree is None and _by_default(agent, top, config)):
        links, copies, setup = config.provision_for(checkout)
        return Workspace(
            worktree=True,
            checkout=checkout,
            base=draft.base,
            with_changes=bool(draft.with_changes),
            links=links,
            copies=copies,
            setup=setup,
        )
    if agent == WORKER:
        return None if only_reads(draft.text) else Workspace(checkout=checkout, track=False)
    return Workspace(checkout=checkout)


def only_reads(text: str) -> bool:
    """Whether a sentence for the worker asks for nothing that changes files; when unsure it does."""
    return _READS.match(text.strip()) is not None and _WRITES.search(text) is None


def check_of(draft: Draft, workspace: Workspace | None, config: Config) -> str | None:
    """The command line that proves a success: the one asked for, else that of the project, which is for tasks
    that change files. ``check:no`` waives it."""
    if draft.check is not None:
        return draft.check if draft.check.lower() not in ("no", "none") else None
    return config.check_for(workspace.checkout) if workspace is not None and workspace.checkout else None


def place_words(workspace: Workspace | None, check: str | None) -> list[str]:
    """Place and proof of a task in a few words each: ``own worktree``, ``in place``, ``check: pytest -q``.

    Nothing is said of the place of a task that just runs in its folder.
    """
    words = []
    if workspace is not None:
        words.append("own worktree" if workspace.worktree else "in place")
        if workspace.base is not None:
            words[-1] += f" from {workspace.base}"
        if workspace.with_changes:
            words[-1] += " with your changes"
    return [*words, *([f"check: {check}"] if check else [])]


def _by_default(agent: str, top: Path | None, config: Config) -> bool:
    return top is not None and agent != WORKER and config.worktree
