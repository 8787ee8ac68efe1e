"""Throwing work away: what is asked, and what comes back."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from app.workspace import discarding, locking
from app.workspace.applying import merge
from app.workspace.discarding import Discarded, HoldsWork, discard, discarded, forget, holdings
from app.workspace.extras import extras_in
from app.workspace.git import RepositoryBusy
from app.workspace.merging import plan
from app.workspace.place import every
from app.workspace.restoring import bring_back
from app.workspace.working import uncommitted_in
from tests.workspace.repositories import Repo, three_files
from tests.workspace.test_worktrees import HOSTILE


def test_nothing_is_thrown_away_without_a_yes(repo: Repo) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("new.txt", "new\n")
    agent.commit("One")
    agent.write("new.txt", "newer\n")
    agent.commit("Two")
    for name in ("x", "y", "z"):
        agent.write(name, "loose\n")
    assert holdings(workspace).words == "holds 2 commits, 3 uncommitted files, not merged"
    with pytest.raises(HoldsWork, match="#7 holds 2 commits, 3 uncommitted files, not merged"):
        discard(workspace)
    assert (workspace.folder / "x").exists()


def test_what_was_thrown_away_comes_back_as_it_was(repo: Repo) -> None:
    repo.write("a.txt", "carried\n")
    workspace = repo.workspace(carry=True)
    agent = repo.within(workspace)
    agent.write("committed.txt", "committed\n")
    agent.git("add", "committed.txt")
    agent.git("commit", "-q", "-m", "Committed")
    tip = agent.head()
    for name in HOSTILE:
        agent.write(name, "loose\n")
    (workspace.folder / "keep.txt").unlink()
    before = agent.git("status", "--porcelain")
    mine = repo.state(refs=False)
    gone = discard(workspace, yes=True)
    assert gone is not None
    assert not workspace.folder.exists()
    assert repo.git("branch", "--format=%(refname:short)") == "main"
    repo.git("gc", "-q", "--prune=now")
    assert discarded(repo.facts()) == (gone,)
    back = bring_back(repo.facts(), gone.ref)
    assert repo.state(refs=False) == mine
    assert agent.head() == tip
    assert agent.git("status", "--porcelain") == before
    assert agent.git("branch", "--show-current") == workspace.branch
    assert set(uncommitted_in(back)) == {*HOSTILE, "keep.txt"}
    assert every(repo.facts()) == (back,)
    assert discarded(repo.facts()) == ()


def test_commits_on_no_branch_of_a_worktree_count_and_come_back(repo: Repo) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.git("checkout", "-q", "--detach")
    agent.write("a.txt", "detached\n")
    lost = agent.commit("Detached")
    assert [commit.subject for commit in holdings(workspace).commits] == ["Detached"]
    gone = discard(workspace, yes=True)
    assert gone is not None
    repo.git("gc", "-q", "--prune=now")
    assert repo.git("cat-file", "-t", lost) == "commit"


def test_work_that_another_branch_has_is_not_lost(repo: Repo) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("new.txt", "new\n")
    agent.commit("New")
    repo.git("branch", "other", workspace.branch)
    assert holdings(workspace).empty
    assert discard(workspace) is None
    assert repo.git("branch", "--format=%(refname:short)").split() == ["main", "other"]


def test_a_folder_that_was_removed_by_hand_leaves_its_commits(repo: Repo) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("new.txt", "new\n")
    tip = agent.commit("New")
    shutil.rmtree(workspace.folder)
    held = holdings(workspace)
    assert held.missing
    assert held.words == "holds 1 commit, not merged"
    gone = discard(workspace, yes=True)
    assert gone is not None
    assert every(repo.facts()) == ()
    bring_back(repo.facts(), gone.ref)
    assert agent.head() == tip
    assert agent.git("status", "--porcelain") == ""


def test_a_file_too_large_to_keep_is_named_by_the_question_and_a_yes_is_enough(repo: Repo) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    large = agent.write("large.dat", b"")
    os.truncate(large, 600 * 1024 * 1024)
    agent.write("work.txt", "work\n")
    lost = "1 file, 600 MiB (large.dat), that cannot be brought back"
    assert holdings(workspace).words == f"holds 2 uncommitted files, not merged, and {lost}"
    with pytest.raises(HoldsWork, match=r"large\.dat"):
        discard(workspace)
    assert large.exists()
    gone = discard(workspace, yes=True)
    assert gone is not None
    bring_back(repo.facts(), gone.ref)
    assert agent.read("work.txt") == "work\n"
    assert not large.exists()


def test_a_repository_inside_comes_back_and_a_changed_submodule_is_named(repo: Repo, tmp_path: Path) -> None:
    three_files(tmp_path / "library")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "library"), "lib")
    repo.commit("Library")
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.git("-c", "protocol.file.allow=always", "submodule", "update", "-q", "--init")
    assert holdings(workspace).words == "holds nothing that is not merged"
    own = three_files(workspace.folder / "own")
    tip = own.head()
    assert holdings(workspace).words == "holds 1 uncommitted file, not merged"
    agent.write("lib/a.txt", "changed in the submodule\n")
    words = holdings(workspace).words
    assert "holds 2 uncommitted files, not merged, and 4 files, less than 1 MiB (lib), that cannot" in words
    gone = discard(workspace, yes=True)
    assert gone is not None
    bring_back(repo.facts(), gone.ref)
    assert (own.head(), own.git("status", "--porcelain")) == (tip, "")


def test_commits_of_a_submodule_that_only_the_worktree_has_are_named(repo: Repo, tmp_path: Path) -> None:
    three_files(tmp_path / "library")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "library"), "lib")
    repo.commit("Library")
    workspace = repo.workspace()
    agent, lib = repo.within(workspace), Repo(workspace.folder / "lib")
    agent.git("-c", "protocol.file.allow=always", "submodule", "update", "-q", "--init")
    lib.git("config", "user.name", "Test")
    lib.git("config", "user.email", "test@localhost")
    lib.write("a.txt", "changed\n")
    lib.commit("In the library")
    agent.commit("Go on with the library")
    merge(plan(workspace))
    lost = "4 files, less than 1 MiB (lib), that cannot be brought back"
    assert holdings(workspace).words == f"holds nothing that is not merged, but {lost}"
    assert not holdings(workspace).empty
    lib.git("push", "-q", "origin", "HEAD:refs/heads/next")
    assert holdings(workspace).empty


def test_a_repository_inside_that_a_commit_names_comes_back(repo: Repo) -> None:
    workspace = repo.workspace()
    own, agent = three_files(workspace.folder / "own"), repo.within(workspace)
    tip = own.head()
    agent.commit("A repository inside")
    assert holdings(workspace).words == "holds 1 commit, not merged"
    gone = discard(workspace, yes=True)
    assert gone is not None
    bring_back(repo.facts(), gone.ref)
    assert (own.head(), own.git("status", "--porcelain")) == (tip, "")
    assert agent.git("status", "--porcelain") == ""


def test_a_tracked_file_that_cannot_be_read_is_named(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = repo.workspace()
    sealed = repo.within(workspace).write("a.txt", "sealed\n")
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != sealed)
    assert "1 file, less than 1 MiB (a.txt), that cannot be brought back" in holdings(workspace).words


def test_what_appears_after_the_question_is_not_thrown_away(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = repo.workspace()
    repo.within(workspace).write("work.txt", "work\n")
    seen = extras_in(workspace, ())
    late = repo.within(workspace).write("late.dat", b"")
    os.truncate(late, 600 * 1024 * 1024)
    monkeypatch.setattr(discarding, "extras_in", lambda *_: seen)
    with pytest.raises(HoldsWork, match=r"holds more by now \(late\.dat is too large\)"):
        discard(workspace, yes=True)
    assert late.exists()


def test_a_second_discard_at_the_same_time_keeps_nothing_that_is_half_removed(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locking, "LOCK_PATIENCE_S", 0.05)
    workspace = repo.workspace()
    repo.within(workspace).write("new.txt", "new\n")

    def second(_: Discarded) -> None:
        with pytest.raises(RepositoryBusy, match="is being discarded by another"):
            discard(workspace, yes=True, always=True)

    gone = discard(workspace, yes=True, always=True, note=second)
    assert gone is not None
    assert discard(workspace, yes=True, always=True) is None
    assert discarded(repo.facts()) == (gone,)


def test_what_is_forgotten_is_gone(repo: Repo) -> None:
    workspace = repo.workspace()
    repo.within(workspace).write("new.txt", "new\n")
    gone = discard(workspace, yes=True)
    assert gone is not None
    with pytest.raises(Exception, match="nothing that was discarded"):
        forget(repo.facts(), "refs/heads/main")
    forget(repo.facts(), gone.ref)
    assert discarded(repo.facts()) == ()
    assert repo.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"
