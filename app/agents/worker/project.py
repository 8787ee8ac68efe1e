"""What is known of a project before anything is run in it: plain data, gathered by ``survey``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Tool:
    """An executable file. ``own`` when it belongs to the project rather than to the whole machine.

    ``shown`` is its path as a person would write it from the task's folder.
    """

    name: str
    path: str
    shown: str
    own: bool


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a package.json that matter here; ``needs`` are the names of all its dependencies."""

    scripts: Mapping[str, str]
    needs: frozenset[str]
    manager: str = "npm"
    eslint_config: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """One project. Paths of files and folders are relative to ``root``, with ``/`` between their parts.

    ``folder`` is where the task works, ``root`` the nearest folder upwards that looks like a project.
    ``pytest_sign`` and ``ruff_sign`` name what shows that the project uses them. ``unittest_only`` when every
    Python test file is written for unittest. ``lint_folder`` is where an ESLint configuration lies.
    ``places`` are the folders of the project's own tools, ``path`` is the PATH for all others.
    """

    folder: Path
    root: Path
    tools: Mapping[str, Tool]
    searched: tuple[str, ...] = ()
    package: Package | None = None
    python: bool = False
    pytest_sign: str | None = None
    ruff_sign: str | None = None
    unittest_only: bool = False
    python_tests: tuple[str, ...] = ()
    node_tests: tuple[str, ...] = ()
    folders: frozenset[str] = frozenset()
    python_packages: frozenset[str] = frozenset()
    lint_folder: Path | None = None
    virtual_env: Path | None = None
    places: tuple[Path, ...] = ()
    path: str = ""

    def tool(self, name: str) -> Tool | None:
        """The executable of that name: the project's own before any other, None when there is none."""
        return self.tools.get(name)

    @property
    def looked(self) -> str:
        """Where tools were looked for, in words."""
        return ", ".join((*self.searched, "PATH"))
