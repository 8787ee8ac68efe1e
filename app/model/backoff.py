"""When a failed task is tried again by itself: ever longer pauses, each a little different."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.model.status import Status

FIRST_S = 5.0
LONGEST_S = 900.0
"""The pause before the first automatic retry, and the longest one, in seconds."""

JITTER = 0.25
"""By how much of itself a pause may be longer, so that tasks that failed together do not return together."""


def pause_s(retry: int, chance: float) -> float:
    """The pause before the nth automatic retry (from 1); ``chance`` is a random number from 0.0 to 1.0.

    Exponential: 5 s, 10 s, 20 s …, at most 15 minutes, and up to a quarter more.
    """
    base = min(LONGEST_S, FIRST_S * 2.0 ** min(retry - 1, 30))
    return base * (1 + JITTER * chance)


def next_start(verdict: Status, retries: int, used: int, now: datetime, chance: float) -> datetime | None:
    """When to try again after this end, or None if it is over.

    Only a failure and a time-out are tried again: what a person has stopped stays stopped, and what was lost
    may have done its work.
    """
    if verdict not in (Status.FAILED, Status.TIMED_OUT) or used >= retries:
        return None
    return now + timedelta(seconds=pause_s(used + 1, chance))
