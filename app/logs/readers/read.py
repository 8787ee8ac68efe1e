"""The two questions asked of an output, put to the readers of all tools; the last to speak is believed."""

from __future__ import annotations

from app.model.outcome import Outcome, Progress


def read_progress(tail: str, *, cut: bool = False) -> Progress | None:
    """How far the run has come, or None where its output does not tell.

    ``tail`` is the newest part of the log; ``cut`` says that older output is missing from it, and then only
    numbers that the tool printed itself are used, since lines can no longer be counted.
    """
    del tail, cut
    return None


def read_outcome(head: str, tail: str, exit_code: int | None, signal: int | None) -> Outcome:
    """What the run came to. ``head`` and ``tail`` are the first and the newest part of the log; they may overlap.

    ``error`` is None when ``exit_code`` is 0, and otherwise the one line that explains the end.
    """
    del head, tail
    if signal is not None:
        return Outcome(error=f"killed by signal {signal}")
    return Outcome(error=f"exit {exit_code}" if exit_code else None)
