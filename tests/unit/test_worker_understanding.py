"""What the embedded worker takes a sentence for: to the last word, or not at all."""

from __future__ import annotations

import time
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.delegation import prepare
from app.agents.worker.jobs import (
    FixLint,
    FollowLogs,
    Job,
    Kind,
    Linter,
    RunRecipes,
    RunTests,
    TrackMetrics,
    WatchFiles,
)
from app.agents.worker.understanding import runs_until_stopped, understand
from app.model.request import parse_request
from app.registry.config import Config

ESLINT, RUFF = Linter.ESLINT, Linter.RUFF

TESTS: dict[str, Job] = {
    "run the tests": RunTests(),
    "Run tests": RunTests(),
    "Run the test suite": RunTests(),
    "Run our test suite.": RunTests(),
    "run our test suite": RunTests(),
    "running the test suite": RunTests(),
    "Please run the tests again": RunTests(),
    "Can you run all the tests in this project?": RunTests(),
    "test suite": RunTests(),
    "test the project": RunTests(),
    "run the tests in the background": RunTests(),
    "run integration test suite": RunTests(scope="integration"),
    "Run end-to-end tests": RunTests(scope="e2e"),
    "run unit tests": RunTests(scope="unit"),
    "run integration tests in tests/integration": RunTests(("tests/integration",), scope="integration"),
    "run the tests in src, lib and packages/api": RunTests(("src", "lib", "packages/api")),
    'run the tests in "my app/tests"': RunTests(("my app/tests",)),
    "run the tests tests/test_pay.py": RunTests(("tests/test_pay.py",)),
    "run pytest": RunTests(tool="pytest"),
    "run pytest tests/test_pay.py::test_total": RunTests(("tests/test_pay.py::test_total",), tool="pytest"),
    "run python -m unittest": RunTests(tool="unittest"),
    "run tests with jest": RunTests(tool="jest"),
    "run the vitest tests": RunTests(tool="vitest"),
    "run npm test": RunTests(tool="node"),
    "run node --test": RunTests(tool="node"),
    "run the Python tests": RunTests(tool="python"),
}
FIXES: dict[str, Job] = {
    "fixing all ESLint errors": FixLint(linter=ESLINT),
    "fixing ESLint errors": FixLint(linter=ESLINT),
    "Fix all ESLint errors in src/": FixLint(("src/",), ESLINT),
    "fix all ESLint errors in src/ and commit": FixLint(("src/",), ESLINT, commit=True),
    "Fix all ESLint errors in src/, commit": FixLint(("src/",), ESLINT, commit=True),
    "fix ESLint errors and warnings in the src folder": FixLint(("src",), ESLINT),
    "fix ESLint errors in src/ but don't commit": FixLint(("src/",), ESLINT),
    "fix ESLint errors without committing": FixLint(linter=ESLINT),
    "fix lint errors, run the tests and commit": FixLint(commit=True),
    "fix lint errors and commit the fixes if the tests pass": FixLint(commit=True),
    "fix all lint errors in src, lib and then commit": FixLint(("src", "lib"), commit=True),
    "fix lint": FixLint(),
    "fix all lint errors": FixLint(),
    "please fix the linter errors in this project": FixLint(),
    "fix ruff errors in app": FixLint(("app",), RUFF),
    "fix linting issues with ruff": FixLint(linter=RUFF),
    "fix all errors reported by ESLint in src/": FixLint(("src/",), ESLINT),
    "fix everything eslint finds": FixLint(linter=ESLINT),
    "fix lint errors in the app": FixLint(("app",)),
    "fix lint errors in our app": FixLint(),
    "fix lint errors in my code": FixLint(),
    "fix Python lint errors": FixLint(linter=RUFF),
    "fix all JavaScript lint errors": FixLint(linter=ESLINT),
    "lint and fix src/": FixLint(("src/",)),
    "run eslint --fix src/": FixLint(("src/",), ESLINT),
    "eslint src/ --fix": FixLint(("src/",), ESLINT),
    "run ruff check --fix": FixLint(linter=RUFF),
}
RECIPES: dict[str, Job] = {
    "Analyze code quality in the background": RunRecipes((Kind.QUALITY,)),
    "code quality report": RunRecipes((Kind.QUALITY,)),
    "lint src/": RunRecipes((Kind.QUALITY,), ("src/",)),
    "run the linter in src": RunRecipes((Kind.QUALITY,), ("src",)),
    "Run security scan as a background task": RunRecipes((Kind.AUDIT,)),
    "audit the dependencies": RunRecipes((Kind.AUDIT,)),
    "npm audit": RunRecipes((Kind.AUDIT,), tool="npm"),
    "scan the project for vulnerabilities": RunRecipes((Kind.AUDIT,)),
    "Generate performance report in background": RunRecipes((Kind.BENCHMARK,)),
    "Build the project in the background": RunRecipes((Kind.BUILD,)),
    "build packages/api": RunRecipes((Kind.BUILD,), ("packages/api",)),
    "Compile and run tests as a background task": RunRecipes((Kind.BUILD, Kind.TESTS)),
    "Generate production bundle in background": RunRecipes((Kind.BUNDLE,)),
    "build the app for production": RunRecipes((Kind.BUNDLE,)),
    "generate API docs": RunRecipes((Kind.DOCS,)),
    "Generate API documentation in the background": RunRecipes((Kind.DOCS,)),
    "generate docs with pdoc": RunRecipes((Kind.DOCS,), tool="pdoc"),
    "dependency update": RunRecipes((Kind.DEPENDENCIES,)),
    "Update all dependencies": RunRecipes((Kind.DEPENDENCIES,)),
    "run the tests with coverage": RunRecipes((Kind.COVERAGE,)),
    "measure test coverage": RunRecipes((Kind.COVERAGE,)),
    "type check the project": RunRecipes((Kind.TYPES,)),
    "check types in src": RunRecipes((Kind.TYPES,), ("src",)),
    "run mypy": RunRecipes((Kind.TYPES,), tool="mypy"),
    "format the code": RunRecipes((Kind.FORMAT,)),
    "format src/": RunRecipes((Kind.FORMAT,), ("src/",)),
    "fix formatting": RunRecipes((Kind.FORMAT,)),
}
WATCHES: dict[str, Job] = {
    "Watch for file changes as a background task": WatchFiles(),
    "watch for file changes in src": WatchFiles(("src",)),
    "watch files and rerun": WatchFiles(then=RunTests()),
    "watch src/ and rerun the tests": WatchFiles(("src/",), RunTests()),
    "rerun the tests whenever a file changes": WatchFiles(then=RunTests()),
    "run the unit tests on every change": WatchFiles(then=RunTests(scope="unit")),
    "build the project on every change": WatchFiles(then=RunRecipes((Kind.BUILD,))),
    "Monitor log files in the background": FollowLogs(),
    "monitor logs/app.log for errors": FollowLogs(("logs/app.log",)),
    "Track system metrics in background": TrackMetrics(),
    "monitor cpu and memory usage": TrackMetrics(),
}
STRANGE = (
    "build a login page",
    "build an app",
    "create a new project",
    "create documentation for the new feature",
    "write documentation for the parser",
    "update the README",
    "analyze the performance of our API endpoints",
    "monitor the deployment",
    "watch the game",
    "format the disk",
    "generate a report about sales",
    "check on the build",
    "make it faster",
    "run the type checker and fix what it finds",
    "update dependencies and fix the build",
    "",
    "hello",
    "run the server",
    "run the payment tests",
    "run the test suite against staging",
    "run the tests and fix the failures",
    "run tests and commit",
    "run the tests in -x",
    "start the test server",
    "write tests for the parser",
    "unit tests for the parser",
    "fix the failing tests",
    "fix all errors",
    "fix the eslint config",
    "fix eslint config errors",
    "fix no-var errors in src",
    "fix eslint errors and commit my changes",
    "fix eslint errors and deploy",
    "fix the eslint errors in src/ and update the docs",
    "fix eslint errors in every file that uses promises",
    "add eslint",
)


