"""What the embedded worker takes a sentence for: to the last word, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.worker.jobs import FixLint, Job, Linter, RunTests
from app.agents.worker.understanding import understand

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
STRANGE = (
    "",
    "hello",
    "run the server",
    "run security scan",
    "run the payment tests",
    "run the tests with coverage",
    "run the test suite against staging",
    "run the tests and fix the failures",
    "run tests and commit",
    "run the tests in -x",
    "start the test server",
    "Compile and run tests",
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
    "update all dependencies",
)


@pytest.mark.parametrize(("sentence", "job"), list((TESTS | FIXES).items()))
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
    assert job is None or isinstance(job, RunTests | FixLint)


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    assert (
        understand(text) is None or "test" in text.lower() or "lint" in text.lower() or "ruff" in text.lower()
    )
