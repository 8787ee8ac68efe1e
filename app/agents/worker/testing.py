"""Runs a project's tests and tells how they went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.agents.worker.jobs import RunTests, UnableError
from app.agents.worker.journal import command_line, say
from app.agents.worker.places import resolve
from app.agents.worker.processes import children_environment, run
from app.agents.worker.project import Project
from app.agents.worker.report import SuiteRun
from app.agents.worker.suites import SuiteCommand, choose_tests
from app.logs.readers import read_outcome


def run_tests(project: Project, job: RunTests) -> tuple[SuiteRun, ...]:
    """Runs all that ``job`` means, one language after the other. Raises UnableError when nothing can be."""
    paths = resolve(project.folder, job.paths, project.root)
    return tuple(_run(recipe) for recipe in choose_tests(project, replace(job, paths=paths)))


def worst_code(runs: Iterable[SuiteRun]) -> int:
    """The exit code that stands for several runs: the first that is not 0."""
    return next((done.code for done in runs if done.code), 0)


def _run(recipe: SuiteCommand) -> SuiteRun:
    say(f"Using {recipe.using}")
    say(f"Running: {command_line(recipe.argv)}")
    environment = children_environment(recipe.variables, recipe.virtual_env)
    try:
        done = run(recipe.argv, recipe.folder, environment)
    except OSError as error:
        raise UnableError(f"{recipe.tool} could not be started: {error.strerror or error}") from error
    outcome = read_outcome(done.head, done.tail, done.exit_code, done.signal)
    result = SuiteRun(recipe.tool, command_line(recipe.argv), done.code, outcome)
    say(f"{recipe.tool}: {result.words}, exit code {done.code}")
    return result
