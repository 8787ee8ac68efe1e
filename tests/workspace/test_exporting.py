"""Work that goes elsewhere: pushed branches and patches, judged by plain git in another clone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from app.workspace.exporting import diff, patch, push
from app.workspace.git import GitError
from app.workspace.recording import begin
from app.workspace.snapshot import Snapshot, take
from tests.workspace.repositories import Repo
from tests.workspace.test_worktrees import HOSTILE


def clone(repo: Repo, at: Path) -> Repo:
    """A clone with an identity."""
    repo.git("clone", "-q", str(repo.top), str(at))
    other = Repo(at)
    other.git("config", "user.name", "Other")
    other.git("config", "user.email", "other@localhost")
    return other


def test_a_patch_brings_all_into_another_clone(repo: Repo, tmp_path: Path) -> None:
    for name, value in {"format.attach": "true", "format.noprefix": "true", "format.cover": "auto"}.items():
        repo.git("config", name, value)
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("a.txt", "changed\n")
    agent.write("b.bin", bytes(range(256)))
    agent.commit("First, with ünïcode")
    for name in HOSTILE:
        agent.write(name, "loose\n")
    (tmp_path / "it.patch").write_bytes(patch(workspace))
    other = clone(repo, tmp_path / "other")
    other.git("am", "-q", str(tmp_path / "it.patch"))
    assert other.git("log", "--format=%s", "-2").splitlines() == [
        "Uncommitted work of #7 fix-lint",
        "First, with ünïcode",
    ]
    agent.git("add", "-A")
    assert other.git("rev-parse", "HEAD^{tree}") == agent.git("write-tree")


def test_a_patch_of_work_on_carried_changes_holds_only_the_work(repo: Repo, tmp_path: Path) -> None:
    repo.write("a.txt", "mine\n" + repo.read("a.txt"))
    workspace = repo.workspace(carry=True)
    agent = repo.within(workspace)
    agent.write("keep.txt", "the task's\n")
    agent.commit("All of it")
    (tmp_path / "it.patch").write_bytes(patch(workspace))
    repo.git("apply", str(tmp_path / "it.patch"))
    assert repo.git("status", "--porcelain").split() == ["M", "a.txt", "M", "keep.txt"]
    assert repo.read("a.txt").startswith("mine\n")


def test_the_diff_of_a_task_in_place_can_be_applied(repo: Repo, tmp_path: Path) -> None:
    objects = tmp_path / "objects"
    start = begin(repo.top, tmp_path / "start.json", objects)
    assert isinstance(start, Snapshot)
    repo.write("a.txt", "changed\n")
    repo.write("new.bin", b"\0\1\2")
    after = take(repo.facts(), objects)
    (tmp_path / "it.diff").write_bytes(diff(repo.top, start.tree, after.tree, objects))
    other = clone(repo, tmp_path / "other")
    other.git("apply", str(tmp_path / "it.diff"))
    assert other.read("a.txt") == "changed\n"
    assert (other.top / "new.bin").read_bytes() == b"\0\1\2"


def test_a_branch_is_pushed_never_by_force_and_hooks_have_their_say(repo: Repo, tmp_path: Path) -> None:
    far = Repo(tmp_path / "far.git")
    subprocess.run(["git", "init", "-q", "--bare", str(far.top)], check=True)
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("new.txt", "new\n")
    tip = agent.commit("New")
    with pytest.raises(GitError, match="there is none"):
        push(workspace)
    repo.git("remote", "add", "upstream", str(far.top))
    assert push(workspace) == "delegate/7-fix-lint is on upstream"
    assert far.git("rev-parse", workspace.branch) == tip
    agent.git("commit", "-q", "--amend", "-m", "Rewritten")
    with pytest.raises(GitError, match="push"):
        push(workspace)
    assert far.git("rev-parse", workspace.branch) == tip
    hook = repo.write(".git/hooks/pre-push", "#!/bin/sh\necho 'error: not today' >&2\nexit 1\n")
    hook.chmod(0o755)
    agent.git("reset", "-q", "--hard", tip)
    agent.write("more.txt", "more\n")
    agent.commit("More")
    with pytest.raises(GitError, match="not today"):
        push(workspace)
