"""Taking a task's work into the user's checkout: each mode, conflicts, what is in the way."""

from __future__ import annotations

import pytest

from app.workspace.applying import CannotMerge, merge
from app.workspace.discarding import holdings
from app.workspace.merging import Mode, plan
from tests.workspace.repositories import Repo


def test_a_fast_forward_brings_the_commits_as_they_are(repo: Repo) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("new.txt", "new\n")
    tip = agent.commit("Add new")
    found = plan(workspace)
    assert found.ready
    assert found.words == "fast-forward into main: 1 file"
    merge(found)
    assert repo.head() == tip
    assert repo.read("new.txt") == "new\n"
    assert repo.git("status", "--porcelain") == ""
    assert holdings(workspace).empty


@pytest.mark.parametrize("mode", [Mode.MERGE, Mode.SQUASH, Mode.PICK])
def test_each_mode_joins_two_histories(repo: Repo, mode: Mode) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("a.txt", agent.read("a.txt").replace("line 3\n", "line three\n"))
    agent.commit("Name three")
    agent.write("src/c.py", "print('c')\n")
    agent.commit("Add c")
    repo.write("a.txt", repo.read("a.txt").replace("line 18\n", "line eighteen\n"))
    repo.commit("Name eighteen")
    before = repo.head()
    merge(plan(workspace, mode, "Take it"))
    assert "line three\n" in repo.read("a.txt")
    assert "line eighteen\n" in repo.read("a.txt")
    assert repo.read("src/c.py") == "print('c')\n"
    assert repo.git("status", "--porcelain") == ""
    subjects = repo.git("log", "--first-parent", "--format=%s", f"{before}..HEAD").splitlines()
    assert (
        subjects
        == {
            Mode.MERGE: ["Merge branch 'delegate/7-fix-lint'"],
            Mode.SQUASH: ["Take it"],
            Mode.PICK: ["Add c", "Name three"],
        }[mode]
    )
    assert repo.git("fsck", "--strict", "--no-dangling") == ""
    assert holdings(workspace).empty


@pytest.mark.parametrize("mode", [Mode.MERGE, Mode.SQUASH, Mode.PICK])
def test_conflicts_are_told_and_nothing_is_touched(repo: Repo, mode: Mode) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("a.txt", agent.read("a.txt").replace("line 3\n", "theirs\n"))
    agent.commit("Theirs")
    repo.write("a.txt", repo.read("a.txt").replace("line 3\n", "ours\n"))
    repo.commit("Ours")
    before = repo.state()
    found = plan(workspace, mode)
    assert found.conflicts == ("a.txt",)
    with pytest.raises(CannotMerge, match=r"conflicts in a\.txt"):
        merge(found)
    assert repo.state() == before


def test_uncommitted_work_of_the_task_is_taken_as_a_commit_on_top(repo: Repo) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("new.txt", "new\n")
    assert holdings(workspace).words == "holds 1 uncommitted file, not merged"
    merge(plan(workspace, message="Add new"))
    assert repo.read("new.txt") == "new\n"
    assert repo.git("log", "-1", "--format=%s") == "Add new"
    assert holdings(workspace).empty


def test_uncommitted_changes_elsewhere_stay_as_they_are(repo: Repo) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("a.txt", "other\n")
    agent.commit("Other")
    repo.write("keep.txt", "mine, staged\n")
    repo.git("add", "keep.txt")
    repo.write("keep.txt", "mine, not staged\n")
    repo.write("untracked", "mine\n")
    merge(plan(workspace))
    assert repo.read("keep.txt") == "mine, not staged\n"
    assert repo.git("show", ":keep.txt") == "mine, staged"
    assert repo.git("status", "--porcelain").splitlines() == ["MM keep.txt", "?? untracked"]
    assert repo.read("a.txt") == "other\n"


@pytest.mark.parametrize("path", ["a.txt", "new", "ignored.log"])
def test_what_the_user_has_in_the_way_is_told(repo: Repo, path: str) -> None:
    repo.write(".gitignore", "*.log\n")
    repo.commit("Ignore logs")
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write(path, "theirs\n")
    agent.git("add", "-f", path)
    agent.commit("Theirs")
    repo.write(path, "mine\n")
    before = repo.state()
    found = plan(workspace)
    assert found.overlapping == (path,)
    with pytest.raises(CannotMerge, match="would be overwritten"):
        merge(found)
    assert repo.state() == before


