"""What came out of a run, and how far one has come: plain data, whichever tool said it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running task has come, as far as its output tells.

    ``done`` and ``total`` count the same things; ``percent`` is 0 to 100; ``text`` says it in the tool's own
    terms; ``phase`` names the part of the work that is counted: another phase counts anew. What the output
    does not tell is None.
    """

    done: int | None = None
    total: int | None = None
    percent: int | None = None
    text: str | None = None
    phase: str | None = None

    @property
    def fraction(self) -> float | None:
        """The done part as 0.0 to 1.0, or None where only a count is known."""
        if self.done is not None and self.total:
            return min(1.0, self.done / self.total)
        if self.percent is not None:
            return min(1.0, max(0.0, self.percent / 100))
        return None

    @property
    def label(self) -> str:
        """The shortest truthful form: ``47/89``, ``45%`` or the text."""
        if self.done is not None and self.total:
            return f"{self.done}/{self.total}"
        if self.percent is not None:
            return f"{self.percent}%"
        return self.text or self.phase or ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished run reported, read from its output or written by the task itself.

    ``headline`` is the short result (``156 passed``), ``error`` the one line that explains a failure. Counts
    that no tool gave are None; ``files`` are the files changed, relative to the task's folder.
    """

    tool: str | None = None
    headline: str | None = None
    error: str | None = None
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    errors: int | None = None
    warnings: int | None = None
    fixed: int | None = None
    files: tuple[str, ...] = ()
    commit: str | None = None
