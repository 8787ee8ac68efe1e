"""What the worker asks git: nothing of a repository or of the surroundings changes the answer or is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.agents.worker.jobs import UnableError
from app.agents.worker.repository import find_repository
from tests.workspace.repositories import Repo


@pytest.fixture
def repo(tmp_path: Path, home: Path) -> Repo:
    """A repository with one commit; ``home`` keeps the user's own settings out."""
    assert home
    repo = Repo.make(tmp_path / "shop")
    repo.write("a.txt", "first\n")
    repo.commit("First")
    return repo


def test_a_repository_that_git_will_not_read_is_told(repo: Repo) -> None:
    (repo.top / ".git" / "HEAD").unlink()
    with pytest.raises(UnableError, match="not a git repository"):
        find_repository(repo.top)


def test_outside_of_a_repository_there_is_none(tmp_path: Path) -> None:
    assert find_repository(tmp_path) is None
