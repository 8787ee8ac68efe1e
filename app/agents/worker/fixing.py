"""Lets linters fix what they can, runs the tests, and commits the result if that was asked for."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.agents.worker.findings import Findings
from app.agents.worker.jobs import FixLint, Linter, NoTestsError, RunTests, UnableError
from app.agents.worker.journal import command_line, counted, say
from app.agents.worker.linters import LintTool, batches, choose_linters, lint_tool
from app.agents.worker.places import resolve
from app.agents.worker.processes import Run, children_environment, run
from app.agents.worker.project import Project
from app.agents.worker.report import FixReport, LintResult
from app.agents.worker.repository import Repository, find_repository
from app.agents.worker.summary import fixed_in_words, problems_in_words
from app.agents.worker.survey import nearest_lint_folder
from app.agents.worker.testing import run_tests
from app.agents.worker.worktree import Reason, Worktree, name_in, reasons
from app.logs.readers import read_outcome
from app.registry.checkout import checkout_of

_NAMED_FILES = 10
_CRASHED = 2
"""From this exit code on, ESLint and Ruff say that they could not do their work."""

Publish = Callable[[FixReport], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What the fix left on disk: digests by path, to tell later whether somebody has changed a file since."""

    worktree: Worktree | None
    digests: Mapping[str, str | None]


def fix(job: FixLint, project: Project, publish: Publish) -> FixReport:
    """Does the job and returns its report; ``publish`` gets it at every stage, so that a stop loses nothing.

    Raises UnableError, with nothing changed, when a tool is missing or gives up, or no commit can be made.
    """
    repository = find_repository(project.folder)
    _require_commit(job, project, repository)
    tools = [_tool(job, project, linter) for linter in choose_linters(project, job.linter)]
    checked = [(tool, _check(tool, project)) for tool in tools]
    worktree = repository.worktree() if repository else None
    left_alone = _left_alone(worktree, (findings for _, findings in checked))
    _say_left_alone(project.folder, left_alone, checked)
    results = tuple(_fix(tool, before, left_alone, project) for tool, before in checked)
    report = FixReport(project.folder, results, left_alone, commit_wanted=job.commit)
    written = Written(worktree, _digests(report.files))
    say(f"{fixed_in_words(report)}; {problems_in_words(*report.left) or 'no problems'} left")
    publish(report)
    if report.files:
        report = _with_tests(report, project)
        publish(report)
        report = _with_commit(report, repository, written)
        publish(report)
    return report


def _require_commit(job: FixLint, project: Project, repository: Repository | None) -> None:
    """A commit that cannot be made is said before anything is changed."""
    if not job.commit:
        return
    if repository is None:
        raise UnableError(f"A commit was asked for, but {project.folder} is not in a git repository.")
    if obstacle := repository.commit_obstacle():
        raise UnableError(obstacle)


def _tool(job: FixLint, project: Project, linter: Linter) -> LintTool:
    """The linter as the project uses it, on the paths of the job."""
    folder = _eslint_folder(job, project) if linter is Linter.ESLINT else project.root
    tool = lint_tool(project, linter, folder, resolve(project.folder, job.paths, folder))
    say(f"Using {linter} from {tool.tool.shown}")
    return tool


def _eslint_folder(job: FixLint, project: Project) -> Path:
    """Where ESLint finds its configuration: upwards from the task's folder, else from the first path."""
    if project.lint_folder or not job.paths:
        return project.lint_folder or project.root
    path = project.folder / resolve(project.folder, job.paths[:1], project.folder)[0]
    start = Path(os.path.normpath(path if path.is_dir() else path.parent))
    return nearest_lint_folder(start, checkout_of(project.folder) or project.root) or project.root


def _check(tool: LintTool, project: Project, saying: str = "Checking") -> Findings:
    """What the linter finds now, from its own JSON. Raises UnableError when it could not do its work."""
    with tempfile.TemporaryDirectory(prefix="delegate-") as place:
        report = Path(place, "report.json")
        say(f"{saying}: {command_line(tool.check('report.json'))}")
        done = _run(tool, tool.check(str(report)), project)
        try:
            return tool.read(report.read_text("utf-8", "surrogateescape"))
        except (OSError, ValueError):
            said = (
                read_outcome(done.head, done.tail, done.exit_code, done.signal).error or f"exit {done.code}"
            )
            raise UnableError(f"{tool.linter} could not check the files: {said}", done.code or 1) from None


def _check_again(tool: LintTool, project: Project, files: int) -> Findings:
    try:
        return _check(tool, project, "Checking again")
    except UnableError as error:
        line = f"{error} (after a fix in up to {counted(files, 'file')}; nothing was committed)"
        raise UnableError(line, error.code) from None


def _run(tool: LintTool, argv: tuple[str, ...], project: Project) -> Run:
    environment = project.virtual_env if tool.linter is Linter.RUFF else None
    try:
        return run(argv, tool.folder, children_environment({}, environment))
    except OSError as error:
        raise UnableError(f"{tool.linter} could not be started: {error.strerror or error}") from error


