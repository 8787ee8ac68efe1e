"""Killed at every step: the user's checkout is as it was or completed, and the next look mends the rest."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from app.workspace.applying import CannotMerge, mend, merge
from app.workspace.discarding import discard, discarded
from app.workspace.git import GitError
from app.workspace.merging import Mode, plan
from app.workspace.place import Workspace, every
from app.workspace.recording import begin
from app.workspace.restoring import bring_back
from tests.workspace.dying import killed_at
from tests.workspace.repositories import Repo

KILLS_GIT = "kill -9 $PPID; cat"
KILLS_BOTH = "kill -9 $(ps -o ppid= -p $PPID) $PPID; cat"
MOST_STEPS = 200


def changed(repo: Repo) -> Workspace:
    """A workspace that adds, changes, deletes and moves files; the user has uncommitted ones elsewhere."""
    repo.write("mine.txt", "committed\n")
    repo.write("old/deep/file.txt", "deep\n")
    repo.commit("Mine")
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("a.txt", "the task's\n" * 1000)
    agent.write("new/dir/file.txt", "new\n")
    agent.git("rm", "-q", "-r", "old")
    agent.git("mv", "src/b.py", "src/c.py")
    agent.write("zz.txt", "last\n")
    agent.commit("Work")
    repo.write("mine.txt", "staged\n")
    repo.git("add", "mine.txt")
    repo.write("mine.txt", "not staged\n")
    repo.write("loose.txt", "untracked\n")
    return workspace


def users_files(repo: Repo) -> dict[str, str]:
    """What must never change, whether a merge was made or not."""
    return {
        "mine": repo.read("mine.txt"),
        "staged": repo.git("show", ":mine.txt"),
        "loose": repo.read("loose.txt"),
    }


def test_a_merge_killed_at_any_step_is_undone_or_finished(repo: Repo, tmp_path: Path) -> None:
    workspace = changed(repo)
    before, mine, head = repo.state(), users_files(repo), repo.head()
    ends = set()
    for step in range(1, MOST_STEPS):
        found = plan(workspace, Mode.MERGE)
        died = killed_at(step, lambda found=found: merge(found))  # type: ignore[misc]
        done = mend(repo.facts())
        assert not (repo.top / ".git/index.lock").exists()
        assert users_files(repo) == mine
        if repo.head() == head:
            assert repo.state() == before, f"step {step}: {done}"
            ends.add("undone" if done else "never begun")
        else:
            assert repo.head() == found.result
            assert repo.git("status", "--porcelain").splitlines() == ["MM mine.txt", "?? loose.txt"]
            ends.add("finished")
            repo.git("update-ref", "refs/heads/main", head)
            repo.git("read-tree", "-m", "-u", found.result, head)
            before = repo.state()
        if not died:
            break
    else:
        pytest.fail("it never came to its end")
    assert ends == {"never begun", "undone", "finished"}
    assert tmp_path.exists()


@pytest.mark.parametrize("where", ["new/dir/file.txt", "src/c.py", "zz.txt"])
@pytest.mark.parametrize("smudge", [KILLS_GIT, KILLS_BOTH])
def test_a_git_killed_between_two_files_leaves_nothing_half_done(repo: Repo, where: str, smudge: str) -> None:
    workspace = changed(repo)
    (repo.top / ".git/info/attributes").write_text(f"{where} filter=deadly\n")
    repo.git("config", "filter.deadly.smudge", smudge)
    before = repo.state()
    found = plan(workspace)
    assert found.ready
    if smudge == KILLS_GIT:
        with pytest.raises(CannotMerge, match="nothing was changed"):
            merge(found)
        assert repo.state() == before
    else:
        assert killed_at(-1, lambda: merge(found))
        assert (repo.top / ".git/index.lock").exists()
        with pytest.raises(subprocess.CalledProcessError):
            repo.git("commit", "-q", "-m", "In between")
        repo.git("config", "filter.deadly.smudge", "cat")
        done = mend(repo.facts())
        assert done is not None
        assert done.words == "a merge was undone"
        assert repo.state() == before
    repo.git("config", "filter.deadly.smudge", "cat")
    merge(plan(workspace))
    assert repo.read("zz.txt") == "last\n"


def test_a_git_killed_while_it_mends_is_mended_by_the_next(repo: Repo) -> None:
    workspace = changed(repo)
    (repo.top / ".git/info/attributes").write_text("a.txt filter=deadly\n")
    repo.git("config", "filter.deadly.smudge", KILLS_GIT)
    before = repo.state()
    with pytest.raises(GitError, match="half-way"):
        merge(plan(workspace))
    with pytest.raises(GitError):
        mend(repo.facts())
    repo.git("config", "filter.deadly.smudge", "cat")
    assert mend(repo.facts()) is not None
    assert repo.state() == before
    assert mend(repo.facts()) is None


def test_a_commit_of_the_users_in_the_middle_wins(repo: Repo) -> None:
    workspace = changed(repo)
    other = repo.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "In the middle")
    (repo.top / ".git/info/attributes").write_text("zz.txt filter=busy\n")
    repo.git("config", "filter.busy.smudge", f"git update-ref refs/heads/main {other}; cat")
    before = repo.state(refs=False)
    found = plan(workspace)
    assert repo.head() != other
    with pytest.raises(CannotMerge, match="nothing was changed"):
        merge(found)
    assert repo.head() == other
    after = repo.state(refs=False)
    assert {path for path in before | after if before.get(path) != after.get(path)} <= {".git/logs/HEAD"}
    repo.git("config", "filter.busy.smudge", "cat")
    merge(plan(workspace))
    assert repo.read("zz.txt") == "last\n"


def test_an_edit_made_after_the_kill_is_left_alone(repo: Repo) -> None:
    workspace = changed(repo)
    (repo.top / ".git/info/attributes").write_text("zz.txt filter=deadly\n")
    repo.git("config", "filter.deadly.smudge", KILLS_BOTH)
    found = plan(workspace)
    assert killed_at(-1, lambda: merge(found))
    repo.git("config", "filter.deadly.smudge", "cat")
    repo.write("a.txt", "edited since\n")
    done = mend(repo.facts())
    assert done is not None
    assert done.left == ("a.txt",)
    assert repo.read("a.txt") == "edited since\n"
    assert not (repo.top / "new").exists()
    assert repo.read("old/deep/file.txt") == "deep\n"


def test_a_worktree_killed_at_any_step_is_made_anew(repo: Repo) -> None:
    repo.write(".gitignore", "node_modules/\n")
    repo.commit("Ignore")
    repo.write("a.txt", "uncommitted\n")
    before = repo.state(refs=False)
    for step in range(1, MOST_STEPS):
        died = killed_at(step, lambda: repo.workspace(carry=True))
        assert repo.state(refs=False) == before
        assert repo.git("status", "--porcelain") == "M a.txt"
        workspace = repo.workspace(carry=True)
        assert (workspace.folder / "a.txt").read_text() == "uncommitted\n"
        assert workspace.branch == "delegate/7-fix-lint"
        discard(workspace, yes=True)
        assert repo.git("branch", "--format=%(refname:short)") == "main"
        if not died:
            return
    pytest.fail("it never came to its end")


@pytest.mark.parametrize("smudge", [KILLS_GIT, KILLS_BOTH])
def test_a_git_killed_while_it_makes_a_worktree_leaves_nothing(repo: Repo, smudge: str) -> None:
    (repo.top / ".git/info/attributes").write_text("keep.txt filter=deadly\n")
    repo.git("config", "filter.deadly.smudge", smudge)
    before = repo.state()
    if smudge == KILLS_GIT:
        with pytest.raises(GitError):
            repo.workspace()
        assert repo.state() == before
    else:
        assert killed_at(-1, repo.workspace)
        assert every(repo.facts()) == ()
    repo.git("config", "filter.deadly.smudge", "cat")
    workspace = repo.workspace()
    assert workspace.branch == "delegate/7-fix-lint"
    assert (workspace.folder / "keep.txt").read_text() == "keep\n"


def test_a_discard_killed_at_any_step_loses_nothing(repo: Repo) -> None:
    (repo.top / ".git/info/exclude").write_text("*.log\n")
    for step in range(1, MOST_STEPS):
        workspace = repo.workspace(step, "task")
        agent = repo.within(workspace)
        agent.write("new.txt", "committed\n")
        agent.commit("New")
        agent.write("loose.txt", "loose\n")
        agent.write("ignored.log", "ignored\n")
        died = killed_at(step, lambda workspace=workspace: discard(workspace, yes=True))  # type: ignore[misc]
        kept = discarded(repo.facts())
        if every(repo.facts()) == (workspace,) and (workspace.folder / "loose.txt").exists():
            discard(workspace, yes=True)
            kept = discarded(repo.facts())
        for path in (workspace.folder, workspace.git_dir):
            subprocess.run(["rm", "-rf", str(path)], check=True)
        subprocess.run(
            ["git", "branch", "-q", "-D", workspace.branch], cwd=repo.top, capture_output=True, check=False
        )
        back = bring_back(repo.facts(), kept[-1].ref)
        assert (back.folder / "new.txt").read_text() == "committed\n"
        assert (back.folder / "loose.txt").read_text() == "loose\n"
        assert (back.folder / "ignored.log").read_text() == "ignored\n"
        discard(back, yes=True)
        for one in discarded(repo.facts()):
            repo.git("update-ref", "-d", one.ref)
        if not died:
            return
    pytest.fail("it never came to its end")


def test_a_snapshot_killed_at_any_step_leaves_the_checkout_alone(repo: Repo, tmp_path: Path) -> None:
    repo.write("a.txt", "uncommitted\n")
    repo.write("loose.txt", "loose\n")
    before = repo.state()
    for step in range(1, MOST_STEPS):
        died = killed_at(step, lambda: begin(repo.top, tmp_path / "start.json", tmp_path / "objects"))
        assert repo.state() == before
        if not died:
            return
    pytest.fail("it never came to its end")
