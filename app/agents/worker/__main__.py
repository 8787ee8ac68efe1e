"""``python -I -m app.agents.worker TEXT``: does in the current folder what the text asks for."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from app.agents.worker.book import Book
from app.agents.worker.jobs import (
    ABILITIES,
    FixLint,
    FollowLogs,
    Job,
    Kind,
    RunRecipes,
    RunTests,
    TrackMetrics,
    UnableError,
    WatchFiles,
)
from app.agents.worker.journal import say, write
from app.agents.worker.known import book_for
from app.agents.worker.processes import Stopped, end_children, received, stop_on_signals
from app.agents.worker.project import Project
from app.agents.worker.understanding import understand
from app.model.outcome import Outcome

USAGE = 2


def main(arguments: list[str]) -> int:
    """Does the job and returns the exit code.

    It is the tool's own; 1 when something is missing, 2 for a text that the worker does not understand.
    """
    try:
        book = book_for(Path.cwd(), os.environ)
        job = understand(" ".join(arguments), book.sayings)
        if job is None:
            write(ABILITIES)
            _leave(None, Outcome(error=ABILITIES))
            return USAGE
        for problem in book.problems:
            say(problem)
        return _do(_with_wish(job, os.environ), book)
    except UnableError as error:
        return _give_up(str(error), error.code)
    except OSError as error:
        return _give_up(f"{error.strerror or error}: {error.filename}" if error.filename else str(error), 1)


def _give_up(line: str, code: int) -> int:
    say(line)
    _leave(None, Outcome(error=line))
    return code


def _with_wish(job: Job, environment: Mapping[str, str]) -> Job:
    """What was said about committing beside the sentence wins over the sentence."""
    wish = environment.get("DELEGATE_COMMIT")
    if isinstance(job, FixLint) and wish in ("yes", "no"):
        return replace(job, commit=wish == "yes")
    return job


def _do(job: Job, book: Book) -> int:
    from app.agents.worker.survey import survey

    project = survey(Path.cwd(), os.environ)
    if isinstance(job, WatchFiles | FollowLogs | TrackMetrics):
        return _watch(job, project, book)
    return _once(job, project, book)


def _once(job: RunTests | FixLint | RunRecipes, project: Project, book: Book) -> int:
    """Does a job that comes to an end by itself, and leaves its summary."""
    if isinstance(job, RunTests):
        return _test(job, project, book)
    if isinstance(job, FixLint) and not _by_recipe(job, project, book):
        return _fix(job, project)
    return _cook(job if isinstance(job, RunRecipes) else _as_recipe(job), project, book)


def _as_recipe(job: FixLint) -> RunRecipes:
    if job.commit:
        raise UnableError("Only what ESLint and Ruff have fixed can be committed; leave out the commit.")
    return RunRecipes((Kind.FIX,), job.paths)


def _by_recipe(job: FixLint, project: Project, book: Book) -> bool:
    """Whether a recipe fixes lint errors here: the project's own, or one where neither ESLint nor Ruff do."""
    from app.agents.worker.choosing import choose
    from app.agents.worker.linters import choose_linters

    if job.linter is not None:
        return False
    if book.own(Kind.FIX):
        return True
    try:
        choose_linters(project, None)
    except UnableError:
        with contextlib.suppress(UnableError):
            return bool(choose(book, project, Kind.FIX).cooked)
    return False


def _cook(job: RunRecipes, project: Project, book: Book) -> int:
    from app.agents.worker.cooking import cook, meal_outcome
    from app.agents.worker.summary import meal_summary

    meal = cook(job, project, book)
    _leave(meal_summary(meal), meal_outcome(meal))
    return meal.exit_code


def _test(job: RunTests, project: Project, book: Book) -> int:
    from app.agents.worker.cooking import tests
    from app.agents.worker.report import runs_outcome
    from app.agents.worker.summary import runs_summary
    from app.agents.worker.testing import worst_code

    runs = tuple(one.suite for one in tests(job, project, book))
    _leave(runs_summary(runs), runs_outcome(runs))
    return worst_code(runs)


def _fix(job: FixLint, project: Project) -> int:
    from app.agents.worker.fixing import fix
    from app.agents.worker.report import FixReport
    from app.agents.worker.summary import fix_summary

    def publish(report: FixReport) -> None:
        _leave(fix_summary(report), report.outcome)

    report = fix(job, project, publish)
    if report.explanation:
        say(report.explanation)
    return report.exit_code


def _watch(job: WatchFiles | FollowLogs | TrackMetrics, project: Project, book: Book) -> int:
    """Watches until a signal comes, and leaves what was seen; the signal is what the worker dies of."""
    from app.agents.worker import observing, watching
    from app.agents.worker.summary import watch_summary

    seen: watching.Seen | observing.LogsSeen | observing.Metrics
    what = {WatchFiles: "Watched", FollowLogs: "Followed logs", TrackMetrics: "Tracked"}[type(job)]
    try:
        if isinstance(job, WatchFiles):
            seen = watching.Seen()
            watching.watch_files(project, job.paths, _action(job, project, book), seen)
        elif isinstance(job, FollowLogs):
            seen = observing.LogsSeen()
            observing.follow_logs(project, job.paths, seen)
        else:
            seen = observing.Metrics()
            observing.track_metrics(project.folder, seen)
    finally:
        if received.is_set():
            _leave(watch_summary(what, seen.headline, seen.lines), Outcome(headline=seen.headline))
    raise Stopped(received.number or signal.SIGTERM)


def _action(job: WatchFiles, project: Project, book: Book) -> Callable[[], tuple[bool, str]] | None:
    """What is done after each change, which tells how it went."""
    then = job.then
    if then is None:
        return None
    from app.agents.worker.cooking import cook, meal_outcome, tests
    from app.agents.worker.report import runs_in_words

    def test() -> tuple[bool, str]:
        assert isinstance(then, RunTests)
        runs = [one.suite for one in tests(then, project, book)]
        return not any(run.code for run in runs), runs_in_words(runs)

    def do() -> tuple[bool, str]:
        assert not isinstance(then, RunTests)
        meal = cook(then if isinstance(then, RunRecipes) else _as_recipe(then), project, book)
        return meal.exit_code == 0, meal_outcome(meal).headline or "done"

    return test if isinstance(then, RunTests) else do


def _leave(summary: str | None, outcome: Outcome) -> None:
    """Writes the summary and the outcome where the runner looks for them."""
    import tomli_w

    known = {name: value for name, value in asdict(outcome).items() if value not in (None, (), "")}
    if summary is not None:
        _write_whole(os.environ.get("DELEGATE_SUMMARY"), summary)
    _write_whole(os.environ.get("DELEGATE_OUTCOME"), tomli_w.dumps(known))


def _write_whole(name: str | None, text: str) -> None:
    """Replaces a file in one step; what cannot be written is said in the log and fails nothing."""
    if not name:
        return
    try:
        with tempfile.NamedTemporaryFile("wb", dir=Path(name).parent, delete=False) as file:
            file.write(text.encode("utf-8", "replace"))
        Path(file.name).replace(name)
    except OSError as error:
        say(f"{Path(name).name} was not saved: {error.strerror or error}")


def entry() -> None:
    """Runs the worker as a process of its own; a signal ends it with its tools, and is what it dies of."""
    stop_on_signals()
    try:
        code = main(sys.argv[1:])
    except Stopped as stopped:
        end_children()
        say("Stopped")
        signal.signal(stopped.number, signal.SIG_DFL)
        os.kill(os.getpid(), stopped.number)
        code = 128 + stopped.number
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    raise SystemExit(code)


if __name__ == "__main__":
    entry()
