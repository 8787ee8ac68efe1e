"""Signs by which a recipe is known to fit a project: files, keys in them, words in them.

- ``mypy.ini``, ``*.py``, ``.prettierrc*``: a file or folder of that name or pattern, from the root;
- ``pyproject.toml:tool.mypy``: a key in a TOML or JSON file;
- ``setup.cfg~[mypy]``: a text in a file.
"""

from __future__ import annotations

import json
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

_WILD = frozenset("*?[")
_LARGEST = 4 * 1024 * 1024
_TARGET = re.compile(r"^([A-Za-z0-9][\w./-]*)\s*:(?![=:])", re.M)
_JUST = re.compile(r"^@?([A-Za-z_][\w-]*)(?: +[^:=\n]*)?:(?!=)", re.M)
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
_JUSTFILES = ("justfile", "Justfile", ".justfile")


def holds(root: Path, sign: str) -> bool:
    """Whether a sign is there; ``default`` always is."""
    if sign == "default":
        return True
    name, tilde, text = sign.partition("~")
    if tilde:
        return text in _text(root / name)
    name, colon, key = sign.partition(":")
    if colon:
        return _has(_data(root / name), key)
    if _WILD.intersection(name):
        return next(root.glob(name), None) is not None
    return (root / name).exists()


def targets(root: Path) -> frozenset[str]:
    """The targets of the project's Makefile."""
    return _named(root, _MAKEFILES, _TARGET)


def just_recipes(root: Path) -> frozenset[str]:
    """The recipes of the project's justfile."""
    return _named(root, _JUSTFILES, _JUST)


def _named(root: Path, files: tuple[str, ...], pattern: re.Pattern[str]) -> frozenset[str]:
    for name in files:
        if (root / name).is_file():
            return frozenset(pattern.findall(_text(root / name)))
    return frozenset()


def _has(data: Any, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True


@lru_cache(maxsize=64)
def _data(path: Path) -> Any:
    """A TOML or JSON file; nothing where it is neither."""
    try:
        return json.loads(_text(path)) if path.suffix == ".json" else tomllib.loads(_text(path))
    except ValueError:
        return {}


@lru_cache(maxsize=64)
def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace") if path.stat().st_size <= _LARGEST else ""
    except OSError:
        return ""
