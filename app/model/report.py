"""What an agent tells of its work while it runs, and how it says that it ended."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.outcome import Progress
from app.model.status import Status


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run has cost, as far as the client tells. ``cost`` is in ``currency``, an ISO 4217 code."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Report:
    """What the process that speaks with an agent knows of it (``report.toml``, one for each attempt).

    ``doing`` is the tool at work, ``retrying`` says in words that the client tries again to reach its model.
    ``denied`` names the tools that were refused, ``answered`` says of the newest questions how they were
    answered and by whom. ``messages`` counts those of the user that wait for the end of the agent's turn. The
    rest is there once the agent has ended: ``verdict`` is complete or failed, with the ``reason`` for a
    failure, or the ``qualifier`` without which "complete" would say too much. ``trouble`` is ``quota`` or
    ``login`` where no other task of this agent could do better.
    """

    attempt: int
    session: str | None = None
    model: str | None = None
    mode: str | None = None
    progress: Progress | None = None
    doing: str | None = None
    retrying: str | None = None
    usage: Usage | None = None
    denied: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    messages: int = 0
    verdict: Status | None = None
    reason: str | None = None
    qualifier: str | None = None
    trouble: str | None = None
