"""What a person says to an agent while it works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Message:
    """Words for the agent of a running attempt (``message-1.toml``), sent at the end of its turn.

    ``number`` counts the messages of a task. ``delivered`` is when its agent was told, None as long as it has
    not been.
    """

    number: int
    attempt: int
    text: str
    written: datetime
    delivered: datetime | None = None
