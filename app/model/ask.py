"""What an agent asks while it runs, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ChoiceKind(StrEnum):
    """What a choice means, whatever the agent calls it (Agent Client Protocol, PermissionOptionKind)."""

    ALLOW_ONCE = "allow_once"
    ALLOW_ALWAYS = "allow_always"
    REJECT_ONCE = "reject_once"
    REJECT_ALWAYS = "reject_always"

    @property
    def allows(self) -> bool:
        """Whether the agent may go on with what it asked for."""
        return self in (ChoiceKind.ALLOW_ONCE, ChoiceKind.ALLOW_ALWAYS)


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that an agent offers. ``id`` is the agent's own word for it, ``name`` is for people."""

    id: str
    name: str
    kind: ChoiceKind


@dataclass(frozen=True, slots=True)
class Ask:
    """A question of an agent that waits for an answer (``ask-1.toml``).

    ``number`` counts the questions of a task over all its attempts. ``title`` is one line, ``detail`` what is
    known beyond it: the command, the file, the change. ``expires`` is when it is declined by itself. All
    texts are the agent's own and not to be trusted.
    """

    number: int
    attempt: int
    title: str
    choices: tuple[Choice, ...]
    asked: datetime
    expires: datetime
    detail: str = ""
    tool: str = ""

    def choice(self, *kinds: ChoiceKind) -> Choice | None:
        """The choice of the first of these kinds that the agent offers; ids differ, kinds do not."""
        for kind in kinds:
            for choice in self.choices:
                if choice.kind is kind:
                    return choice
        return None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered (``answer-1.toml``): the kind of a choice, and who said it, for the log."""

    number: int
    kind: ChoiceKind
    by: str = "you"
