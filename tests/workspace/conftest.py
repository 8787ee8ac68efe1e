"""Real repositories for the tests of workspaces."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.workspace.repositories import Repo, three_files


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that are killed leave their temporary files behind: in a folder of the test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))


@pytest.fixture
def repo(tmp_path: Path, home: Path) -> Repo:
    """A repository with three files and one commit; ``home`` comes first, so that git's settings are ours."""
    assert home
    return three_files(tmp_path / "shop")
