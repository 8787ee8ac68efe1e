"""Does what recipes say: runs their commands one after the other and tells what came out, in numbers."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from app.agents.worker.book import Book
from app.agents.worker.choosing import Choice, Cooked, choose, takes_paths
from app.agents.worker.figures import Figures, counted, read_figures
from app.agents.worker.jobs import Kind, NoTestsError, RunRecipes, RunTests, UnableError
from app.agents.worker.journal import command_line, say
from app.agents.worker.places import resolve
from app.agents.worker.processes import Run, children_environment, run
from app.agents.worker.project import Project
from app.agents.worker.report import SuiteRun, total
from app.agents.worker.suites import nothing_to_test
from app.agents.worker.survey import survey_at
from app.agents.worker.testing import run_tests
from app.agents.worker.traces import changed, made, stamps
from app.logs.readers import read_outcome
from app.model.outcome import Outcome

_REPORT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Served:
    """One recipe that was run: for which job, with which command, how it ended, and lines that say more."""

    job: str
    tool: str
    command: str
    code: int
    outcome: Outcome
    good: bool
    lines: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The result in a few words."""
        return self.outcome.headline or ("done" if self.good else f"exit {self.code}")

    @property
    def suite(self) -> SuiteRun:
        """The same as a run of tests."""
        return SuiteRun(self.tool, self.command, self.code, self.outcome)


