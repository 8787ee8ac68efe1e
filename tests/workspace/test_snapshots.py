"""Tasks that work in place: what changed between start and end, with nothing of the user's touched."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.model.changes import Changes, Kind
from app.workspace.git import GitError
from app.workspace.recording import begin, end
from app.workspace.snapshot import Bounds, take
from tests.workspace.repositories import Repo
from tests.workspace.test_worktrees import HOSTILE


class Span:
    """A task that works in place: the start is noted when it is made."""

    def __init__(self, folder: Path, beside: Path) -> None:
        self.folder, self.record, self.objects = folder, beside / "start.json", beside / "objects"
        begin(folder, self.record, self.objects)

    def changes(self) -> Changes:
        """What changed since."""
        found = end(self.folder, self.record, self.objects)
        assert found is not None
        return found


def test_only_what_the_task_did_is_told(repo: Repo, tmp_path: Path) -> None:
    repo.write("a.txt", "mine, before\n")
    repo.write("untracked.txt", "mine, before\n")
    repo.git("add", "a.txt")
    before, objects = repo.state(), repo.git("count-objects", "-v")
    span = Span(repo.top, tmp_path)
    assert span.changes().words == "nothing changed"
    repo.write("keep.txt", "keep\nand more\n")
    repo.write("untracked.txt", "the task's\n")
    told = {file.path: (file.kind, file.untracked) for file in span.changes().files}
    assert told == {"keep.txt": (Kind.MODIFIED, False), "untracked.txt": (Kind.MODIFIED, True)}
    repo.write("keep.txt", "keep\n")
    repo.write("untracked.txt", "mine, before\n")
    assert repo.state() == before
    assert repo.git("count-objects", "-v") == objects
    assert repo.git("stash", "list") == ""


def test_commits_of_the_task_are_told_and_those_fetched_are_not(repo: Repo, tmp_path: Path) -> None:
    clone = Repo(tmp_path / "clone")
    repo.git("clone", "-q", str(repo.top), str(clone.top))
    for name, value in {"user.name": "Test", "user.email": "test@localhost"}.items():
        clone.git("config", name, value)
    repo.write("upstream.txt", "upstream\n")
    repo.commit("From upstream")
    span = Span(clone.top, tmp_path)
    clone.git("pull", "-q", "--ff-only")
    clone.write("a.txt", "one\n")
    clone.commit("Wrong message")
    clone.git("commit", "-q", "--amend", "-m", "First of the task")
    clone.git("checkout", "-q", "-b", "topic")
    clone.write("a.txt", "two\n")
    clone.commit("Second of the task")
    clone.git("checkout", "-q", "main")
    found = span.changes()
    assert [commit.subject for commit in found.commits] == ["First of the task", "Second of the task"]
    assert {file.path for file in found.files} == {"a.txt", "upstream.txt"}


def test_a_change_in_the_same_instant_and_of_the_same_size_is_seen(repo: Repo, tmp_path: Path) -> None:
    for number in range(50):
        repo.write("race.txt", f"{number:04d}\n")
        repo.git("add", "race.txt")
        repo.write("race.txt", f"{number:04d}"[::-1] + "\n")
        tree = take(repo.facts(), tmp_path / "objects").tree
        store = {
            **os.environ,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(tmp_path / "objects"),
        }
        assert _shown(repo, f"{tree}:race.txt", store) == f"{number:04d}"[::-1]


def _shown(repo: Repo, name: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["git", "show", name], cwd=repo.top, env=environment, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def test_hostile_names_links_and_binary_files(repo: Repo, tmp_path: Path) -> None:
    span = Span(repo.top, tmp_path)
    for name in HOSTILE:
        repo.write(f"dir/{name}", "x\n")
    repo.write("b.bin", b"\0\1\2")
    (repo.top / "dangling").symlink_to("nowhere")
    os.mkfifo(repo.top / "pipe")
    found = {file.path: file for file in span.changes().files}
    assert set(found) == {*(f"dir/{name}" for name in HOSTILE), "b.bin", "dangling"}
    assert found["b.bin"].binary
    assert found["dangling"].link


def test_an_empty_repository_and_the_first_commit(tmp_path: Path) -> None:
    repo = Repo.make(tmp_path / "empty")
    span = Span(repo.top, tmp_path)
    repo.write("a.txt", "a\n")
    repo.commit("First")
    assert span.changes().words == "1 file +1 −0 · 1 commit"


def test_ignored_files_are_nobodys_and_large_ones_are_bounded(repo: Repo, tmp_path: Path) -> None:
    repo.write(".gitignore", "build/\n")
    repo.commit("Ignore")
    repo.write("build/out.o", "x")
    repo.write("large.dat", b"x" * 2000)
    repo.write("small.dat", b"x" * 10)
    shutil.copytree(repo.top, repo.top / "nested")
    found = take(repo.facts(), tmp_path / "objects", Bounds(file_bytes=1000))
    assert found.untracked == ("small.dat",)
    told = {entry.path: entry.reason for entry in found.left_out}
    assert told == {"large.dat": "too large", "nested/": "a repository of its own"}
    assert take(repo.facts(), tmp_path / "objects", Bounds(files=0, named=1)).unnamed == 2


def test_a_large_untracked_file_that_changes_is_told(repo: Repo, tmp_path: Path) -> None:
    large = repo.write("large.dat", b"")
    os.truncate(large, 20 * 1024 * 1024)
    span = Span(repo.top, tmp_path)
    assert span.changes().words == "nothing changed"
    os.truncate(large, 21 * 1024 * 1024)
    (file,) = span.changes().files
    assert (file.path, file.kind, file.note) == ("large.dat", Kind.MODIFIED, "too large")


def test_in_the_middle_of_a_conflict_nothing_is_resolved(repo: Repo, tmp_path: Path) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.write("a.txt", "side\n")
    repo.commit("Side")
    repo.git("checkout", "-q", "main")
    repo.write("a.txt", "main\n")
    repo.commit("Main")
    with pytest.raises(Exception, match="merge"):
        repo.git("merge", "side")
    before = repo.state()
    span = Span(repo.top, tmp_path)
    assert span.changes().words == "nothing changed"
    assert repo.state() == before
    assert repo.git("status", "--porcelain") == "UU a.txt"


def test_a_folder_without_repository_is_compared_by_content(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    for name in ("same", "changed", "gone", "touched", "node_modules/x/y"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name}\n")
    span = Span(folder, tmp_path)
    (folder / "changed").write_text("CHANGED\n")
    (folder / "gone").unlink()
    os.utime(folder / "touched")
    (folder / "node_modules/x/y").write_text("other\n")
    for name in HOSTILE:
        (folder / name).write_text("new\n")
    found = span.changes()
    told = {file.path: file.kind for file in found.files}
    assert told == {"changed": Kind.MODIFIED, "gone": Kind.DELETED} | dict.fromkeys(HOSTILE, Kind.ADDED)
    assert not found.partial


def test_no_filter_runs_of_a_repository_that_a_task_put_in_the_place_of_the_first(
    repo: Repo, tmp_path: Path
) -> None:
    begin(repo.top, tmp_path / "start.json", tmp_path / "objects")
    other = Repo.make(tmp_path / "other")
    other.git("config", "filter.evil.clean", f"touch {tmp_path}/ran; cat")
    (repo.top / ".git").rename(tmp_path / "first")
    repo.write(".git", f"gitdir: {other.top}/.git\n")
    repo.write(".gitattributes", "* filter=evil\n")
    repo.write("a.txt", "changed\n")
    with pytest.raises(GitError, match="another repository than at the start"):
        end(repo.top, tmp_path / "start.json", tmp_path / "objects")
    assert not (tmp_path / "ran").exists()
