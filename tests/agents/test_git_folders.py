"""The folders of a repository that a fence opens: the person's own, whatever an agent has written."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from app.agents.repository import git_folders, may_appear
from tests.workspace.repositories import Repo


@pytest.fixture
def shop(tmp_path: Path, home: Path) -> Repo:
    """A repository with one commit; ``home`` keeps the user's own settings out."""
    assert home
    repo = Repo.make(tmp_path / "shop")
    repo.write("src/a.txt", "one\n")
    repo.commit("First")
    return repo


def told(folder: Path) -> list[str]:
    """What is opened for work in a folder, which is told without waiting on anything."""
    found: list[list[str]] = []
    thread = threading.Thread(target=lambda: found.append(list(git_folders(folder))), daemon=True)
    thread.start()
    thread.join(30)
    assert found, "it waits on something"
    return found[0]


def test_a_checkout_and_a_worktree_of_it(shop: Repo, tmp_path: Path) -> None:
    git = shop.top / ".git"
    shop.git("worktree", "add", "-q", str(tmp_path / "beside"))
    assert told(shop.top / "src") == [str(git)]
    assert told(tmp_path / "beside" / "src") == [str(git / "worktrees" / "beside"), str(git)]


def test_a_submodule_has_one_of_its_own(shop: Repo, tmp_path: Path) -> None:
    part = Repo.make(tmp_path / "part")
    part.write("b.txt", "two\n")
    part.commit("First")
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(part.top), "part")
    assert told(shop.top / "part") == [str(shop.top / ".git" / "modules" / "part")]


def test_a_repository_of_its_own_may_appear_below_the_top_of_another(shop: Repo) -> None:
    folder = shop.top / "src"
    assert f"{folder}/.git" in may_appear(str(folder), told(folder))


@pytest.mark.parametrize("content", [b"\0", b"x" * 10, b"gitdir: \0"])
def test_what_is_no_path_opens_nothing(tmp_path: Path, content: bytes) -> None:
    fake = tmp_path / "fake"
    fake.mkdir()
    (tmp_path / ".git").write_bytes(content if content.startswith(b"gitdir") else b"gitdir: fake\n")
    (fake / "commondir").write_bytes(content)
    (fake / "gitdir").write_bytes(content)
    assert told(tmp_path) == []


@pytest.mark.parametrize("name", ["commondir", "gitdir"])
def test_a_pipe_that_an_agent_has_left_is_not_waited_for(tmp_path: Path, name: str) -> None:
    fake = tmp_path / "fake"
    fake.mkdir()
    (tmp_path / ".git").write_text("gitdir: fake\n")
    (fake / "commondir").write_text(".\n")
    (fake / name).unlink(missing_ok=True)
    os.mkfifo(fake / name)
    assert told(tmp_path) == []
