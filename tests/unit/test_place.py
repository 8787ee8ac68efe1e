"""The branch in the top line, read without git."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from app.dashboard.screen.place import branch_of


def test_the_branch_of_a_folder_deep_inside(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/fix/login\n")
    (tmp_path / "src" / "app").mkdir(parents=True)
    assert branch_of(tmp_path / "src" / "app") == "fix/login"


def test_a_detached_head_shows_its_hash(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("0123456789abcdef0123456789abcdef01234567\n")
    assert branch_of(tmp_path) == "01234567"


def test_a_worktree_points_to_its_own_head(tmp_path: Path) -> None:
    store = tmp_path / "main" / ".git" / "worktrees" / "side"
    store.mkdir(parents=True)
    (store / "HEAD").write_text("ref: refs/heads/side\n")
    side = tmp_path / "side"
    side.mkdir()
    (side / ".git").write_text(f"gitdir: {store}\n")
    assert branch_of(side) == "side"


def test_outside_of_git_there_is_none(tmp_path: Path) -> None:
    assert branch_of(tmp_path) == ""


def test_an_empty_folder_called_git_is_passed_over_as_git_does(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / "stripped" / ".git").mkdir(parents=True)
    assert branch_of(tmp_path / "stripped") == "main"


@pytest.mark.parametrize("name", [".git/HEAD", ".git/link"])
def test_a_head_that_is_a_pipe_is_not_waited_for(tmp_path: Path, name: str) -> None:
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / name)
    if name != ".git/HEAD":
        (tmp_path / ".git" / "HEAD").symlink_to("link")
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append(branch_of(tmp_path)), daemon=True)
    thread.start()
    thread.join(30)
    assert told == [""]
