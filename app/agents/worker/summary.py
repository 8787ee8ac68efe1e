"""The Markdown that a person reads when the task has ended."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from app.agents.worker.cooking import Meal
from app.agents.worker.findings import Findings
from app.agents.worker.journal import counted
from app.agents.worker.report import FixReport, LintResult, SuiteRun, runs_in_words
from app.logs.sanitise import sanitise

_MOST_FILES = 100


def fix_summary(report: FixReport) -> str:
    """What was fixed by rule and by file, the tests, the commit, what is left and what was not touched."""
    parts = [
        [f"# {fixed_in_words(report)}"],
        [report.explanation] if report.explanation else [],
        [_before_and_after(result) for result in report.linters],
        _section("By rule", _rules(report)),
        _section("By file", _files(report)),
        _section("Tests", _tests(report)),
        _section("Commit", _commit(report)),
        _section("Left", _left(report)),
        _section("Not touched", _not_touched(report)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def runs_summary(runs: Sequence[SuiteRun]) -> str:
    """How each run of tests went, and the line that explains a failure."""
    lines = [f"- {run.tool} ({_code(run.command)}): {run.words}, exit code {run.code}" for run in runs]
    errors = [sanitise(run.outcome.error) for run in runs if run.code and run.outcome.error]
    words = runs_in_words(runs)
    parts = [[f"# {words[:1].upper()}{words[1:]}"], errors, lines]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def meal_summary(meal: Meal) -> str:
    """What each recipe did, in its tool's own numbers, and what the project wants but does not have."""
    title = "; ".join(dict.fromkeys(one.words for one in meal.served))
    errors = [sanitise(one.outcome.error) for one in meal.served if not one.good and one.outcome.error]
    parts = [[f"# {title[:1].upper()}{title[1:]}"], errors]
    for one in meal.served:
        words = f"{one.tool} ({_code(one.command)}): {one.words}, exit code {one.code}"
        parts += [[f"## {one.job[:1].upper()}{one.job[1:]}: {one.tool}", "", words]]
        parts += [[f"- {sanitise(line)}" for line in one.lines]]
    files = list(dict.fromkeys(name for one in meal.served for name in one.outcome.files))
    parts += [_section("Files changed", _shortened([_code(name) for name in files]))]
    parts += [_section("Not installed", [sanitise(line) for line in meal.missing])]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def watch_summary(what: str, headline: str, lines: Iterable[str]) -> str:
    """What was seen until the watch was stopped."""
    items = [f"- {sanitise(line)}" for line in lines]
    parts = [[f"# {what}: {sanitise(headline)}"], items]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _shortened(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST_FILES
    return [*lines[:_MOST_FILES], f"and {counted(more, 'more file')}"] if more > 0 else lines


def fixed_in_words(report: FixReport) -> str:
    """``Fixed 44 errors and 3 warnings across 12 files``."""
    if not report.files:
        return "Nothing could be fixed" if sum(report.left) else "No problems were found"
    files = counted(len(report.files), "file")
    return f"Fixed {problems_in_words(*report.fixed) or 'nothing by the count'} across {files}"


def problems_in_words(errors: int, warnings: int) -> str:
    """``44 errors and 3 warnings``, without what there is none of; empty when there is neither."""
    kinds = ((errors, "error"), (warnings, "warning"))
    return " and ".join(counted(count, noun) for count, noun in kinds if count)


def _before_and_after(result: LintResult) -> str:
    before, after = result.before, result.after
    found = problems_in_words(before.errors, before.warnings) or "no problems"
    fixable = problems_in_words(before.fixable_errors, before.fixable_warnings) or "none"
    left = problems_in_words(after.errors, after.warnings) or "nothing"
    return f"{result.linter} found {found} ({fixable} fixable); {left} left."


def _section(title: str, lines: Iterable[str]) -> list[str]:
    items = [f"- {line}" for line in lines]
    return [f"## {title}", "", *items] if items else []


def _rules(report: FixReport) -> list[str]:
    counts = [pair for result in report.linters for pair in result.difference.rules]
    return [f"{_code(name)}: {count if count > 0 else f'{-count} new'}" for name, count in counts]


def _files(report: FixReport) -> list[str]:
    counts = {path: n for result in report.linters for path, n in result.difference.files}
    lines = [f"{_path(report, path)}: {counts.get(path, 0)}" for path in report.files[:_MOST_FILES]]
    more = len(report.files) - len(lines)
    return [*lines, f"and {counted(more, 'more file')}"] if more > 0 else lines


def _tests(report: FixReport) -> list[str]:
    runs = [f"{run.tool}: {run.words}" for run in report.tests or ()]
    return runs or ([report.note] if report.note else [])


def _commit(report: FixReport) -> list[str]:
    if not report.files:
        return []
    if report.commit is None:
        asked = report.commit_wanted
        return ["nothing was committed" if asked else "none was asked for: the changes are left as they are"]
    commit = report.commit
    where = commit.branch or "a detached HEAD"
    return [
        f"{_code(commit.id)} on {sanitise(where)}: {commit.subject}, {counted(len(commit.files), 'file')}"
    ]


def _left(report: FixReport) -> list[str]:
    findings = Findings(tuple(problem for result in report.linters for problem in result.after.problems))
    return [f"{_code(rule)}: {count}" for rule, count in findings.rules.most_common()]


def _not_touched(report: FixReport) -> list[str]:
    left = dict.fromkeys(report.left_alone, 0)
    for result in report.linters:
        for problem in result.before.problems:
            if problem.path in left:
                left[problem.path] += problem.fixable
    return [
        f"{_path(report, path)}: {report.left_alone[path]}" + (f" ({count} fixable)" if count else "")
        for path, count in left.items()
    ]


def _path(report: FixReport, path: str) -> str:
    return _code(os.path.relpath(path, report.folder))


def _code(text: str) -> str:
    """Text as Markdown code, whatever stands in it."""
    shown = sanitise(text)
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"
