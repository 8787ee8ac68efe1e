"""Tasks in every state, made of plain data: no process, no file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.dashboard.table.rows import Moment
from app.model.outcome import Outcome
from app.model.status import Attention, Priority, Status
from app.model.task import Attempt, Identity, Live, Request, State, Task

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""When all samples happen."""

NOW = Moment(10_000.0, NOON)
"""The instant at which samples are looked at."""


def task(
    number: int = 7,
    text: str = "Run the test suite",
    status: Status = Status.RUNNING,
    *,
    ran_s: float = 8.0,
    exit_code: int | None = None,
    signal: int | None = None,
    reason: str | None = None,
    outcome: Outcome | None = None,
    survivors: tuple[int, ...] = (),
    seen: bool = False,
    stopping: bool = False,
    queue_reason: str | None = None,
    priority: Priority = Priority.NORMAL,
    ended: datetime = NOON,
    agent: str = "worker",
) -> Task:
    """A task in a state; live ones have run for ``ran_s`` at `NOW`, ended ones took as long."""
    request = Request(
        id=f"agent_20261120_{number:06}",
        number=number,
        name=f"task-{number}",
        text=text,
        agent=agent,
        command=("true",),
        folder="/srv/shop",
        created=NOON - timedelta(hours=1),
        priority=priority,
    )
    attempt = Attempt(
        1,
        "a.log",
        verdict=status if status.ended else None,
        started=ended - timedelta(seconds=ran_s),
        ended=ended if status.ended else None,
        duration_s=ran_s if status.ended else None,
        exit_code=exit_code,
        signal=signal,
        reason=reason,
        outcome=outcome or Outcome(),
        survivors=survivors,
    )
    return Task(
        request,
        State(
            Status.STARTING if status in (Status.STARTING, Status.RUNNING) else status,
            Attention.SEEN if seen else None,
            attempts=() if status is Status.QUEUED else (attempt,),
        ),
        _live(status, ran_s, stopping),
        queue_reason,
    )


def _live(status: Status, ran_s: float, stopping: bool) -> Live | None:
    if not status.live:
        return None
    child = None if status is Status.STARTING else Identity("boot", 101, 1)
    started = NOON - timedelta(seconds=ran_s)
    return Live(1, Identity("boot", 100, 1), child, started, NOW.monotonic - ran_s, stopping)