@pytest.mark.parametrize("mode", [Mode.MERGE, Mode.SQUASH, Mode.PICK])
def test_a_git_without_merge_tree_comes_to_the_same(
    repo: Repo, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("a.txt", agent.read("a.txt").replace("line 3\n", "line three\n"))
    agent.commit("Three")
    agent.git("mv", "keep.txt", "kept.txt")
    agent.commit("Move")
    repo.write("a.txt", repo.read("a.txt").replace("line 18\n", "line eighteen\n"))
    repo.commit("Eighteen")
    new = plan(workspace, mode)
    monkeypatch.setattr("app.workspace.combining.version", lambda: (2, 30))
    before = repo.state()
    old = plan(workspace, mode)
    assert repo.state() == before
    assert repo.git("worktree", "list").count("\n") == 1
    assert repo.git("rev-parse", f"{old.result}^{{tree}}") == repo.git("rev-parse", f"{new.result}^{{tree}}")
    repo.write("a.txt", repo.read("a.txt").replace("line 3\n", "line 3, ours\n"))
    repo.commit("Ours")
    assert plan(workspace, mode).conflicts == ("a.txt",)
    assert repo.git("worktree", "list").count("\n") == 1


def test_work_over_carried_changes_joins_where_it_does_not_meet_them(repo: Repo) -> None:
    repo.write("keep.txt", "mine, uncommitted\n")
    workspace = repo.workspace(carry=True)
    agent = repo.within(workspace)
    agent.write("a.txt", "the task's\n")
    agent.commit("All that is there")
    assert plan(workspace, Mode.MERGE).obstacle.endswith("squash takes only what is new")
    found = plan(workspace)
    assert found.words == "squash into main: 1 file"
    merge(found)
    assert repo.read("a.txt") == "the task's\n"
    assert repo.git("status", "--porcelain") == "M keep.txt"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (("checkout", "-q", "--detach"), "is on no branch"),
        (("update-ref", "MERGE_HEAD", "HEAD"), "a merge is under way"),
        (("symbolic-ref", "HEAD", "refs/heads/unborn"), "unborn has no commit yet"),
    ],
)
def test_a_checkout_that_cannot_take_it_says_why(repo: Repo, state: tuple[str, ...], words: str) -> None:
    workspace = repo.workspace()
    repo.within(workspace).write("new.txt", "new\n")
    repo.git(*state)
    assert words in plan(workspace).words
    assert not plan(workspace).ready


def test_a_plan_that_is_out_of_date_is_not_carried_out(repo: Repo) -> None:
    workspace = repo.workspace()
    repo.within(workspace).write("new.txt", "new\n")
    found = plan(workspace)
    repo.write("a.txt", "meanwhile\n")
    tip = repo.commit("Meanwhile")
    with pytest.raises(CannotMerge, match="moved on meanwhile"):
        merge(found)
    found = plan(workspace)
    repo.write("new.txt", "mine, since\n")
    before = repo.state()
    with pytest.raises(CannotMerge, match=r"new\.txt would be overwritten"):
        merge(found)
    assert repo.state() == before
    assert repo.head() == tip


def test_the_users_hook_that_follows_a_merge_runs_and_no_other(repo: Repo) -> None:
    for name in ("post-merge", "pre-merge-commit", "commit-msg", "post-checkout"):
        hook = repo.write(f".git/hooks/{name}", f"#!/bin/sh\necho ran >> .git/{name}-ran\n")
        hook.chmod(0o755)
    workspace = repo.workspace()
    repo.within(workspace).write("new.txt", "new\n")
    merge(plan(workspace, Mode.SQUASH))
    assert [path.name for path in (repo.top / ".git").glob("*-ran")] == ["post-merge-ran"]


def test_a_lock_of_the_users_git_is_waited_for_and_never_removed(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.workspace.locking.LOCK_PATIENCE_S", 0.2)
    workspace = repo.workspace()
    repo.within(workspace).write("new.txt", "new\n")
    found = plan(workspace)
    lock = repo.write(".git/index.lock", "")
    before = repo.state()
    with pytest.raises(CannotMerge, match=r"index\.lock stands"):
        merge(found)
    assert repo.state() == before
    lock.unlink()
    merge(found)
    assert repo.read("new.txt") == "new\n"
