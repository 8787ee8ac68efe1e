"""The worker's commit waits for the user's own git instead of failing beside it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.agents.worker import repository
from app.agents.worker.repository import Repository
from app.agents.worker.worktree import Commit
from tests.workspace.repositories import Repo


@pytest.fixture
def repo(tmp_path: Path, home: Path) -> Repo:
    """A repository with one commit and one changed file; ``home`` keeps the user's own settings out."""
    assert home
    repo = Repo.make(tmp_path / "shop")
    repo.write("a.txt", "first\n")
    repo.commit("First")
    repo.write("a.txt", "second\n")
    return repo


def test_a_commit_waits_for_the_lock_of_the_index(repo: Repo) -> None:
    lock = repo.write(".git/index.lock", "")
    timer = threading.Timer(0.5, lock.unlink)
    timer.start()
    try:
        done = Repository(repo.top).commit(["a.txt"], "Second")
    finally:
        timer.join()
    assert isinstance(done, Commit)
    assert repo.git("log", "-1", "--format=%s") == "Second"


def test_a_lock_that_stays_is_told_in_gits_words(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "LOCK_PATIENCE_S", 0.3)
    repo.write(".git/index.lock", "")
    done = Repository(repo.top).commit(["a.txt"], "Second")
    assert isinstance(done, str)
    assert done.startswith("Git refused the commit")
    assert repo.git("log", "-1", "--format=%s") == "First"
