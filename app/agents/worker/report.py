"""What a job came to, and what is said about it: exit code, outcome and the Markdown summary."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.agents.worker.findings import Difference, Findings, compare
from app.agents.worker.jobs import Linter
from app.agents.worker.journal import counted
from app.agents.worker.worktree import Commit, Reason
from app.model.outcome import Outcome

_NO_TESTS_CODE = 5
"""What pytest, and unittest since Python 3.12, exit with when they found no test."""


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One run of a project's tests; ``code`` is its exit code, or 128 plus a signal."""

    tool: str
    command: str
    code: int
    outcome: Outcome

    @property
    def empty(self) -> bool:
        """Whether it found no test to run."""
        return self.code == _NO_TESTS_CODE and self.tool in ("pytest", "unittest") and not self.outcome.passed

    @property
    def words(self) -> str:
        """The result in a few words, with counts where the tool gave any."""
        return runs_in_words((self,))


@dataclass(frozen=True, slots=True)
class LintResult:
    """What one linter said before and after. It was let at the files ``planned`` and changed ``files``."""

    linter: Linter
    before: Findings
    after: Findings
    planned: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def difference(self) -> Difference:
        """What was fixed, by the linter's own count, in the files that it was let at."""
        return compare(self.before.within(self.planned), self.after.within(self.planned))


@dataclass(frozen=True, slots=True)
class FixReport:
    """All there is to say about a fix, so far. Paths are absolute; ``folder`` is where the task works.

    ``left_alone`` tells why files with problems were not touched. ``tests`` is None when none were run, and
    ``note`` says why. ``problem`` is the one line that explains why the job failed.
    """

    folder: Path
    linters: tuple[LintResult, ...] = ()
    left_alone: Mapping[str, Reason] = field(default_factory=dict)
    tests: tuple[SuiteRun, ...] | None = None
    note: str | None = None
    commit_wanted: bool = False
    commit: Commit | None = None
    problem: str | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The files that were changed."""
        return tuple(path for result in self.linters for path in result.files)

    @property
    def fixed(self) -> tuple[int, int]:
        """How many errors and how many warnings were fixed."""
        differences = [result.difference for result in self.linters]
        return sum(each.errors for each in differences), sum(each.warnings for each in differences)

    @property
    def left(self) -> tuple[int, int]:
        """How many errors and how many warnings there are now, in all files."""
        after = [each.after for each in self.linters]
        return sum(each.errors for each in after), sum(each.warnings for each in after)

    @property
    def unfixable(self) -> Findings:
        """The problems that remain in files that were not left alone: those that need a person."""
        found = [problem for each in self.linters for problem in each.after.without(self.left_alone).problems]
        return Findings(tuple(found))

    @property
    def explanation(self) -> str | None:
        """The one line that explains a failure, None when the job is done."""
        if self.problem:
            return self.problem
        errors = self.unfixable.errors
        if not errors:
            return None
        tools = " and ".join(each.linter for each in self.linters)
        rules = Findings(tuple(each for each in self.unfixable.problems if each.error)).rules
        are = "is" if errors == 1 else "are"
        return f"{counted(errors, 'error')} {are} left that {tools} cannot fix: {listed(rules.most_common())}"

    @property
    def exit_code(self) -> int:
        """As the linters themselves: 1 when errors are left, and 1 when tests failed or a commit did."""
        return 1 if self.explanation else 0

    @property
    def headline(self) -> str:
        """The result in a few words, as ``47 fixed in 12 files, 156 passed``."""
        left = sum(self.left)
        if self.files:
            done = f"{sum(self.fixed)} fixed in {counted(len(self.files), 'file')}"
        else:
            done = "nothing could be fixed" if left else "no problems"
        tests = [runs_in_words(self.tests)] if self.tests else []
        return ", ".join([done, *([f"{left} left"] if left else []), *tests])

    @property
    def outcome(self) -> Outcome:
        """The same for the record."""
        runs = self.tests or ()
        return Outcome(
            tool=" and ".join(each.linter for each in self.linters) or None,
            headline=self.headline,
            error=self.explanation,
            passed=total(run.outcome.passed for run in runs),
            failed=total(run.outcome.failed for run in runs),
            skipped=total(run.outcome.skipped for run in runs),
            errors=self.left[0],
            warnings=self.left[1],
            fixed=sum(self.fixed),
            files=tuple(os.path.relpath(path, self.folder) for path in self.files),
            commit=self.commit.id if self.commit else None,
        )


def runs_in_words(runs: Sequence[SuiteRun]) -> str:
    """``3 failed, 153 passed``, added up over all runs; without counts just whether they passed."""
    counts = [
        f"{count} {word}"
        for word in ("failed", "passed", "skipped")
        if (count := total(getattr(run.outcome, word) for run in runs))
    ]
    failing = any(run.code and not run.empty for run in runs)
    if not counts:
        return "tests failed" if failing else "no tests ran" if _none_ran(runs) else "tests passed"
    # A crash after the last test fails the run though no test did.
    return ", ".join([*(["tests failed"] if failing and "failed" not in counts[0] else []), *counts])


def runs_outcome(runs: Sequence[SuiteRun]) -> Outcome:
    """The outcome of a job that ran tests and nothing else."""
    return Outcome(
        tool=" and ".join(run.outcome.tool or run.tool for run in runs) or None,
        headline=runs_in_words(runs),
        error=next((run.outcome.error or f"{run.tool}: exit {run.code}" for run in runs if run.code), None),
        passed=total(run.outcome.passed for run in runs),
        failed=total(run.outcome.failed for run in runs),
        skipped=total(run.outcome.skipped for run in runs),
    )


def total(counts: Iterable[int | None]) -> int | None:
    """The sum of those that are known, None when none is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def listed(counts: Iterable[tuple[str, int]]) -> str:
    """``no-var 30, eqeqeq 2``."""
    return ", ".join(f"{name} {count}" for name, count in counts)


def _none_ran(runs: Sequence[SuiteRun]) -> bool:
    return all(run.empty or run.outcome.passed == 0 for run in runs)
