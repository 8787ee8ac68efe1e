"""The READMEs say what the program does, and the map has every module."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.readme import MAP, README, current


@pytest.mark.parametrize("path", [README, MAP], ids=["README", "map"])
def test_its_tables_are_those_of_the_code(path: Path) -> None:
    text = path.read_text()
    assert current(path) == text, "run python -m tests.readme"
    assert "`x`" in text or "runner.py" in text


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in (MAP.parent).rglob("*.py") if not path.read_text().startswith('"""')]
    assert silent == []


def test_every_picture_and_file_it_names_is_there() -> None:
    names = re.findall(r"\]\(([^)#:]+)\)", README.read_text())
    assert names
    assert [name for name in names if not (README.parent / name).exists()] == []
