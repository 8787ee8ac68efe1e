"""What the worker says at the end: exit code, headline, outcome, Markdown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.agents.worker.findings import Findings, Problem
from app.agents.worker.fixing import commit_message
from app.agents.worker.jobs import Linter
from app.agents.worker.report import FixReport, LintResult, SuiteRun, runs_in_words, runs_outcome
from app.agents.worker.summary import fix_summary, runs_summary
from app.agents.worker.worktree import Commit, Reason
from app.model.outcome import Outcome

A, B, MINE = "/p/src/a.js", "/p/src/b.js", "/p/src/mine.js"


def problems(
    path: str, rule: str, count: int, error: bool = True, fixable: bool = True
) -> tuple[Problem, ...]:
    return (Problem(path, rule, error, fixable),) * count


BEFORE = problems(A, "no-var", 3) + problems(B, "no-var", 1) + problems(B, "prefer-template", 2, error=False)
UNFIXABLE = problems(A, "eqeqeq", 1, fixable=False)
USERS = problems(MINE, "no-var", 5)


def result(before: tuple[Problem, ...], after: tuple[Problem, ...]) -> LintResult:
    return LintResult(Linter.ESLINT, Findings(before), Findings(after), (A, B), (A, B))


def ran(code: int = 0, tool: str = "pytest", **counts: int | str) -> SuiteRun:
    return SuiteRun(tool, tool, code, Outcome(**counts))  # type: ignore[arg-type]


DONE = FixReport(Path("/p"), (result(BEFORE, ()),), tests=(ran(passed=156),))


def test_a_job_that_is_done() -> None:
    assert DONE.exit_code == 0
    assert DONE.headline == "6 fixed in 2 files, 156 passed"
    assert DONE.outcome == Outcome(
        tool="ESLint",
        headline="6 fixed in 2 files, 156 passed",
        passed=156,
        errors=0,
        warnings=0,
        fixed=6,
        files=("src/a.js", "src/b.js"),
    )


def test_errors_that_no_tool_can_fix_fail_the_job_as_they_fail_the_linter() -> None:
    report = replace(DONE, linters=(result(BEFORE + UNFIXABLE, UNFIXABLE),))
    assert report.exit_code == 1
    assert report.headline == "6 fixed in 2 files, 1 left, 156 passed"
    assert report.explanation == "1 error is left that ESLint cannot fix: eqeqeq 1"


def test_warnings_that_are_left_do_not_fail_the_job() -> None:
    left = problems(A, "no-console", 2, error=False, fixable=False)
    report = replace(DONE, linters=(result(BEFORE + left, left),))
    assert (report.exit_code, report.left) == (0, (0, 2))


def test_files_of_the_users_are_counted_as_left_and_do_not_fail_the_job() -> None:
    report = replace(DONE, linters=(result(BEFORE + USERS, USERS),), left_alone={MINE: Reason.CHANGED})
    assert (report.exit_code, report.fixed, report.left) == (0, (4, 2), (5, 0))
    assert "- `src/mine.js`: you had changed it (5 fixable)" in fix_summary(report)


def test_tests_that_fail_after_the_fix_fail_the_job() -> None:
    line = "Tests failed after the fix, nothing was committed: test_pay.py::test_total - assert 3 == 4"
    report = replace(DONE, tests=(ran(1, passed=153, failed=3),), problem=line, commit_wanted=True)
    assert (report.exit_code, report.explanation) == (1, line)
    assert report.headline == "6 fixed in 2 files, 3 failed, 153 passed"
    assert "- nothing was committed" in fix_summary(report)


def test_the_summary_has_every_count() -> None:
    commit = Commit("a1b2c3d", "Fix 4 ESLint errors", "main", ("src/a.js", "src/b.js"))
    assert fix_summary(replace(DONE, commit=commit, commit_wanted=True)).splitlines() == [
        "# Fixed 4 errors and 2 warnings across 2 files",
        "",
        "ESLint found 4 errors and 2 warnings (4 errors and 2 warnings fixable); nothing left.",
        "",
        "## By rule",
        "",
        "- `no-var`: 4",
        "- `prefer-template`: 2",
        "",
        "## By file",
        "",
        "- `src/a.js`: 3",
        "- `src/b.js`: 3",
        "",
        "## Tests",
        "",
        "- pytest: 156 passed",
        "",
        "## Commit",
        "",
        "- `a1b2c3d` on main: Fix 4 ESLint errors, 2 files",
    ]


def test_nothing_to_do_is_said() -> None:
    report = FixReport(Path("/p"), (LintResult(Linter.RUFF, Findings(), Findings()),))
    assert (report.exit_code, report.headline) == (0, "no problems")
    assert fix_summary(report).startswith("# No problems were found\n")


def test_names_cannot_break_out_of_the_summary() -> None:
    odd = "/p/src/`x`\n# \x1b[31mred.js"
    findings = Findings(problems(odd, "no-var", 1))
    report = FixReport(Path("/p"), (LintResult(Linter.ESLINT, findings, Findings(), (odd,), (odd,)),))
    lines = fix_summary(report).splitlines()
    assert "- `` src/`x` # red.js ``: 1" in lines
    assert "\x1b" not in "".join(lines)


def test_the_commit_message_counts_the_committed_files_only() -> None:
    assert commit_message(DONE, frozenset({A, B})).splitlines() == [
        "Fix 4 ESLint errors and 2 warnings in 2 files",
        "",
        "- no-var: 4",
        "- prefer-template: 2",
    ]
    assert commit_message(DONE, frozenset({A})).splitlines() == [
        "Fix 3 ESLint errors in 1 file",
        "",
        "- no-var: 3",
    ]


def test_results_of_several_runs_are_added_up() -> None:
    runs = (ran(passed=3, skipped=1), ran(1, "npm test", passed=2, failed=1, error="a.test.js: boom"))
    assert runs_in_words(runs) == "1 failed, 5 passed, 1 skipped"
    assert runs_outcome(runs).error == "a.test.js: boom"
    assert runs_summary(runs).startswith("# 1 failed, 5 passed, 1 skipped\n\na.test.js: boom\n")


def test_a_run_without_counts_is_told_by_its_exit_code() -> None:
    assert runs_in_words((ran(0),)) == "tests passed"
    assert runs_in_words((ran(1),)) == "tests failed"
    assert runs_in_words((ran(5),)) == "no tests ran"
    assert runs_in_words((ran(139, passed=4),)) == "tests failed, 4 passed"
