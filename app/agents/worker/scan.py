"""One bounded walk through a project, for the files that hold tests."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MOST_ENTRIES = 50_000
"""Files and folders looked at; a larger tree is known only in part, its upper levels first."""

_SKIPPED = frozenset(
    {
        "node_modules",
        "venv",
        "env",
        "build",
        "dist",
        "site-packages",
        "__pycache__",
        "vendor",
        "target",
        "coverage",
    }
)
_PYTHON_TEST = re.compile(r"(?:test_.*|.*_test|tests?)\.py")
_NODE_TEST = re.compile(r"(?:.*[._-](?:test|spec)|test-.*|test)\.[cm]?[jt]sx?")
_NODE_FILE = re.compile(r".*\.[cm]?[jt]sx?")
_NODE_FOLDERS = frozenset({"test", "__tests__"})
_LOOKED_INTO = 50
_UNITTEST = re.compile(r"^\s*(?:import unittest|from unittest\b|from django\.test\b)", re.M)
_PYTEST = re.compile(r"^\s*(?:import pytest|from pytest\b)", re.M)


@dataclass(frozen=True, slots=True)
class Found:
    """Paths relative to the project's root, upper levels first; ``conftest`` is the first conftest.py."""

    python_tests: tuple[str, ...]
    node_tests: tuple[str, ...]
    folders: frozenset[str]
    python_packages: frozenset[str]
    conftest: str | None


def scan(root: Path, most: int = MOST_ENTRIES) -> Found:
    """Every test file and folder under ``root``, except in what tools made or brought along."""
    files: list[str] = []
    folders: list[str] = []
    level = [""]
    while level and len(files) + len(folders) < most:
        deeper: list[str] = []
        for place in level:
            inside, here = _list(root, place)
            deeper += inside
            files += here
        folders += deeper
        level = deeper
    return _sorted_out(files, folders)


def _sorted_out(files: list[str], folders: list[str]) -> Found:
    named = [(path, *_split(path)) for path in files]
    return Found(
        python_tests=tuple(path for path, _, name in named if _PYTHON_TEST.fullmatch(name)),
        node_tests=tuple(path for path, folder, name in named if _is_node_test(folder, name)),
        folders=frozenset(folders),
        python_packages=frozenset(folder for _, folder, name in named if name == "__init__.py"),
        conftest=next((path for path, _, name in named if name == "conftest.py"), None),
    )


def _split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name


def unittest_only(root: Path, tests: Iterable[str]) -> bool:
    """Whether all the Python test files are unittest's, as far as the first of them tell."""
    texts = [_text(root / path) for path in list(tests)[:_LOOKED_INTO]]
    return bool(texts) and all(_UNITTEST.search(text) and not _PYTEST.search(text) for text in texts)


def _list(root: Path, place: str) -> tuple[list[str], list[str]]:
    """The folders and the files of one folder, in order of name; none when it cannot be read."""
    folders: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(root / place) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                path = f"{place}/{entry.name}" if place else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if not _skipped(entry):
                        folders.append(path)
                else:
                    files.append(path)
    except OSError:
        pass
    return folders, files


def _skipped(entry: os.DirEntry[str]) -> bool:
    return entry.name.startswith(".") or entry.name in _SKIPPED or Path(entry.path, "pyvenv.cfg").exists()


def _is_node_test(folder: str, name: str) -> bool:
    if _NODE_TEST.fullmatch(name):
        return True
    return bool(_NODE_FOLDERS.intersection(folder.split("/"))) and bool(_NODE_FILE.fullmatch(name))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
