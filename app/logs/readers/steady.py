"""Progress as it may be shown while a run goes on: never all of it, and never back within a phase.

Single readings cannot promise that: an output may quote another count for a moment, and the tool that has
just counted to its end may not be the last. A phase is what is counted, by its name and its total.
"""

from __future__ import annotations

from dataclasses import replace

from app.model.outcome import Progress

MOST_PERCENT = 99
"""The most that is claimed of a run that has not ended: only its exit says that it is done."""

PATIENCE = 3
"""How many readings in a row must say less before it is believed that the count began anew."""


def unfinished(progress: Progress | None) -> Progress | None:
    """A reading of a run that goes on, without the claim that it is done. Counts stay what they are."""
    if progress is None or progress.percent is None or progress.percent <= MOST_PERCENT:
        return progress
    return replace(progress, percent=MOST_PERCENT)


class Steady:
    """The progress of one run, reading by reading."""

    def __init__(self) -> None:
        self.phase = 0
        """How many times the count has begun anew; within one number it never goes back."""
        self._last: Progress | None = None
        self._held = 0

    def take(self, reading: Progress | None) -> Progress | None:
        """What may be shown after a further reading; None where the output does not tell just now."""
        reading = unfinished(reading)
        if reading is None:
            return None
        last = self._last
        if last is not None and _same(last, reading) and _far(reading) < _far(last):
            self._held += 1
            if not _through(last) and self._held < PATIENCE:
                return last
            self.phase += 1
        elif last is not None and not _same(last, reading):
            self.phase += 1
        self._last, self._held = reading, 0
        return reading


def _same(one: Progress, other: Progress) -> bool:
    return (one.phase, one.total, one.fraction is None) == (other.phase, other.total, other.fraction is None)


def _far(progress: Progress) -> float:
    """How far it is, to compare readings of one phase by."""
    return progress.fraction if progress.fraction is not None else progress.done or 0


def _through(progress: Progress) -> bool:
    """Whether all was counted: what counts less after that is another count."""
    return progress.fraction is not None and progress.fraction * 100 >= MOST_PERCENT