@pytest.mark.parametrize(("sentence", "job"), list((TESTS | FIXES | RECIPES | WATCHES).items()))
def test_sentence_is_understood(sentence: str, job: Job) -> None:
    assert understand(sentence) == job


@pytest.mark.parametrize("sentence", STRANGE)
def test_other_sentences_are_left_to_others(sentence: str) -> None:
    assert understand(sentence) is None


def test_a_text_longer_than_any_such_sentence_is_left_to_others() -> None:
    assert understand("run the tests in " + "src, " * 100_000 + "lib") is None


WORDS = [
    "fix",
    "all",
    "the",
    "lint",
    "errors",
    "in",
    "src",
    "and",
    "commit",
    "run",
    "tests",
    ",",
    "with",
    "eslint",
]


@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_no_order_of_its_own_words_makes_it_slow_or_fail(words: list[str]) -> None:
    job = understand(" ".join(words))
    assert job is None or isinstance(job, RunTests | FixLint | RunRecipes)


def test_a_project_can_add_sentences_of_its_own() -> None:
    own = {"deploy the docs": "docs", "docs": "docs"}
    for sentence in ("Deploy the docs", "run docs", "please deploy the docs in the background"):
        assert understand(sentence, own) == RunRecipes(("docs",))
    assert understand("deploy the docs to staging", own) is None


@pytest.mark.parametrize("sentence", list(WATCHES))
def test_what_watches_runs_until_it_is_stopped(sentence: str) -> None:
    assert runs_until_stopped(sentence)
    assert prepare(parse_request(sentence), Path.cwd(), Config()).timeout_s is None
    assert prepare(parse_request(f"{sentence} t:5m"), Path.cwd(), Config()).timeout_s == 300


@pytest.mark.parametrize("sentence", [*TESTS, *FIXES, *RECIPES, *STRANGE[1:]])
def test_all_else_has_its_limit(sentence: str) -> None:
    assert not runs_until_stopped(sentence)


PARTS = [
    *("run", "build", "the", "project", "and", "tests", "code", "quality", "watch", "for", "changes"),
    *("security", "scan", "generate", "docs", "update", "all", "dependencies", "format", "whenever"),
    *("monitor", "log", "logs", "system", "metrics", "cpu", "memory", "type", "check", "with"),
    *("in", "src", "files", "change", "coverage", "production"),
]


@given(st.text(max_size=200) | st.lists(st.sampled_from(PARTS), max_size=6).map(" ".join))
def test_any_text_is_answered_the_same_with_blanks_around_it_and_a_full_stop(text: str) -> None:
    job = understand(text)
    assert job is None or isinstance(job, get_args(Job))
    assert understand(f"  {text} .\n") == job


@given(st.lists(st.sampled_from(PARTS), max_size=60).map(" ".join))
def test_no_order_of_the_words_of_jobs_makes_it_slow(text: str) -> None:
    start = time.process_time()
    understand(text)
    assert time.process_time() - start < 0.5
