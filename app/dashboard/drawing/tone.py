"""How a line of words is meant."""

from __future__ import annotations

from enum import StrEnum


class Tone(StrEnum):
    """How a line is meant; each is a class in the style sheet."""

    PLAN = "plan"
    DONE = "done"
    CAUTION = "caution"
    QUESTION = "question"
    PROBLEM = "problem"


Line = tuple[str, Tone]
"""Words and how they are meant."""
