"""How a task stands: the facts that are kept apart, and the one word the screen shows for them."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Status(StrEnum):
    """The one word for a task, in records, in ``--json`` and on the screen."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    ASKING = "asking"
    COMPLETE = "complete"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    STOPPED = "stopped"
    LOST = "lost"

    @property
    def glyph(self) -> str:
        """One cell that tells the status without colour."""
        return _GLYPHS[self]

    @property
    def word(self) -> str:
        """The status as people read it."""
        return self.value.replace("_", " ")

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the task by itself."""
        return self not in _OPEN

    @property
    def live(self) -> bool:
        """Whether a runner has the task in hand."""
        return self in _LIVE


_GLYPHS = {
    Status.QUEUED: "◷",
    Status.STARTING: "▷",
    Status.RUNNING: "▶",
    Status.ASKING: "?",
    Status.COMPLETE: "✓",
    Status.FAILED: "✗",
    Status.TIMED_OUT: "⧗",
    Status.STOPPED: "■",
    Status.LOST: "‽",
}
_LIVE = frozenset({Status.STARTING, Status.RUNNING, Status.ASKING})
_OPEN = _LIVE | {Status.QUEUED}


class Priority(IntEnum):
    """What starts first when slots are few; the lower value wins."""

    CRITICAL = 0
    HIGH = 1
    NORMAL = 2
    LOW = 3

    @property
    def word(self) -> str:
        """The priority as people type and read it."""
        return self.name.lower()


class Attention(StrEnum):
    """Whether the person has looked at the end of a task; apart from how it ended."""

    UNREAD = "unread"
    SEEN = "seen"