@dataclass(frozen=True, slots=True)
class Meal:
    """All recipes that were run for a request, and what the project wants but does not have."""

    served: tuple[Served, ...]
    missing: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The exit code of the first that failed, else 0."""
        return next((one.code or 1 for one in self.served if not one.good), 0)


def cook(job: RunRecipes, project: Project, book: Book) -> Meal:
    """Does the jobs of a request, one after the other, to the first that fails.

    Raises UnableError, before anything is run, where one of them cannot be done.
    """
    chosen = [(name, *_choose(name, job, project, book)) for name in job.jobs if name != Kind.TESTS]
    served: list[Served] = []
    missing = [line for _, choice, _ in chosen for line in choice.missing]
    for line in missing:
        say(f"Left out, not installed: {line}")
    for name, choice, root in chosen:
        served += [_serve(name, cooked, root) for cooked in choice.cooked]
        if any(not one.good for one in served):
            break
    else:
        served += tests(RunTests(job.paths), project, book) if Kind.TESTS in job.jobs else ()
    return Meal(tuple(served), tuple(dict.fromkeys(missing)))


def tests(job: RunTests, project: Project, book: Book) -> tuple[Served, ...]:
    """Runs the tests of a project: as its own recipe says, else each language's own way.

    Raises NoTestsError when there are none, UnableError when the tool for them is missing.
    """
    everything = not (job.paths or job.scope or job.tool)
    if book.own(Kind.TESTS) and not (job.scope or job.tool):
        return _by_recipes(job, project, book)
    try:
        served = tuple(_of_suite(one) for one in run_tests(project, job))
    except NoTestsError:
        if job.scope or job.tool:
            raise
        return _by_recipes(job, project, book, otherwise=True)
    if everything:
        more = [recipe for recipe in book.of(Kind.TESTS) if not recipe.fallback]
        with contextlib.suppress(UnableError):
            served += _by_recipes(job, project, Book(tuple(more)))
    return served


def _by_recipes(
    job: RunTests, project: Project, book: Book, *, otherwise: bool = False
) -> tuple[Served, ...]:
    """The tests that recipes run; ``otherwise`` where there is no other way, whose lack must be told."""
    try:
        choice, root = _choose(Kind.TESTS, RunRecipes((Kind.TESTS,), job.paths), project, book)
    except UnableError:
        if otherwise:
            raise NoTestsError(nothing_to_test(project, job)) from None
        raise
    return tuple(_serve(Kind.TESTS, cooked, root) for cooked in choice.cooked)


def _of_suite(one: SuiteRun) -> Served:
    return Served(Kind.TESTS, one.tool, one.command, one.code, one.outcome, good=one.code == 0)


def _choose(name: str, job: RunRecipes, project: Project, book: Book) -> tuple[Choice, Path]:
    """The recipes for one job, in the folder that was named where they take no paths."""
    paths = resolve(project.folder, job.paths, project.root)
    choice = choose(book, project, name, paths, job.tool)
    deaf = next((cooked for cooked in choice.cooked if not takes_paths(cooked)), None)
    if not paths or deaf is None:
        return choice, project.root
    place = project.root / paths[0]
    if len(paths) > 1 or not place.is_dir():
        raise UnableError(f"{deaf.tool} takes no files: name one folder, or none for the whole project.")
    there = survey_at(place)
    return choose(book, there, name, (), job.tool), there.root


def _serve(job: str, cooked: Cooked, root: Path) -> Served:
    say(f"Using {cooked.using}")
    before = stamps(root) if cooked.recipe.changes else {}
    since = time.time_ns()
    with tempfile.TemporaryDirectory(prefix="delegate-") as place:
        run_, command = _run_all(cooked, Path(place))
        figures = _figures(cooked, Path(place), run_)
    good = run_.code in cooked.recipe.ok
    files = changed(before, stamps(root)) if cooked.recipe.changes else ()
    outcome = _outcome(run_, figures, good, cooked)
    lines = list(figures.lines) if figures else []
    outcome = _with_files(outcome, job, files, good) if cooked.recipe.changes else outcome
    if good and (found := made(root, cooked.recipe.makes, since)):
        name, count, size = found
        lines.append(f"made {counted(count, 'file')}, {size_words(size)}, in {name}")
        outcome = replace(outcome, headline=f"{counted(count, 'file')}, {size_words(size)}, in {name}")
    served = Served(job, cooked.tool, command, run_.code, outcome, good, tuple(lines))
    say(f"{cooked.tool}: {served.words}, exit code {run_.code}")
    return served


def _run_all(cooked: Cooked, place: Path) -> tuple[Run, str]:
    """Runs the commands. The first that failed decides, and their outputs count as one; the first is told."""
    ran: list[Run] = []
    environment = children_environment({**cooked.variables, "CI": "true"}, cooked.virtual_env)
    for command in cooked.commands:
        argv = _fill(command, place, cooked.recipe.report)
        say(f"Running: {_shown(cooked, command)}")
        into = place / cooked.recipe.report if cooked.recipe.output == "report" else None
        try:
            ran.append(run(argv, cooked.folder, environment, into=into))
        except OSError as error:
            raise UnableError(f"{cooked.tool} could not be started: {error.strerror or error}") from error
        if ran[-1].code not in cooked.recipe.ok and not cooked.recipe.goes_on:
            break
    decides = next((one for one in ran if one.code not in cooked.recipe.ok), ran[-1])
    said = "".join(one.head for one in ran), "".join(one.tail for one in ran)
    return replace(decides, head=said[0], tail=said[1]), _shown(cooked, cooked.commands[0])


def _shown(cooked: Cooked, command: Iterable[str]) -> str:
    """A command as a person would type it; a report then lies in the folder itself."""
    return command_line(_fill(command, Path(), cooked.recipe.report))


def _fill(command: Iterable[str], place: Path, report: str) -> list[str]:
    return [word.replace("{folder}", str(place)).replace("{report}", str(place / report)) for word in command]


def _figures(cooked: Cooked, place: Path, done: Run) -> Figures | None:
    """What the tool reported in its own format, if it did and the recipe says which that is."""
    if not cooked.recipe.reads:
        return None
    try:
        with (place / cooked.recipe.report).open("rb") as file:
            text = file.read(_REPORT_BYTES).decode("utf-8", "replace")
    except OSError:
        text = ""
    return read_figures(
        cooked.recipe.reads, text, done.head if done.head == done.tail else done.head + done.tail
    )


def _outcome(done: Run, figures: Figures | None, good: bool, cooked: Cooked) -> Outcome:
    """What its output says, with the figures of its report over it."""
    read = read_outcome(done.head, done.tail, done.exit_code, done.signal)
    tool = read.tool or cooked.tool
    if figures is None:
        error = None if good else read.error or f"{cooked.tool}: exit {done.code}"
        return replace(read, tool=tool, error=error)
    tests = [read.headline] if read.passed is not None and read.headline else []
    error = None if good else figures.worst if figures.worst and not read.failed else read.error
    return replace(
        read,
        tool=tool,
        headline=", ".join([figures.headline, *tests]),
        error=None if good else error or f"{cooked.tool}: exit {done.code}",
        errors=figures.errors if figures.errors is not None else read.errors,
        warnings=figures.warnings if figures.warnings is not None else read.warnings,
    )


def _with_files(outcome: Outcome, job: str, files: tuple[str, ...], good: bool) -> Outcome:
    """The outcome with the files that were changed, which is the result where the tool gave none."""
    words = f"{counted(len(files), 'file')} changed" if files else "nothing to change"
    headline = outcome.headline
    if good:
        headline = words if job != "dependency update" or not headline else f"{headline}, {words}"
    return replace(outcome, headline=headline, files=files)


def size_words(count: int) -> str:
    """Bytes in decimal units: ``812 B``, ``1.2 MB``."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} B"


def meal_outcome(meal: Meal) -> Outcome:
    """The outcome of a request that recipes did."""
    outcomes = [one.outcome for one in meal.served]
    told = dict.fromkeys(one.words for one in meal.served if one.good or one.outcome.headline)
    bad = next((one for one in meal.served if not one.good), None)
    return Outcome(
        tool=" and ".join(dict.fromkeys(one.tool for one in meal.served)) or None,
        headline="; ".join(told) or None,
        error=bad.outcome.error if bad else None,
        passed=total(outcome.passed for outcome in outcomes),
        failed=total(outcome.failed for outcome in outcomes),
        skipped=total(outcome.skipped for outcome in outcomes),
        errors=total(outcome.errors for outcome in outcomes),
        warnings=total(outcome.warnings for outcome in outcomes),
        files=tuple(dict.fromkeys(name for outcome in outcomes for name in outcome.files)),
    )
