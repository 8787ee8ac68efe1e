"""`delegate changes`, `merge`, `push`, `patch`, `discard`, and deleting what holds work."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.workspace.repositories import Repo, three_files

WORK = "echo changed > a.txt; echo new > new.txt; git add -A; git commit -qm Work; echo more >> keep.txt"


@pytest.fixture
def repo(tmp_path: Path, home: Path) -> Repo:
    """A repository with three files and one commit; ``home`` comes first, so that git's settings are ours."""
    assert home
    return three_files(tmp_path / "shop")


@pytest.fixture
def shell(repo: Repo) -> Shell:
    """A shell in the repository."""
    return Shell(repo.top)


def work(shell: Shell, script: str = WORK, *options: str) -> str:
    """Have a task work in a worktree, and wait for its end; returns its number."""
    done = shell.run("add", "--json", "--wait", "--worktree", "yes", *options, "--", "sh", "-c", script)
    return str(done.json["number"])


def test_changes_are_listed_printed_and_exported(shell: Shell, repo: Repo) -> None:
    number = work(shell)
    listed = shell.run("changes", number).out.splitlines()
    assert listed[0] == "3 files +3 −20 · 1 commit"
    assert [line.split() for line in listed[-3:]] == [
        ["M", "a.txt", "+1", "−20"],
        ["M", "keep.txt", "+1", "−0"],
        ["A", "new.txt", "+1", "−0"],
    ]
    printed = shell.run("changes", number, "--diff").out
    assert [line for line in printed.splitlines() if line.startswith("diff --git")] == [
        "diff --git a/a.txt b/a.txt",
        "diff --git a/keep.txt b/keep.txt",
        "diff --git a/new.txt b/new.txt",
    ]
    told = shell.run("changes", number, "--json").json
    assert (told["branch"].startswith(f"delegate/{number}-"), told["base"]) == (True, repo.head())
    assert [commit["subject"] for commit in told["changes"]["commits"]] == ["Work"]


def test_a_patch_applies_elsewhere_as_the_task_left_it(shell: Shell, repo: Repo, tmp_path: Path) -> None:
    number = work(shell)
    patch = shell.run("patch", number).out
    subprocess.run(["git", "clone", "-q", str(repo.top), str(tmp_path / "clone")], check=True)
    clone = Repo(tmp_path / "clone")
    clone.git("config", "user.name", "Test")
    clone.git("config", "user.email", "test@localhost")
    subprocess.run(["git", "am", "-q"], cwd=clone.top, input=patch.encode(), check=True)
    assert (clone.read("a.txt"), clone.read("keep.txt")) == ("changed\n", "keep\nmore\n")
    assert clone.git("log", "--format=%s").splitlines()[1:] == ["Work", "First"]


def test_a_shell_command_in_a_worktree_is_tracked_and_can_be_taken(shell: Shell, repo: Repo) -> None:
    repo.write("Makefile", "all:\n\techo made > made.txt\n")
    repo.commit("Makefile")
    before = repo.state(refs=False)
    added = shell.run("add", "--wait", "worktree:yes !make && echo more >> keep.txt")
    assert "own worktree" in added.out
    assert repo.state(refs=False) == before
    assert shell.run("changes", "1").out.splitlines()[0] == "2 files +2 −0"
    assert shell.run("merge", "1", "--yes").code == 0
    assert (repo.read("made.txt"), repo.read("keep.txt")) == ("made\n", "keep\nmore\n")


def test_merging_asks_and_does_nothing_without_a_yes(shell: Shell, repo: Repo) -> None:
    number = work(shell)
    before = repo.state(refs=False)
    refused = shell.run("merge", number)
    assert refused.code == 2
    assert "fast-forward into main: 3 files" in refused.out
    assert "add --yes" in refused.err
    said_no = shell.on_terminal("merge", number, typed="n\n")
    assert (said_no.code, "nothing was merged" in said_no.out) == (1, True)
    assert repo.state(refs=False) == before
    done = shell.run("merge", number, "--yes")
    assert done.out.splitlines()[-1] == f"#{number} is in main: 3 files"
    assert repo.read("keep.txt") == "keep\nmore\n"
    assert shell.run("merge", number, "--yes").failed_with(1, "there is nothing to take: main has it all")
    assert "merged     into main" in shell.run("status", number).out
    assert shell.status(int(number))["merged_into"] == "main"
    assert shell.run("delete", number).out == "1 task deleted; delegate undo brings them back.\n"


def test_a_merge_that_was_undone_is_told_no_more_and_its_work_is_asked_about(
    shell: Shell, repo: Repo
) -> None:
    number, before = work(shell), repo.head()
    assert shell.run("merge", number, "--squash", "--yes").code == 0
    repo.git("reset", "-q", "--hard", before)
    assert "merged " not in shell.run("status", number).out
    assert shell.status(int(number))["merged_into"] is None
    assert shell.run("delete", number).failed_with(2, "holds 1 commit, 1 uncommitted file, not merged")


