"""How many tests and problems a run had, read from the real output of each tool."""

from __future__ import annotations

import pytest

from app.logs.readers import read_outcome
from tests.unit.outputs import output


@pytest.mark.parametrize(
    ("name", "passed", "failed", "skipped", "errors"),
    [
        ("pytest/failed", 151, 3, 1, 1),
        ("unittest/failed", 91, 2, 1, 1),
        ("node_test/spec_failed", 18, 2, 1, None),
        ("node_test/tap_failed", 18, 2, 1, None),
        ("jest/failed", 12, 2, 1, 1),
        ("vitest/failed", 12, 2, 1, 0),
        ("mocha/spec_failed", 6, 2, 1, None),
        ("cargo/test_failed", 8, 2, 1, None),
        ("go/verbose_failed", 2, 2, 1, 0),
        ("go/failed", None, 2, None, None),
    ],
)
def test_tests_are_counted_as_the_tool_counts_them(
    name: str, passed: int | None, failed: int, skipped: int | None, errors: int | None
) -> None:
    outcome = read_outcome("", output(name), 1, None)
    assert (outcome.passed, outcome.failed, outcome.skipped, outcome.errors) == (
        passed,
        failed,
        skipped,
        errors,
    )


@pytest.mark.parametrize(
    ("name", "errors", "warnings", "fixed"),
    [
        ("eslint/failed", 9, 2, None),
        ("eslint/fix", 4, 2, None),
        ("ruff/failed", 6, None, None),
        ("ruff/fix", 2, None, 3),
        ("cargo/build_failed", 2, 1, None),
        ("go/go_build", 2, None, None),
    ],
)
def test_problems_are_counted_as_the_tool_counts_them(
    name: str, errors: int, warnings: int | None, fixed: int | None
) -> None:
    outcome = read_outcome("", output(name), 1, None)
    assert (outcome.errors, outcome.warnings, outcome.fixed) == (errors, warnings, fixed)
