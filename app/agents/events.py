"""What an agent did, said or wants, in one form for all clients, whichever way they tell it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.model.ask import Choice
from app.model.report import Usage


@dataclass(frozen=True, slots=True)
class Started:
    """A conversation is open. What the client does not tell is None."""

    session: str | None = None
    model: str | None = None
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of what the agent says; pieces follow each other without a break. ``thought`` is not speech."""

    text: str
    thought: bool = False


class ToolStatus(StrEnum):
    """How the use of a tool stands."""

    PENDING = "pending"
    RUNNING = "in_progress"
    DONE = "completed"
    FAILED = "failed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Tool:
    """The use of a tool, told anew whenever it changes; None is what is not told anew.

    ``title`` is one line for people, ``kind`` one of the protocol's words (read, edit, execute …), ``input``
    and ``output`` are text. ``paths`` are the files it concerns, ``added`` and ``removed`` lines of a change.
    """

    id: str
    title: str | None = None
    kind: str | None = None
    status: ToolStatus | None = None
    input: str | None = None
    output: str | None = None
    paths: tuple[str, ...] = ()
    added: int | None = None
    removed: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a plan; ``status`` is pending, in_progress or completed."""

    text: str
    status: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan as it stands now."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Permission:
    """The agent wants to use a tool and waits for an answer."""

    tool: Tool
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Spent:
    """What the run has cost so far; sums, not differences."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Retrying:
    """The client could not reach its model and tries again. ``status`` is that of HTTP where there is one."""

    attempt: int | None = None
    most: int | None = None
    status: int | None = None
    why: str = ""

    @property
    def cause(self) -> str:
        """``529 overloaded``: the status first, and once where the client's own words begin with it too."""
        why = " ".join(self.why.split())
        return why if not self.status or why.startswith(str(self.status)) else f"{self.status} {why}".strip()


@dataclass(frozen=True, slots=True)
class Denied:
    """The use of a tool was refused, by whomever; ``title`` names it."""

    title: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Something to be read that does not end the run."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The client says that its turn is over. ``reason`` is its own word for it, ``error`` what went wrong.

    ``ok`` is what the client claims. ``status`` is that of HTTP where an interface failed.
    """

    ok: bool
    reason: str = ""
    error: str | None = None
    status: int | None = None
    text: str | None = None


Event = Started | Text | Tool | Plan | Permission | Spent | Retrying | Denied | Warned | Ended
