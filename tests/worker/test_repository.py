"""What the worker asks git: nothing of a repository or of the surroundings changes the answer or is run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.agents import git
from app.agents.worker.jobs import UnableError
from app.agents.worker.repository import Repository, find_repository, not_hidden, not_ignored, tracked
from app.agents.worker.worktree import Commit
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


def script(path: Path, lines: str) -> Path:
    """A program of a repository."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return path


def test_a_look_runs_nothing_of_the_repository_and_writes_nothing(repo: Repo, tmp_path: Path) -> None:
    loud = f"echo >> {tmp_path}/ran"
    repo.git("config", "core.fsmonitor", str(script(tmp_path / "watcher", loud)))
    repo.git("config", "core.hooksPath", str(script(tmp_path / "hooks" / "post-index-change", loud).parent))
    os.utime(repo.top / "a.txt", (1, 1))  # the index is out of date, and would be written anew
    (tmp_path / "ran").unlink(missing_ok=True)
    index = (repo.top / ".git" / "index").read_bytes()
    assert Repository(repo.top).worktree().clean == {"a.txt"}
    assert not_hidden(repo.top) == ("a.txt",)
    assert tracked(repo.top, ["a.txt", "b.txt"]) == {"a.txt"}
    assert (repo.top / ".git" / "index").read_bytes() == index
    assert not (tmp_path / "ran").exists()


def test_another_repository_that_the_surroundings_name_is_not_asked(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Repo.make(tmp_path / "other")
    repo.write(".gitignore", "made.txt\n")
    monkeypatch.setenv("GIT_DIR", str(other.top / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.top))
    assert tracked(repo.top, ["a.txt"]) == {"a.txt"}
    assert not_ignored(repo.top, ["a.txt", "made.txt"]) == ["a.txt"]
    assert set(not_hidden(repo.top) or ()) == {".gitignore", "a.txt"}


@pytest.mark.parametrize("odd", [":(odd", ":!a.txt", ":made.txt", "*", "[a].txt"])
def test_a_name_is_a_name_whatever_it_begins_with(repo: Repo, odd: str) -> None:
    repo.write(".gitignore", "made.txt\n")
    repo.write(odd, "odd\n")
    assert tracked(repo.top, [odd]) == frozenset()
    assert not_ignored(repo.top, [odd, "made.txt", "a.txt"]) == [odd, "a.txt"]
    repo.git("--literal-pathspecs", "add", "-f", "--", odd)
    assert tracked(repo.top, [odd, "a.txt", "made.txt"]) == {odd, "a.txt"}


def test_signatures_are_not_taken_for_files(repo: Repo, tmp_path: Path) -> None:
    signer = """
case "$*" in
*--verify*) echo '[GNUPG:] GOODSIG 0 Test' ; echo 'Good signature' >&2 ;;
*) cat > /dev/null; echo '[GNUPG:] SIG_CREATED ' >&2; echo '-----BEGIN PGP SIGNATURE-----'; echo x
   echo '-----END PGP SIGNATURE-----' ;;
esac"""
    repo.git("config", "gpg.program", str(script(tmp_path / "gpg", signer)))
    repo.git("config", "commit.gpgSign", "true")
    repo.git("config", "log.showSignature", "true")
    repo.write("a.txt", "second\n")
    made = Repository(repo.top).commit(["a.txt"], "Second")
    assert isinstance(made, Commit)
    assert "gpgsig" in repo.git("cat-file", "commit", "HEAD")
    assert made.files == ("a.txt",)


def test_a_commit_starts_no_clean_up_that_the_end_of_the_task_would_kill(repo: Repo) -> None:
    repo.git("repack", "-q", "-d")
    repo.write("b.txt", "b\n")
    repo.commit("Second")
    repo.git("repack", "-q", "-d")
    packs = sorted((repo.top / ".git" / "objects" / "pack").glob("*.pack"))
    assert len(packs) == 2
    repo.git("config", "gc.autoPackLimit", "1")
    repo.git("config", "gc.autoDetach", "false")
    repo.write("a.txt", "second\n")
    assert isinstance(Repository(repo.top).commit(["a.txt"], "Third"), Commit)
    assert sorted((repo.top / ".git" / "objects" / "pack").glob("*.pack")) == packs


def test_the_hooks_that_have_their_say_are_those_of_the_user(repo: Repo, tmp_path: Path) -> None:
    hooks = script(tmp_path / "hooks" / "pre-commit", "echo not so; exit 1").parent
    repo.git("config", "core.hooksPath", str(hooks))
    repo.write("a.txt", "second\n")
    said = Repository(repo.top).commit(["a.txt"], "Second")
    assert isinstance(said, str)
    assert said.startswith("Git refused the commit (the hook pre-commit has its say here)")


def test_a_git_that_does_not_end_is_given_up(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = script(tmp_path / "bin" / "git", "exec tail -f /dev/null")
    monkeypatch.setenv("PATH", str(slow.parent) + os.pathsep + os.environ["PATH"])
    monkeypatch.setattr(git, "PATIENCE_S", 0.2)
    with pytest.raises(UnableError, match="git rev-parse did not end in"):
        find_repository(repo.top)
    assert tracked(repo.top, ["a.txt"]) == frozenset()
    assert not_hidden(repo.top) is None


def test_without_git_nothing_is_told(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnableError, match="git was not found"):
        find_repository(repo.top)
    assert not_ignored(repo.top, ["a.txt"]) == ["a.txt"]
