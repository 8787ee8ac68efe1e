"""Which recipes do a job in a project, as commands that can be run; or what is missing, in one line."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.agents.worker.book import Book, Recipe
from app.agents.worker.jobs import UnableError
from app.agents.worker.project import Project, Tool
from app.agents.worker.signs import holds, just_recipes, targets
from app.agents.worker.survey import find_tool


@dataclass(frozen=True, slots=True)
class Cooked:
    """A recipe ready to be run in ``folder``: its commands with everything in them but the places of reports.

    ``using`` says which tool it is, where it was found, and whose recipe this is.
    """

    recipe: Recipe
    tool: str
    commands: tuple[tuple[str, ...], ...]
    folder: Path
    using: str
    variables: Mapping[str, str] = field(default_factory=dict)
    virtual_env: Path | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What will be run, and lines on what the project wants but does not have."""

    cooked: tuple[Cooked, ...] = ()
    missing: tuple[str, ...] = ()


def choose(
    book: Book,
    project: Project,
    job: str,
    paths: tuple[str, ...] = (),
    tool: str | None = None,
) -> Choice:
    """The recipes for a job, ready to be run; ``paths`` are relative to the root, ``tool`` was named.

    Raises UnableError with what is missing, and what to install, where none can be run.
    """
    recipes = [recipe for recipe in book.of(job) if tool is None or _is_of(recipe, tool)]
    cooked, missing = _gathered((recipe for recipe in recipes if not recipe.fallback), project, paths)
    if not cooked:
        cooked, more = _gathered((recipe for recipe in recipes if recipe.fallback), project, paths)
        missing = missing or more
    if not cooked:
        raise UnableError(_nothing(project, job, tool, missing, recipes))
    return Choice(tuple(cooked), tuple(missing))


def _is_of(recipe: Recipe, tool: str) -> bool:
    return tool.lower() in (recipe.tool.lower(), recipe.language.lower(), recipe.job)


def _gathered(
    recipes: Iterable[Recipe], project: Project, paths: tuple[str, ...]
) -> tuple[list[Cooked], list[str]]:
    """For each language the first recipe whose tool is there, or what its best recipe needs."""
    cooked: dict[str, Cooked] = {}
    missing: dict[str, str] = {}
    for recipe in recipes:
        if recipe.language in cooked or not _fits(recipe, project.root):
            continue
        made = _cook(recipe, project, paths)
        if made is not None:
            cooked[recipe.language] = made
        elif recipe.when:
            missing.setdefault(recipe.language, _wanted(recipe, project))
    return list(cooked.values()), [line for language, line in missing.items() if language not in cooked]


def _fits(recipe: Recipe, root: Path) -> bool:
    if any(holds(root, sign) for sign in recipe.unless):
        return False
    return not recipe.when or any(holds(root, sign) for sign in recipe.when)


def _wanted(recipe: Recipe, project: Project) -> str:
    """What of the things that a recipe needs is not there, for what, and how it is to be had."""
    lacking = [name for name in (recipe.tool, *recipe.needs) if name and not find_tool(project, name)]
    words = " and ".join(lacking) or recipe.tool or "a package manager"
    words = f"Python's {recipe.module}" if recipe.module else words
    own = " in the project's own environment" if recipe.own else ""
    return f"{words}{own} for {recipe.language} ({recipe.install})" if recipe.install else f"{words}{own}"


def _nothing(project: Project, job: str, tool: str | None, missing: list[str], recipes: list[Recipe]) -> str:
    if missing:
        return f"Not installed, and needed for this ({job}): {'; '.join(missing)}."
    if not recipes and tool:
        return f"No recipe uses {tool} for this ({job}). {_HOW_TO_ADD.format(job=job)}"
    languages = dict.fromkeys(recipe.language for recipe in recipes if recipe.language)
    signs = list(dict.fromkeys(sign for recipe in recipes for sign in recipe.when))
    looked = ", ".join(signs) if len(signs) <= _FEW_SIGNS else f"signs of {', '.join(languages)}"
    nothing = f"Nothing was found in {project.root} that does this ({job}): looked for {looked}."
    return f"{nothing} {_HOW_TO_ADD.format(job=job)}"


_FEW_SIGNS = 6
_HOW_TO_ADD = 'Add a [[recipe]] with job = "{job}" to .delegate/recipes.toml.'


