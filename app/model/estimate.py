"""How long a task will take, judged by how long tasks like it took: samples in, quartiles out.

Two tasks are of one kind when whoever does the work gives them the same name for it (the worker knows what
job a sentence means); where nobody does, when their texts share most of their telling words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.model.duration import format_coarsely
from app.model.naming import telling_words

NONE_YET = "no estimate yet"
"""What is said of a task's duration while no history tells."""

MOST_SAMPLES = 20
"""How many of the newest samples count: a project's tests of last year say little about those of today."""

ALIKE = 0.6
"""The share of telling words that two texts have in common from which on they are of one kind (Jaccard)."""

_FEW = 3
"""Below so many samples there are no quartiles worth the name."""

_FENCE = 1.5
"""Quartile distances above the upper quartile from which on a value stands apart (Tukey's fence)."""

_SLACK, _SLACK_S = 0.25, 5.0
"""A run is never overdue within this share of the upper quartile, nor within so many seconds of it."""

_DOING = frozenset(
    {"run", "running", "rerun", "execute", "executing", "start", "starting", "perform", "performing"}
    | {"launch", "launching", "doing"}
)
"""Words that say only that something is done."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One attempt that completed: what was asked, in which folder, how many seconds it took."""

    text: str
    folder: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """The middle half of ``count`` runs took between ``low_s`` and ``high_s`` seconds, half of them
    ``middle_s`` at most. Of one or two runs they are the shortest and the longest."""

    low_s: float
    middle_s: float
    high_s: float
    count: int

    @property
    def short(self) -> str:
        """For a column: ``9–15m``, or ``~15m`` where one or two runs are all there is."""
        if self.count < _FEW:
            return f"~{_spell(self.middle_s)}"
        return _range(self.low_s, self.high_s)

    @property
    def words(self) -> str:
        """For a line: ``usually 9–15m``, or ``~15m``."""
        return self.short if self.count < _FEW else f"usually {self.short}"

    @property
    def latest_s(self) -> float:
        """The duration in seconds from which on a run is overdue: later than its like have reason to be."""
        apart = 2 * self.high_s if self.count < _FEW else self.high_s + _FENCE * (self.high_s - self.low_s)
        return max(apart, self.high_s * (1 + _SLACK), self.high_s + _SLACK_S)

    def overdue(self, elapsed_s: float) -> bool:
        """Whether a run that is still going on after so many seconds takes unusually long."""
        return elapsed_s > self.latest_s

    def remaining_s(self, elapsed_s: float) -> tuple[float, float]:
        """The seconds that are left at least and at most, each 0 where that is over."""
        return max(0.0, self.low_s - elapsed_s), max(0.0, self.high_s - elapsed_s)

    def outlook(self, elapsed_s: float) -> str:
        """What is to be expected now: ``3–9m left``, ``at most 4m left``, ``due``, ``overdue by 5m``."""
        least, most = self.remaining_s(elapsed_s)
        if self.overdue(elapsed_s):
            return f"overdue by {format_coarsely(elapsed_s - self.high_s)}"
        if most == 0:
            return "due"
        if self.count < _FEW:
            left = max(0.0, self.middle_s - elapsed_s)
            return f"~{_spell(left)} left" if left else "due"
        return f"{_range(least, most)} left" if least else f"at most {_spell(most)} left"

    def sentence(self, elapsed_s: float | None = None) -> str:
        """All there is to say: ``usually 9–15m (12 runs) · 3–9m left``; the outlook only of one that runs."""
        runs = "1 run" if self.count == 1 else f"{self.count} runs"
        outlook = "" if elapsed_s is None else f" · {self.outlook(elapsed_s)}"
        return f"{self.words} ({runs}){outlook}"


def estimate_words(estimate: Estimate | None) -> str:
    """The estimate of a task that has not started, in words."""
    return estimate.words if estimate else NONE_YET


def no_kind(text: str) -> str:
    """The kind of a task of which nobody knows more than its words: none."""
    del text
    return ""


def estimate(
    text: str, folder: str, samples: Sequence[Sample], kind_of: Callable[[str], str] = no_kind
) -> Estimate | None:
    """What samples of one agent in one project, oldest first, say of a further task; None when nothing.

    ``kind_of`` names the kind of a text, or gives an empty string where it cannot tell. Runs in the same
    folder count before those elsewhere in the project.
    """
    alike = _of_kind(text, samples, kind_of)
    here = [sample for sample in alike if sample.folder == folder]
    durations = sorted(sample.duration_s for sample in (here or alike)[-MOST_SAMPLES:])
    if not durations:
        return None
    middle = _quantile(durations, 0.5)
    if len(durations) < _FEW:
        return Estimate(durations[0], middle, durations[-1], len(durations))
    return Estimate(_quantile(durations, 0.25), middle, _quantile(durations, 0.75), len(durations))


def _of_kind(text: str, samples: Sequence[Sample], kind_of: Callable[[str], str]) -> list[Sample]:
    if kind := kind_of(text):
        return [sample for sample in samples if kind_of(sample.text) == kind]
    wanted = _words(text)
    likeness = [_likeness(text, wanted, sample.text) for sample in samples]
    # The very same task says more than one of nearly the same words.
    least = 1.0 if 1.0 in likeness else ALIKE
    return [sample for sample, like in zip(samples, likeness, strict=True) if like >= least]


def _likeness(text: str, words: frozenset[str], other: str) -> float:
    if text == other:
        return 1.0
    others = _words(other)
    return len(words & others) / len(words | others) if words or others else 0.0


def _words(text: str) -> frozenset[str]:
    """The telling words of a text without their endings: ``the test suites`` and ``a test suite`` agree."""
    words = telling_words(text)
    return frozenset(_stem(word) for word in words if word not in _DOING) or frozenset(words)


def _stem(word: str) -> str:
    for ending in ("ing", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Between the two values next to the place, in proportion; `statistics` takes 10 ms to load."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _range(low_s: float, high_s: float) -> str:
    """``9–15m``, ``40s–3m``: the unit once where both have the same; one value where both read the same."""
    low, high = _spell(low_s), _spell(high_s)
    if low == high:
        return high
    return f"{low[:-1] if low[-1] == high[-1] else low}–{high}"


def _spell(seconds: float) -> str:
    """In at most four cells, rounded to what is worth saying: ``8s``, ``15m``, ``1.5h``, ``12h``, ``3d``."""
    if seconds < 59.5:
        return f"{max(1, round(seconds))}s"
    if seconds < 3570:
        return f"{round(seconds / 60)}m"
    hours = seconds / 3600
    if hours < 48:
        return f"{hours:.1f}".removesuffix(".0") + "h" if hours < 9.95 else f"{round(hours)}h"
    return f"{round(hours / 24)}d"
