"""What the worker can be asked for: plain data, and the one error that a person can do something about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ABILITIES = (
    "The worker does not know this job: choose another agent with @name, run a command with !command, or add "
    "a recipe to .delegate/recipes.toml. It tests, fixes lint errors, formats, checks types, builds, "
    "bundles, measures coverage, updates dependencies, audits, documents, reports quality and watches."
)
"""The one line for a sentence that is none of the worker's: what to do comes first, since rows are short."""


class UnableError(Exception):
    """The job cannot be done; the message is one line: what is missing, and where it was looked for.

    ``code`` is the exit code to end with: a tool's own where a tool gave up.
    """

    def __init__(self, line: str, code: int = 1) -> None:
        super().__init__(line)
        self.code = code


class NoTestsError(UnableError):
    """The project has no tests at all, as far as the worker can see."""


class Linter(StrEnum):
    """A tool that finds problems and fixes some of them; the value is its name as people write it."""

    ESLINT = "ESLint"
    RUFF = "Ruff"


@dataclass(frozen=True, slots=True)
class RunTests:
    """Run the tests: all of them, those under ``paths``, or those of a ``scope`` such as ``integration``.

    ``tool`` is ``python``, ``node`` or a test runner, where one was named; ``paths`` are as typed.
    """

    paths: tuple[str, ...] = ()
    scope: str | None = None
    tool: str | None = None


@dataclass(frozen=True, slots=True)
class FixLint:
    """Fix lint errors with ``linter`` or, when None, those that the project uses; ``paths`` are as typed."""

    paths: tuple[str, ...] = ()
    linter: Linter | None = None
    commit: bool = False


class Kind(StrEnum):
    """A job that recipes do; the value is its name in them and in words."""

    TESTS = "tests"
    FIX = "lint fix"
    FORMAT = "format"
    TYPES = "type check"
    BUILD = "build"
    BUNDLE = "production bundle"
    COVERAGE = "coverage"
    DEPENDENCIES = "dependency update"
    AUDIT = "security audit"
    DOCS = "documentation"
    QUALITY = "code quality"
    BENCHMARK = "benchmark"


@dataclass(frozen=True, slots=True)
class RunRecipes:
    """Do what recipes say: jobs by their names, one after the other; ``paths`` are as typed.

    ``tool`` is a tool or a language, where one was named.
    """

    jobs: tuple[str, ...]
    paths: tuple[str, ...] = ()
    tool: str | None = None


@dataclass(frozen=True, slots=True)
class WatchFiles:
    """Say which files change, until stopped; with ``then`` do that job after each change."""

    paths: tuple[str, ...] = ()
    then: RunTests | FixLint | RunRecipes | None = None


@dataclass(frozen=True, slots=True)
class FollowLogs:
    """Say what log files tell of errors and warnings, until stopped."""

    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackMetrics:
    """Say how the machine is used, whenever that changes, until stopped."""


Job = RunTests | FixLint | RunRecipes | WatchFiles | FollowLogs | TrackMetrics
"""Anything that the worker can be asked for."""

ENDLESS = (WatchFiles, FollowLogs, TrackMetrics)
"""Jobs that go on until somebody stops them."""
