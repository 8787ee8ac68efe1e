"""Looks at a folder and tells what kind of project it is part of. Reads files, runs nothing."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from app.agents.worker import scan
from app.agents.worker.project import Package, Project, Tool
from app.registry.checkout import checkout_of

PYTHON_MARKS = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "tox.ini",
    "pytest.ini",
    "requirements.txt",
    "Pipfile",
)
ESLINT_MARKS = tuple(f"eslint.config.{end}" for end in ("js", "mjs", "cjs", "ts", "mts", "cts")) + tuple(
    f".eslintrc{end}" for end in ("", ".js", ".cjs", ".json", ".yml", ".yaml")
)
_OTHER_MARKS = ("Cargo.toml", "go.mod", "Makefile", "makefile", "justfile", ".delegate/recipes.toml")
_LOCKS = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lock": "bun", "bun.lockb": "bun"}
_PYTHON_TOOLS = ("pytest", "ruff", "python")
_NODE_TOOLS = ("eslint", "jest", "vitest", "mocha")
_MACHINE_TOOLS = ("node", "npm", "pnpm", "yarn", "bun", "python3")


def survey(folder: Path, environment: Mapping[str, str]) -> Project:
    """The project that ``folder`` is in. ``environment`` gives PATH, VIRTUAL_ENV and HOME."""
    above = tuple(_upwards(folder, environment))
    root = _root(above)
    package = _package(root)
    environments = _virtual_environments(above, environment)
    tools, searched = _tools(folder, above, environments, environment)
    found = scan.scan(root)
    config = _toml(root / "pyproject.toml")
    return Project(
        folder=folder,
        root=root,
        tools=tools,
        searched=searched,
        package=package,
        python=any((root / mark).is_file() for mark in PYTHON_MARKS),
        pytest_sign=_pytest_sign(root, config, found),
        ruff_sign=_ruff_sign(root, config),
        unittest_only=scan.unittest_only(root, found.python_tests),
        python_tests=found.python_tests,
        node_tests=found.node_tests,
        folders=found.folders,
        python_packages=found.python_packages,
        lint_folder=_lint_folder(above, root, package),
        virtual_env=environments[0] if environments else None,
        places=tuple(_own_places(above, environments)),
        path=environment.get("PATH", os.defpath),
    )


def survey_at(folder: Path) -> Project:
    """The project that a folder is in, with this process's own environment."""
    return survey(folder, os.environ)


def find_tool(project: Project, name: str) -> Tool | None:
    """Any executable by its name: the project's own before any other, None when there is none."""
    return project.tool(name) or _tool(name, project.places, project.folder, {"PATH": project.path})


def _own_places(above: Iterable[Path], environments: Iterable[Path]) -> Iterator[Path]:
    yield from (place / "bin" for place in environments)
    yield from (place / "node_modules" / ".bin" for place in above)


def project_root(folder: Path, environment: Mapping[str, str]) -> Path:
    """The root of the project that a folder is in, and nothing else about it."""
    return _root(tuple(_upwards(folder, environment)))


def nearest_lint_folder(start: Path, top: Path) -> Path | None:
    """The nearest folder from ``start`` up to ``top`` with an ESLint configuration of its own."""
    for place in (start, *start.parents):
        if any((place / mark).is_file() for mark in ESLINT_MARKS):
            return place
        if place == top:
            return None
    return None


