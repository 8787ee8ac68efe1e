"""An agent that is held: its tasks wait, because none of them could do better than the one that failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WORDS = {"quota": "quota exceeded", "login": "login needed"}
"""What each kind of trouble is called on a row."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Since when an agent is held, after which task's failure, and why. ``reason`` is that of the failure.

    ``trouble`` is ``quota`` or ``login``. It lasts until a person frees the agent, or as long as configured.
    """

    agent: str
    trouble: str
    reason: str
    since: datetime
    number: int = 0

    @property
    def words(self) -> str:
        """Why its tasks wait, as on their rows: ``claude paused: quota exceeded``."""
        return f"{self.agent} paused: {WORDS.get(self.trouble, self.trouble)}"

    def until(self, hold_s: float | None) -> datetime | None:
        """When it ends by itself, if holds last so many seconds; None for never."""
        return None if hold_s is None else self.since + timedelta(seconds=hold_s)
