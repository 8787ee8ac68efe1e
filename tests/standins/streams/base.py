"""The things that a one-shot client tells about, each for a client to put into its own words."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Plan = list[tuple[str, str]]
"""Steps with their states: pending, in_progress, completed."""


@dataclass(slots=True)
class Tool:
    """One call of a shell tool and how it ended."""

    id: str
    command: str
    output: str = ""
    code: int = 0


@dataclass(slots=True)
class Stream:
    """What a client prints; a thing that it keeps to itself prints nothing.

    The tokens and the cost are the sum of the run; the cost is in USD.
    """

    session: str
    folder: str
    tokens: tuple[int, int] = (0, 0)
    cost: float = 0.0
    denied: list[Tool] = field(default_factory=list)
    said: str = ""
    last_plan: Plan = field(default_factory=list)

    def put(self, event: Json) -> None:
        """Print one event."""
        sys.stdout.write(json.dumps(event, separators=(",", ":")) + "\n")
        sys.stdout.flush()

    def warn(self, text: str) -> None:
        """Print on the error output."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def started(self) -> None:
        """The run began."""

    def text(self, text: str) -> None:
        """The model said something."""

    def tool_started(self, tool: Tool) -> None:
        """A tool was called."""

    def tool_ended(self, tool: Tool) -> None:
        """A tool came back."""

    def tool_denied(self, tool: Tool) -> None:
        """A tool was not allowed, and nobody was there to ask."""

    def plan(self, plan: Plan) -> None:
        """The list of steps changed."""

    def retrying(self, attempt: int, status: int) -> None:
        """A request of the model failed and is repeated."""

    def limit_reached(self) -> int:
        """The number of turns is used up; the exit code."""
        return self.failed(0, "Reached the maximum number of turns")

    def failed(self, status: int, message: str) -> int:
        """The run ended with an error of the model's API; the exit code."""
        raise NotImplementedError

    def cut(self) -> int:
        """The model's answer broke off in the middle; the exit code."""
        return self.failed(0, "stream disconnected before completion")

    def interrupted(self) -> int | None:
        """SIGINT came; the exit code, None to die of it."""
        return None

    def finished(self) -> int:
        """The run came to its end; the exit code."""
        return 0
