"""What a linter reported, read from its own JSON, and what became of it between two of its runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

_ERROR = 2
"""ESLint's number for the severity "error"."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One message of a linter about one file. ``path`` is as the linter gave it, which is absolute."""

    path: str
    rule: str
    error: bool = True
    fixable: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    """All the messages of one run of a linter."""

    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> int:
        """How many of them are errors."""
        return sum(problem.error for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many of them are warnings."""
        return len(self.problems) - self.errors

    @property
    def fixable_errors(self) -> int:
        """How many errors the linter says it can fix."""
        return sum(problem.error and problem.fixable for problem in self.problems)

    @property
    def fixable_warnings(self) -> int:
        """How many warnings the linter says it can fix."""
        return sum(problem.fixable and not problem.error for problem in self.problems)

    @property
    def fixable_files(self) -> tuple[str, ...]:
        """The files with at least one problem that the linter can fix, in its order."""
        return tuple(dict.fromkeys(problem.path for problem in self.problems if problem.fixable))

    @property
    def rules(self) -> Counter[str]:
        """How many messages each rule gave."""
        return Counter(problem.rule for problem in self.problems)

    def within(self, paths: Collection[str]) -> Findings:
        """Only those in certain files."""
        return Findings(tuple(problem for problem in self.problems if problem.path in paths))

    def without(self, paths: Collection[str]) -> Findings:
        """Only those outside certain files."""
        return Findings(tuple(problem for problem in self.problems if problem.path not in paths))


@dataclass(frozen=True, slots=True)
class Difference:
    """What a fix did, as the linter itself counts: before minus after.

    A rule or file has a negative number where the fix brought new problems, and none where nothing changed.
    """

    errors: int
    warnings: int
    rules: tuple[tuple[str, int], ...]
    files: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Errors and warnings together."""
        return self.errors + self.warnings


def compare(before: Findings, after: Findings) -> Difference:
    """The difference that a fix made, the most frequent rule and file first."""
    return Difference(
        errors=before.errors - after.errors,
        warnings=before.warnings - after.warnings,
        rules=_fewer(_named(before, "rule"), _named(after, "rule")),
        files=_fewer(_named(before, "path"), _named(after, "path")),
    )


def read_eslint(text: str) -> Findings:
    """The findings in the output of ``eslint -f json``. Raises ValueError when it is not."""
    return _read(text, _eslint_problems)


def read_ruff(text: str) -> Findings:
    """The findings in the output of ``ruff check --output-format json``. Raises ValueError when it is not."""
    return _read(text, _ruff_problem)


def _read(text: str, problems: Callable[[Any], Iterable[Problem]]) -> Findings:
    try:
        return Findings(tuple(problem for entry in json.loads(text) for problem in problems(entry)))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a linter's report: {error}") from error


def _eslint_problems(entry: Any) -> list[Problem]:
    path = str(entry["filePath"])
    return [
        Problem(path, _eslint_rule(message), _is_error(message), message.get("fix") is not None)
        for message in entry["messages"]
    ]


def _is_error(message: Any) -> bool:
    return bool(message.get("fatal")) or message["severity"] == _ERROR


def _eslint_rule(message: Any) -> str:
    """The rule's name; messages of ESLint itself have none."""
    if message.get("ruleId"):
        return str(message["ruleId"])
    if message.get("fatal"):
        return "parsing error"
    return "unused eslint-disable" if message.get("fix") else "other"


def _ruff_problem(entry: Any) -> list[Problem]:
    fix = entry.get("fix") or {}
    # Unsafe fixes are offered too, but `ruff check --fix` does not apply them.
    fixable = fix.get("applicability", "safe" if fix else None) == "safe"
    rule = entry.get("code") or "invalid-syntax"
    return [Problem(str(entry["filename"]), str(rule), entry.get("severity", "error") != "warning", fixable)]


def _named(findings: Findings, what: str) -> Counter[str]:
    return Counter(str(getattr(problem, what)) for problem in findings.problems)


def _fewer(before: Counter[str], after: Counter[str]) -> tuple[tuple[str, int], ...]:
    counts = {name: before[name] - after[name] for name in before | after}
    return tuple(sorted(((name, n) for name, n in counts.items() if n), key=lambda pair: (-pair[1], pair[0])))