def _left_alone(worktree: Worktree | None, findings: Iterable[Findings]) -> Mapping[str, Reason]:
    paths = dict.fromkeys(problem.path for found in findings for problem in found.problems)
    return reasons(worktree, {path: os.path.realpath(path) for path in paths})


def _say_left_alone(
    folder: Path, left: Mapping[str, Reason], checked: list[tuple[LintTool, Findings]]
) -> None:
    for tool, before in checked:
        fixable = problems_in_words(before.fixable_errors, before.fixable_warnings) or "none"
        found = problems_in_words(before.errors, before.warnings) or "no problems"
        say(f"{tool.linter} found {found}, {fixable} fixable in {counted(len(before.fixable_files), 'file')}")
    for path in list(left)[:_NAMED_FILES]:
        say(f"Left alone: {os.path.relpath(path, folder)} ({left[path]})")
    if len(left) > _NAMED_FILES:
        say(f"Left alone: {counted(len(left) - _NAMED_FILES, 'more file')}, all named in the summary")


def _fix(tool: LintTool, before: Findings, left: Mapping[str, Reason], project: Project) -> LintResult:
    """Runs the linter on exactly the files that it may change, and checks again."""
    planned = tuple(path for path in before.fixable_files if path not in left)
    if not planned:
        return LintResult(tool.linter, before, before)
    earlier = _digests(planned)
    names = {os.path.realpath(path): os.path.relpath(path, tool.folder) for path in planned}
    for files in batches(names.values()):
        say(f"Running: {command_line(tool.fix(()), files)}")
        done = _run(tool, tool.fix(files), project)
        if done.code >= _CRASHED:
            say(f"{tool.linter} gave up with exit code {done.code}")
    now = _digests(planned)
    after = _check_again(tool, project, len(planned))
    return LintResult(
        tool.linter, before, after, planned, tuple(path for path in planned if now[path] != earlier[path])
    )


def _digests(paths: Iterable[str]) -> Mapping[str, str | None]:
    return {path: _digest(path) for path in paths}


def _digest(path: str) -> str | None:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return None


def _with_tests(report: FixReport, project: Project) -> FixReport:
    try:
        runs = run_tests(project, RunTests())
    except NoTestsError:
        say("The project has no tests to run")
        return replace(report, tests=(), note="the project has none")
    except UnableError as error:
        return replace(report, note=str(error), problem=f"The tests could not be run after the fix: {error}")
    failed = next((done for done in runs if done.code and not done.empty), None)
    if failed is None:
        return replace(report, tests=runs)
    why = failed.outcome.error or f"exit code {failed.code}"
    kept = "nothing was committed" if report.commit_wanted else "the changes are left as they are"
    return replace(report, tests=runs, problem=f"Tests failed after the fix, {kept}: {why}")


def _with_commit(report: FixReport, repository: Repository | None, written: Written) -> FixReport:
    if not report.commit_wanted or repository is None or written.worktree is None:
        say("Nothing was committed: no commit was asked for. The changes are left as they are.")
        return report
    if report.problem:
        say("Nothing was committed")
        return report
    try:
        return _commit(report, repository, written, written.worktree)
    except UnableError as error:
        return replace(report, problem=f"Nothing was committed: {error}")


def _commit(report: FixReport, repository: Repository, written: Written, earlier: Worktree) -> FixReport:
    now = repository.worktree()
    if now.branch != earlier.branch:
        line = "Nothing was committed: another branch was checked out while the tests ran."
        return replace(report, problem=line)
    names = _to_commit(report, now, written)
    if not names:
        return replace(
            report, problem="Nothing was committed: the fixed files have been changed or committed since."
        )
    made = repository.commit(names.values(), commit_message(report, frozenset(names)))
    if isinstance(made, str):
        return replace(report, problem=f"{made}. The changes are left as they are.")
    say(f"Committed {counted(len(made.files), 'file')} as {made.id}: {made.subject}")
    return replace(report, commit=made)


def _to_commit(report: FixReport, now: Worktree, written: Written) -> Mapping[str, str]:
    """The fixed files that still are as the fix left them, with their names in git."""
    names: dict[str, str] = {}
    for path in report.files:
        name = name_in(now, os.path.realpath(path))
        if _digest(path) != written.digests[path]:
            say(f"Not committed: {os.path.relpath(path, report.folder)} was changed again since the fix")
        elif name in now.changed:
            names[path] = name
    return names


def commit_message(report: FixReport, paths: frozenset[str]) -> str:
    """``Fix 47 ESLint errors in 12 files`` and the counts by rule, for these files only."""
    results = [
        replace(each, planned=tuple(path for path in each.planned if path in paths))
        for each in report.linters
    ]
    fixed = replace(report, linters=tuple(results)).fixed
    tools = " and ".join(each.linter for each in results if each.planned)
    rules = [f"- {name}: {count}" for each in results for name, count in each.difference.rules if count > 0]
    words = problems_in_words(*fixed) or "problems"
    number, _, noun = words.partition(" ")
    subject = f"Fix {number} {tools} {noun}" if noun else f"Fix {tools} {words}"
    return "\n".join([f"{subject} in {counted(len(paths), 'file')}", "", *rules])