def _cook(recipe: Recipe, project: Project, paths: tuple[str, ...]) -> Cooked | None:
    """The commands of a recipe here, or None when something that it needs is not there."""
    named = _named_step(recipe, project)
    if named is not None:
        tool: Tool | None = named[0]
        commands = named[1]
    elif recipe.script or recipe.target or recipe.just:
        return None
    else:
        tool, commands = _tool(recipe, project), recipe.run
    if tool is None or not _has_all(recipe, project, tool):
        return None
    words = _arguments(recipe, project, paths)
    if words is None:
        return None
    filled = tuple(_filled(command, tool, words) for command in commands)
    whose = f" (recipe of {recipe.source})" if recipe.source else ""
    name = tool.name if named is None else " ".join((tool.name, *filled[0][1:3])[:3])
    env = project.virtual_env if tool.own or not named else None
    using = f"{name} from {tool.shown}{whose}"
    return Cooked(recipe, name, filled, project.root, using, recipe.variables, env)


def _named_step(recipe: Recipe, project: Project) -> tuple[Tool | None, tuple[tuple[str, ...], ...]] | None:
    """The script, target or justfile recipe that the project has under one of the names."""
    if recipe.script and project.package:
        for name in recipe.script:
            if name in project.package.scripts:
                return _manager(project), (("{tool}", "run", name),)
    for names, there, program in (
        (recipe.target, targets, "make"),
        (recipe.just, just_recipes, "just"),
    ):
        known = there(project.root) if names else frozenset()
        for target in names:
            if target in known:
                return find_tool(project, program), (("{tool}", target),)
    return None


def _manager(project: Project) -> Tool | None:
    manager = project.package.manager if project.package else "npm"
    return find_tool(project, manager) or find_tool(project, "npm")


def _tool(recipe: Recipe, project: Project) -> Tool | None:
    """The tool of a recipe. A program that no tool is named for is what the command itself begins with."""
    if recipe.manager:
        return _manager(project)
    name = recipe.tool or recipe.run[0][0]
    if "/" in name:
        place = project.root / name
        return Tool(place.name, str(place), name, own=True) if os.access(place, os.X_OK) else None
    found = find_tool(project, name) or (find_tool(project, "python3") if name == "python" else None)
    return found if found and (found.own or not recipe.own) else None


def _has_all(recipe: Recipe, project: Project, tool: Tool) -> bool:
    if not all(find_tool(project, name) for name in recipe.needs):
        return False
    if not recipe.module:
        return True
    probe = f"import importlib.util as i, sys; sys.exit(i.find_spec({recipe.module + '.__main__'!r}) is None)"
    asked = (tool.path, "-c", probe)
    try:
        done = subprocess.run(asked, cwd="/", capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _arguments(recipe: Recipe, project: Project, paths: tuple[str, ...]) -> tuple[str, ...] | None:
    """What stands for ``{paths}``; None where it is to be found in the project and is not there."""
    if paths:
        return tuple(_as_written(recipe, project.root, path) for path in paths)
    defaults = next((words for sign, words in recipe.paths if holds(project.root, sign)), ())
    found: list[str] = []
    for word in defaults:
        if word in _SEARCHED:
            there = _SEARCHED[word](project)
            if not there:
                return None
            found += there
        else:
            found.append(word)
    return tuple(found)


def _as_written(recipe: Recipe, root: Path, path: str) -> str:
    plain = path.rstrip("/") or path
    return recipe.folders_as.replace("{path}", plain) if (root / path).is_dir() else path


def _packages(project: Project) -> list[str]:
    """The Python packages at the top of the project, or in its ``src``, without its tests."""
    tops = [path for path in sorted(project.python_packages) if path.removeprefix("src/").count("/") == 0]
    return [path for path in tops if path.rpartition("/")[2] not in ("tests", "test")]


def _entry(project: Project) -> list[str]:
    names = ("src/index.ts", "src/index.tsx", "src/main.ts", "index.ts", "src/lib.ts", "src/mod.ts")
    return [name for name in names if (project.root / name).is_file()][:1]


_SEARCHED = {"{packages}": _packages, "{entry}": _entry}


def _filled(command: tuple[str, ...], tool: Tool, paths: tuple[str, ...]) -> tuple[str, ...]:
    words: list[str] = []
    for index, word in enumerate(command):
        if word == "{paths}":
            words += paths
        elif index == 0 and (word == "{tool}" or word in (tool.name, tool.shown)):
            words.append(tool.path)
        else:
            words.append(word.replace("{tool}", tool.path))
    return tuple(words)


def takes_paths(cooked: Cooked) -> bool:
    """Whether paths that were named reach the tool."""
    return cooked.recipe.takes_paths and any("{paths}" in command for command in cooked.recipe.run)
