"""Recipes: how a project's tools do each job, as TOML data that users and projects can add to.

A file holds ``[[recipe]]`` tables. The project's own (``.delegate/recipes.toml`` at its root) come before the
user's (``recipes.toml`` beside ``config.toml``), and both before those that are shipped.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parent / "recipes"
"""Where the recipes that come with the worker lie, one file a language."""

PROJECT_FILE = ".delegate/recipes.toml"
"""The recipes of a project, from its root."""

USER_FILE = "recipes.toml"
"""The recipes of the user, in the folder of the settings."""

_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to do a job. What it may say, by the names in the file:

    ``job`` is what is asked for (``build``), or a name of the project's own, with further sentences for it in
    ``says``. It fits where one of the signs ``when`` is there and none of ``unless`` (see ``signs``), and
    where ``tool`` and all of ``needs`` are installed: in the project itself if it must be its ``own``.
    ``module`` is one that Python must be able to run. ``script``, ``target`` and ``just`` are names of a
    package.json script, a Makefile target and a justfile recipe, of which the first that exists is run;
    ``manager`` takes the project's package manager as the tool. ``run`` is one command or several, one after
    the other, to the first that fails unless it ``goes_on``; ``paths`` stand for ``{paths}`` where nobody
    names any, and may depend on a sign; ``folders_as`` is how a folder is written there.

    ``reads`` names how its report is read, from the file ``report`` in ``{folder}``, from standard output
    where ``output`` is "report", or from what it says. ``ok`` are the exit codes of success. ``changes`` says
    that it changes files of the project, ``makes`` in which folders it makes some. ``install`` says how its
    tool is to be had. A ``fallback`` counts where nothing else fits.
    """

    job: str
    source: str = ""
    language: str = ""
    says: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    tool: str = ""
    needs: tuple[str, ...] = ()
    own: bool = False
    module: str = ""
    script: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    just: tuple[str, ...] = ()
    manager: bool = False
    run: tuple[tuple[str, ...], ...] = ()
    goes_on: bool = False
    paths: tuple[tuple[str, tuple[str, ...]], ...] = ()
    folders_as: str = "{path}"
    takes_paths: bool = True
    variables: Mapping[str, str] = field(default_factory=dict)
    report: str = "report.json"
    output: str = "log"
    reads: str = ""
    ok: tuple[int, ...] = (0,)
    changes: bool = False
    makes: tuple[str, ...] = ()
    install: str = ""
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """All recipes, the project's first, then the user's, then those shipped; and what is wrong with any."""

    recipes: tuple[Recipe, ...] = ()
    problems: tuple[str, ...] = ()

    def of(self, job: str) -> tuple[Recipe, ...]:
        """Those for a job, from the first source that has any for it: the nearer one replaces the others."""
        found = [recipe for recipe in self.recipes if recipe.job == job]
        return tuple(recipe for recipe in found if recipe.source == found[0].source)

    def own(self, job: str) -> bool:
        """Whether the project or the user says how to do a job."""
        return any(recipe.source for recipe in self.of(job))

    @property
    def sayings(self) -> Mapping[str, str]:
        """The names and sentences that mean a job of the project's or the user's own, in lower case."""
        own = [recipe for recipe in self.recipes if recipe.source]
        return {saying.lower(): recipe.job for recipe in own for saying in (recipe.job, *recipe.says)}


def open_book(root: Path, settings: Path) -> Book:
    """Read the recipes that count in a project. ``settings`` is the folder of the user's settings."""
    places = ((root / PROJECT_FILE, PROJECT_FILE), (settings / USER_FILE, str(settings / USER_FILE)))
    recipes: list[Recipe] = []
    problems: list[str] = []
    for path, shown in places:
        read, wrong = read_recipes(path, shown)
        recipes += read
        problems += wrong
    return Book((*recipes, *_shipped()), tuple(problems))


def read_recipes(path: Path, source: str) -> tuple[list[Recipe], list[str]]:
    """The recipes of a file, and what is wrong with it, each a line; a missing one has neither."""
    try:
        if not path.is_file():
            return [], []
        if path.stat().st_size > _LARGEST:
            return [], [f"{source}: larger than 1 MB"]
        tables = tomllib.loads(path.read_text("utf-8")).get("recipe", [])
    except (OSError, ValueError) as error:
        return [], [f"{source}: {error}"]
    if not isinstance(tables, list):
        return [], [f"{source}: write each recipe as [[recipe]]"]
    recipes: list[Recipe] = []
    problems: list[str] = []
    for number, table in enumerate(tables, 1):
        try:
            recipes.append(_recipe(table, source))
        except ValueError as error:
            problems.append(f"{source}: recipe {number}: {error}")
    return recipes, problems


@lru_cache(maxsize=1)
def _shipped() -> tuple[Recipe, ...]:
    files = sorted(SHIPPED.glob("*.toml"), key=lambda path: (path.stem == "targets", path.stem))
    return tuple(recipe for path in files for recipe in read_recipes(path, "")[0])


_WORD = {"job", "language", "tool", "module", "folders_as", "report", "output", "reads", "install"}
_FLAG = {"own", "manager", "goes_on", "takes_paths", "changes", "fallback"}
_WORDS = {"says", "when", "unless", "needs", "script", "target", "just", "makes"}


def _recipe(table: Any, source: str) -> Recipe:
    """One table as a recipe. Raises ValueError with what is wrong."""
    if not isinstance(table, dict):
        raise ValueError("write it as [[recipe]]")
    values = {key: _value(key, value) for key, value in table.items()}
    if not values.get("job"):
        raise ValueError('job is missing, for example job = "build"')
    if not any(values.get(key) for key in ("run", "script", "target", "just")):
        raise ValueError('run is missing, for example run = ["make", "docs"]')
    return Recipe(**values, source=source)


def _value(key: str, value: Any) -> Any:
    if key in _WORD and isinstance(value, str):
        return value
    if key in _FLAG and isinstance(value, bool):
        return value
    if key in _WORDS:
        return _words(key, value)
    if key == "run":
        return _commands(value)
    if key == "paths":
        return _paths(value)
    if key == "ok" and isinstance(value, list) and all(type(code) is int for code in value):
        return tuple(value)
    if key == "variables" and isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        return value
    known = sorted(_WORD | _FLAG | _WORDS | {"run", "paths", "ok", "variables"})
    raise ValueError(
        f"{key} is not what it should be"
        if key in known
        else f"there is no {key}; there are: {', '.join(known)}"
    )


def _words(key: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise ValueError(f"{key} must be words")


def _commands(value: Any) -> tuple[tuple[str, ...], ...]:
    """One command as a list of words, or a list of such."""
    many = isinstance(value, list) and bool(value) and all(isinstance(one, list) for one in value)
    commands = tuple(_words("run", one) for one in (value if many else [value]))
    if not all(commands) or isinstance(value, str):
        raise ValueError('run must be a command as a list of words: ["make", "docs"]')
    return commands


def _paths(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Words, or a table from signs to words; the sign ``default`` always holds."""
    if isinstance(value, dict):
        return tuple((sign, _words("paths", words)) for sign, words in value.items())
    return (("default", _words("paths", value)),)
