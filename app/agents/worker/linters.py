"""Which linters fix a project, and the commands for it: decided from what is known, nothing is run here."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.agents.worker.findings import Findings, read_eslint, read_ruff
from app.agents.worker.jobs import Linter, UnableError
from app.agents.worker.project import Project, Tool

MOST_ARGUMENT_BYTES = 100_000
"""Longest list of files on one command line; the system's own limit is far above."""

_KEPT_WITH_VALUE = frozenset(
    {
        "--ext",
        "-c",
        "--config",
        "--ignore-path",
        "--ignore-pattern",
        "--rulesdir",
        "--parser",
        "--parser-options",
    }
    | {"--resolve-plugins-relative-to", "--plugin", "--rule", "--env", "--global", "--flag"}
)
_KEPT = frozenset(
    {"--no-eslintrc", "--no-ignore", "--no-inline-config", "--report-unused-disable-directives"}
)
_DROPPED_WITH_VALUE = frozenset(
    {"-f", "--format", "-o", "--output-file", "--max-warnings", "--cache-location", "--cache-strategy"}
    | {"--cache-file", "--fix-type"}
)
_DROPPED = frozenset({"--fix", "--cache", "--quiet", "--color", "--no-color", "--fix-dry-run", "--debug"})


@dataclass(frozen=True, slots=True)
class LintTool:
    """One linter ready to be run in ``folder``; ``targets`` are what to look at, as its arguments."""

    linter: Linter
    tool: Tool
    folder: Path
    targets: tuple[str, ...]
    options: tuple[str, ...] = ()

    def check(self, report: str) -> tuple[str, ...]:
        """The command that changes nothing and writes its JSON to the file ``report``."""
        if self.linter is Linter.ESLINT:
            return (self.tool.path, *self.options, *self.targets, "-f", "json", "-o", report)
        # The project's own configuration may say "fix = true".
        quiet = ("--no-fix", "--no-fix-only", "--output-format", "json", "--output-file", report)
        return (self.tool.path, "check", *self.targets, *quiet)

    def fix(self, files: Sequence[str]) -> tuple[str, ...]:
        """The command that fixes these files, and none beside them."""
        names = (f"./{name}" if name.startswith("-") else name for name in files)
        if self.linter is Linter.ESLINT:
            return (self.tool.path, *self.options, "--fix", *names)
        return (self.tool.path, "check", "--fix", *names)

    @property
    def read(self) -> Callable[[str], Findings]:
        """Reads the JSON that ``check`` has written."""
        return read_eslint if self.linter is Linter.ESLINT else read_ruff


def choose_linters(project: Project, wanted: Linter | None) -> tuple[Linter, ...]:
    """The linters to use: the one that was named, else those that the project itself uses.

    Raises UnableError when there is none.
    """
    if wanted:
        return (wanted,)
    ruff = project.tool("ruff")
    used = [
        linter
        for linter, uses in (
            (Linter.ESLINT, _uses_eslint(project)),
            (Linter.RUFF, bool(project.ruff_sign or (project.python and ruff and ruff.own))),
        )
        if uses
    ]
    if used:
        return tuple(used)
    raise UnableError(
        f"No linter that the worker knows was found in {project.root}: looked for an ESLint configuration, "
        'eslint in package.json, ruff.toml and [tool.ruff]. "fix ruff errors" uses Ruff all the same.'
    )


def lint_tool(project: Project, linter: Linter, folder: Path, targets: tuple[str, ...]) -> LintTool:
    """The linter as this project uses it, run in ``folder`` on ``targets``, or on everything.

    Raises UnableError when it is not installed.
    """
    tool = project.tool(linter.value.lower())
    if tool is None:
        npm = " It may be that npm install is needed." if linter is Linter.ESLINT else ""
        raise UnableError(f"{linter} was not found: looked in {project.looked}.{npm}")
    scripted: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    if linter is Linter.ESLINT and project.package and folder == project.root:
        options, scripted = script_arguments(project.package.scripts.get("lint", ""))
    return LintTool(linter, tool, folder, targets or scripted or (".",), options)


def script_arguments(script: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The options and targets of a package.json script that is one plain call of eslint, else none.

    What a project lints is often said only there, as in ``eslint --ext .ts src``.
    """
    try:
        words = shlex.split(script)
    except ValueError:
        return (), ()
    if not words or words[0] != "eslint" or any(mark in script for mark in "&|;<>$`"):
        return (), ()
    return _sorted_words(words[1:])


def batches(files: Iterable[str], most: int = MOST_ARGUMENT_BYTES) -> list[list[str]]:
    """The files in lists that each fit on a command line."""
    lists: list[list[str]] = []
    room = 0
    for name in files:
        size = len(name.encode("utf-8", "surrogateescape")) + 1
        if not lists or size > room:
            lists.append([])
            room = most
        lists[-1].append(name)
        room -= size
    return lists


def _uses_eslint(project: Project) -> bool:
    return project.lint_folder is not None or bool(project.package and "eslint" in project.package.needs)


def _sorted_words(words: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    options: list[str] = []
    targets: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, _ = word.partition("=")
        if name in _KEPT_WITH_VALUE:
            options += [word] if equals else [word, next(rest, "")]
        elif name in _DROPPED_WITH_VALUE:
            if not equals:
                next(rest, "")
        elif word in _KEPT:
            options.append(word)
        elif not word.startswith("-"):
            targets.append(word)
        elif word not in _DROPPED:
            # Whether the next word belongs to an unknown option cannot be told.
            return (), ()
    return tuple(options), tuple(targets)
