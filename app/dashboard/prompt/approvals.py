"""An agent that must be approved as a panel: what it may do, and how far a yes reaches. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.agents.approval import CHANGED
from app.agents.describing import UNLIMITED, WARNING
from app.dashboard.prompt.panel import Panel, Paragraph, offer
from app.logs.sanitise import sanitise
from app.model.commands import APPROVAL_KEYS
from app.registry.approvals import Scope

SCOPES = dict(zip(APPROVAL_KEYS, (*Scope, None), strict=True))
"""How far the yes of each key reaches; None for no."""

_LABEL = re.compile(r"[\w ()]{2,30}:(?= )")
_TASK, _LONGEST = "task: ", 200
_ONCE = "y until this task has ended"
_NOTE = "p in this project and A everywhere, until its definition changes · n starts nothing"


def approval_panel(
    name: str, lines: tuple[str, ...], folder: str, *, once: bool = True, text: str = ""
) -> Panel:
    """The panel of an agent; ``lines`` say in plain words what it may do, ``text`` what it is wanted for.

    Without ``once`` no task waits for it. ``folder`` is where it is to work, written short.
    """
    name = sanitise(name)
    return Panel(
        label=f"let {name} work ›",
        title=sanitise(f"{name} needs your yes · in {folder}" if once else f"{name} · in {folder}"),
        body=(*_task(text), *(_paragraph(index, sanitise(line)) for index, line in enumerate(lines))),
        offers=tuple(offer(key) for key in APPROVAL_KEYS if once or key != "once"),
        note=f"{_ONCE} · {_NOTE}" if once else _NOTE.replace("starts nothing", "approves nothing"),
    )


def _task(text: str) -> Iterator[Paragraph]:
    """The beginning of what the agent is wanted for: a yes for a task is a yes to its text."""
    said = sanitise(" ".join(text.split()))
    if said:
        yield Paragraph(f"{_TASK}{said[:_LONGEST]}{'…' if len(said) > _LONGEST else ''}", label=len(_TASK))


def _paragraph(index: int, line: str) -> Paragraph:
    label = _LABEL.match(line) if index else None
    return Paragraph(line, _style(index, line), label=label.end() if label else 0)


def _style(index: int, line: str) -> str:
    if CHANGED in line or WARNING in line or UNLIMITED in line:
        return "asks"
    return "bold" if index == 0 or line.startswith("may ") else ""
