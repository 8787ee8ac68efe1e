"""The README says what the program does."""

from __future__ import annotations

import re

from tests.readme import README, with_tables


def test_its_tables_are_those_of_the_command_table() -> None:
    text = README.read_text()
    assert with_tables(text) == text, "run python -m tests.readme"
    assert "`x`" in text


def test_every_picture_and_file_it_names_is_there() -> None:
    names = re.findall(r"\]\(([^)#:]+)\)", README.read_text())
    assert names
    assert [name for name in names if not (README.parent / name).exists()] == []
