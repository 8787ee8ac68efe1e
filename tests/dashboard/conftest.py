"""Real repositories for the tests of what is shown of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workspace.repositories import Repo, three_files


@pytest.fixture
def repo(tmp_path: Path, home: Path) -> Repo:
    """A repository with three files and one commit; ``home`` comes first, so that git's settings are ours."""
    assert home
    return three_files(tmp_path / "shop")