def _upwards(folder: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """The folder and those above it that may belong to the same project."""
    yield folder
    top = checkout_of(folder)
    home = Path(environment.get("HOME", "/"))
    for place in folder.parents if folder != top else ():
        # Without a repository, what lies in the home folder or in a shared one belongs to no project.
        if top is None and (place in (home, *home.parents) or _is_shared(place)):
            return
        yield place
        if place == top:
            return


def _is_shared(place: Path) -> bool:
    """Whether anybody may write to a folder; one that may not be looked at is nobody's own either."""
    try:
        return bool(place.stat().st_mode & stat.S_IWOTH)
    except OSError:
        return True


def _root(above: tuple[Path, ...]) -> Path:
    marks = ("package.json", *PYTHON_MARKS, *_OTHER_MARKS)
    for place in above:
        # Asked at each key while somebody types: pathlib takes five times as long.
        if any(os.path.isfile(f"{place}/{mark}") for mark in marks):  # noqa: PTH113
            return place
    return above[-1] if checkout_of(above[-1]) == above[-1] else above[0]


def _package(root: Path) -> Package | None:
    if not (root / "package.json").is_file():
        return None
    data = _json(root / "package.json")
    scripts = {name: line for name, line in _table(data, "scripts").items() if isinstance(line, str)}
    needs = [
        *_table(data, "dependencies"),
        *_table(data, "devDependencies"),
        *_table(data, "peerDependencies"),
    ]
    named = str(data.get("packageManager", "")).partition("@")[0]
    locked = next((manager for lock, manager in _LOCKS.items() if (root / lock).is_file()), "npm")
    manager = named if named in _LOCKS.values() else locked
    return Package(scripts, frozenset(needs), manager, "eslintConfig" in data)


def _virtual_environments(above: Iterable[Path], environment: Mapping[str, str]) -> tuple[Path, ...]:
    places = [place / name for place in above for name in (".venv", "venv")]
    if active := environment.get("VIRTUAL_ENV"):
        places.append(Path(active))
    return tuple(place for place in places if (place / "bin").is_dir())


def _tools(
    folder: Path, above: tuple[Path, ...], environments: tuple[Path, ...], environment: Mapping[str, str]
) -> tuple[dict[str, Tool], tuple[str, ...]]:
    """Every tool that is there, the project's own first, and the folders that were looked into, as shown."""
    python = [place / "bin" for place in environments]
    node = [place / "node_modules" / ".bin" for place in above]
    tools: dict[str, Tool] = {}
    for names, places in ((_PYTHON_TOOLS, python), (_NODE_TOOLS, node), (_MACHINE_TOOLS, [])):
        for name in names:
            if tool := _tool(name, places, folder, environment):
                tools[name] = tool
    existing = [_shown(folder, place) for place in (*python, *node) if place.is_dir()]
    return tools, tuple(existing) or (".venv/bin", "node_modules/.bin")


def _tool(name: str, places: Iterable[Path], folder: Path, environment: Mapping[str, str]) -> Tool | None:
    for place in places:
        if os.access(place / name, os.X_OK) and (place / name).is_file():
            return Tool(name, str(place / name), _shown(folder, place / name), own=True)
    path = shutil.which(name, path=environment.get("PATH", os.defpath))
    return Tool(name, path, path, own=False) if path else None


def _shown(folder: Path, path: Path) -> str:
    relative = os.path.relpath(path, folder)
    return str(path) if relative.startswith("../../..") else relative


def _pytest_sign(root: Path, config: Mapping[str, Any], found: scan.Found) -> str | None:
    """What shows that the tests are pytest's, in words."""
    if (root / "pytest.ini").is_file():
        return "pytest.ini"
    if "pytest" in _table(config, "tool"):
        return "[tool.pytest] in pyproject.toml"
    for name, section in (("tox.ini", "[pytest]"), ("setup.cfg", "[tool:pytest]")):
        if section in _text(root / name):
            return f"{section} in {name}"
    return found.conftest


def _ruff_sign(root: Path, config: Mapping[str, Any]) -> str | None:
    """What shows that the project uses Ruff, in words."""
    for name in ("ruff.toml", ".ruff.toml"):
        if (root / name).is_file():
            return name
    return "[tool.ruff] in pyproject.toml" if "ruff" in _table(config, "tool") else None


def _lint_folder(above: Iterable[Path], root: Path, package: Package | None) -> Path | None:
    for place in above:
        if any((place / mark).is_file() for mark in ESLINT_MARKS):
            return place
    return root if package and package.eslint_config else None


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _json(path: Path) -> Mapping[str, Any]:
    with contextlib.suppress(ValueError):
        data = json.loads(_text(path))
        return data if isinstance(data, dict) else {}
    return {}


def _toml(path: Path) -> Mapping[str, Any]:
    with contextlib.suppress(tomllib.TOMLDecodeError):
        return tomllib.loads(_text(path))
    return {}