def test_each_way_of_merging_gives_its_own_history(shell: Shell, repo: Repo) -> None:
    number = work(
        shell,
        "echo one > one; git add -A; git commit -qm One; echo two > two; git add -A; git commit -qm Two",
    )
    assert shell.run("merge", number, "--squash", "--no-ff").failed_with(2, "give one of")
    assert shell.run("merge", number, "--no-ff", "--yes").code == 0
    assert len(repo.git("log", "-1", "--format=%P").split()) == 2
    repo.git("reset", "-q", "--hard", "HEAD^")
    repo.write("src/b.py", "mine\n")
    repo.commit("Mine")
    assert shell.run("merge", number, "--cherry-pick", "--yes").code == 0
    assert repo.git("log", "--format=%s").splitlines()[:3] == ["Two", "One", "Mine"]
    repo.git("reset", "-q", "--hard", "HEAD^^")
    assert shell.run("merge", number, "--squash", "--yes").code == 0
    assert len(repo.git("log", "--format=%s").splitlines()) == 3


def test_a_conflict_names_its_files_and_leaves_everything_as_it_was(shell: Shell, repo: Repo) -> None:
    number = work(shell)
    repo.write("a.txt", "mine\n")
    repo.commit("Mine")
    before = repo.state()
    assert shell.run("merge", number, "--yes").failed_with(1, "conflicts in a.txt: nothing was changed")
    assert repo.state() == before


def test_what_holds_work_is_deleted_and_discarded_with_a_yes_only(shell: Shell, repo: Repo) -> None:
    number = work(shell)
    held = f"#{number} holds 1 commit, 1 uncommitted file, not merged"
    assert shell.run("delete", number).failed_with(2, held, "--yes")
    assert shell.run("clean").failed_with(2, held, "--yes")
    assert shell.run("discard", number).failed_with(2, held, "--yes")
    assert len(repo.git("for-each-ref", "refs/heads/delegate").splitlines()) == 1
    assert "delegate undo brings them back" in shell.run("discard", number, "--yes").out
    assert repo.git("for-each-ref", "refs/heads/delegate") == ""
    assert f"the worktree of #{number}" in shell.run("undo").out
    assert shell.run("delete", number, "--yes").out == "1 task deleted; delegate undo brings them back.\n"
    assert repo.git("for-each-ref", "refs/heads/delegate") == ""
    assert "is back" in shell.run("undo").out
    assert len(repo.git("for-each-ref", "refs/heads/delegate").splitlines()) == 1
    assert shell.run("discard", number).failed_with(2, held)


def test_push_says_where_the_branch_is(shell: Shell, repo: Repo, tmp_path: Path) -> None:
    number = work(shell)
    assert shell.run("push", number).failed_with(1, "say which remote to push to")
    far = Repo.make(tmp_path / "far", "--bare")
    repo.git("remote", "add", "origin", str(far.top))
    assert shell.run("push", number).out.endswith(" is on origin\n")
    assert far.git("for-each-ref", "--format=%(refname)").startswith(f"refs/heads/delegate/{number}-")


def test_place_proof_and_changes_are_told_everywhere(shell: Shell, repo: Repo) -> None:
    repo.write("keep.txt", "mine, unfinished\n")
    options = ("--base", "main", "--check", "test -e new.txt")
    added = shell.run("add", "--worktree", "yes", *options, "--wait", "--", "sh", "-c", "echo new > new.txt")
    assert "place     own worktree from main · check: test -e new.txt" in added.out
    assert "complete checked" in added.out
    shown = shell.run("status", "1").out
    for fact in ("workspace", "branch     delegate/1-", "test -e new.txt · it passed", "1 file +1 −0"):
        assert fact in shown
    told = shell.status(1)
    assert (told["worktree"], told["base"], told["check"]) == (True, repo.head(), "passed")
    assert told["changes"] == {"files": 1, "added": 1, "removed": 0, "commits": 0}
    carried = shell.run("add", "--with-changes", "--wait", "--", "cat", "keep.txt")
    assert "own worktree with your changes" in carried.out
    assert shell.run("logs", "2").out.endswith("mine, unfinished\n")
    assert repo.read("keep.txt") == "mine, unfinished\n"


def test_what_is_not_tracked_says_so(shell: Shell) -> None:
    shell.run("add", "--wait", "--", "true")
    assert shell.run("changes", "1").out == "No changes are tracked: a plain command.\n"
    assert shell.run("merge", "1").failed_with(1, "worked in place: there is nothing to merge")
    assert shell.run("changes", "1", "--diff").failed_with(1, "No changes are tracked")
