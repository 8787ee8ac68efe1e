"""Worktrees that a task, or a person, has led astray: nothing is lost, and what is said is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.workspace.applying import merge
from app.workspace.exporting import patch
from app.workspace.git import GitError
from app.workspace.merging import plan
from app.workspace.working import changes_in
from app.workspace.worktrees import CannotIsolate, Wanted, create
from tests.workspace.repositories import Repo

MEBIBYTE = 1024 * 1024


def test_a_worktree_of_a_repository_that_has_moved_is_never_cleared(repo: Repo, tmp_path: Path) -> None:
    made = repo.workspace(10, "moved")
    repo.within(made).write("precious", "work\n")
    moved = tmp_path / "moved"
    repo.top.rename(moved)
    repo.top.symlink_to(moved)
    Repo(moved).git("worktree", "repair", str(made.folder))
    with pytest.raises(CannotIsolate, match="has moved"):
        create(repo.facts(), Wanted(10, "moved", made.folder))
    assert (made.folder / "precious").read_text() == "work\n"


def test_no_filter_runs_of_a_repository_that_a_task_named(repo: Repo, tmp_path: Path) -> None:
    made = repo.workspace()
    other = Repo.make(tmp_path / "other")
    other.git("config", "filter.evil.clean", f"touch {tmp_path}/ran; cat")
    (made.git_dir / "commondir").write_text(f"{other.top}/.git\n")
    (other.top / ".git" / "objects" / "info" / "alternates").write_text(f"{repo.top}/.git/objects\n")
    within = repo.within(made)
    within.write(".gitattributes", "* filter=evil\n")
    within.write("a.txt", "changed\n")
    with pytest.raises(GitError, match=r"another repository|not there any more"):
        changes_in(made, tmp_path / "objects")
    assert not (tmp_path / "ran").exists()


def test_work_on_a_branch_of_the_tasks_own_is_taken(repo: Repo) -> None:
    made = repo.workspace()
    within = repo.within(made)
    within.git("switch", "-q", "-c", "feature")
    within.write("new.txt", "new\n")
    within.commit("On a branch of its own")
    assert b"On a branch of its own" in patch(made)
    found = plan(made)
    assert found.changed == ("new.txt",)
    merge(found)
    assert repo.read("new.txt") == "new\n"


def test_a_worktree_that_left_its_branch_is_told_and_not_merged(repo: Repo) -> None:
    first = repo.head()
    repo.write("later.txt", "later\n")
    repo.commit("Later")
    made = repo.workspace()
    repo.within(made).git("switch", "-q", "--detach", first)
    with pytest.raises(GitError, match=f"has left {made.branch}"):
        plan(made)


def test_what_is_too_large_to_be_taken_is_named(repo: Repo) -> None:
    made = repo.workspace()
    within = repo.within(made)
    within.write("big.bin", b"x" * 17 * MEBIBYTE)
    assert plan(made).words == "big.bin cannot be taken by git: copy what you need"
    within.write("a.txt", "small\n")
    assert plan(made).words.endswith("1 file, without big.bin")
