"""Whether a folder has changed while an agent worked in it, by git and without touching anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.agents.host import changes
from app.agents.host.changes import changed
from tests.agents.hosted import Hosted
from tests.support import is_alive, until
from tests.workspace.repositories import Repo


@pytest.fixture
def repository(hosted: Hosted, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit, which is also the current folder."""
    monkeypatch.chdir(hosted.folder)
    (hosted.folder / "known.txt").write_text("one\n")
    commit(hosted)
    return hosted.folder


def commit(hosted: Hosted) -> None:
    """Commit everything."""
    hosted.git("add", "-A")
    hosted.git(
        "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "-q", "--allow-empty", "-m", "x"
    )


def look() -> changes.Look | None:
    """How the current folder stands."""
    return changes.look(str(Path.cwd()), os.environ)


def test_nothing_has_changed(repository: Path) -> None:
    assert repository.is_dir()
    assert changed(look(), look()) is False


@pytest.mark.parametrize("name", ["known.txt", "new file.txt", "ünï\ncode"])
def test_a_file_is_another(repository: Path, name: str) -> None:
    before = look()
    (repository / name).write_text("two\n")
    assert changed(before, look()) is True


def test_a_file_that_was_changed_before_is_changed_again(repository: Path) -> None:
    (repository / "known.txt").write_text("two\n")
    before = look()
    (repository / "known.txt").write_text("three\n")
    assert changed(before, look()) is True


def test_a_commit_is_a_change(repository: Path, hosted: Hosted) -> None:
    before = look()
    (repository / "known.txt").write_text("two\n")
    commit(hosted)
    assert changed(before, look()) is True


def test_a_folder_into_which_git_does_not_look_leaves_it_open(repository: Path) -> None:
    (repository / "unknown").mkdir()
    (repository / "unknown" / "a").write_text("x")
    before = look()
    (repository / "unknown" / "a").write_text("y")
    assert changed(before, look()) is None


def test_below_the_top_of_a_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "sub").mkdir()
    monkeypatch.chdir(repository / "sub")
    (repository / "known.txt").write_text("two\n")
    before = look()
    (repository / "known.txt").write_text("three\n")
    assert changed(before, look()) is True


def test_in_a_folder_that_git_passes_over(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "sub" / ".git").mkdir(parents=True)
    monkeypatch.chdir(repository / "sub")
    (repository / "known.txt").write_text("two\n")
    before = look()
    (repository / "known.txt").write_text("three\n")
    assert changed(before, look()) is True


def test_without_a_repository_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert look() is None
    assert changed(None, None) is None


def test_the_index_is_not_touched_and_no_watcher_is_started(
    repository: Path, hosted: Hosted, tmp_path: Path
) -> None:
    watcher = tmp_path / "watcher"
    watcher.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    watcher.chmod(0o755)
    hosted.git("config", "core.fsmonitor", str(watcher))
    os.utime(repository / "known.txt", (1, 1))  # the index is out of date, and would be written anew
    before = (repository / ".git" / "index").read_bytes()
    assert look() is not None
    assert (repository / ".git" / "index").read_bytes() == before
    assert not (tmp_path / "started").exists()


def test_the_settings_of_a_repository_hide_no_change(repository: Path, hosted: Hosted) -> None:
    hosted.git("config", "status.showUntrackedFiles", "no")
    before = look()
    (repository / "new.txt").write_text("one\n")
    assert changed(before, look()) is True


def test_a_submodule_that_is_not_to_be_shown_is_looked_at(
    repository: Path, hosted: Hosted, tmp_path: Path
) -> None:
    part = Repo.make(tmp_path / "part")
    part.write("b.txt", "one\n")
    part.commit("First")
    hosted.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(part.top), "part")
    hosted.git("config", "-f", ".gitmodules", "submodule.part.ignore", "all")
    commit(hosted)
    before = look()
    (repository / "part" / "b.txt").write_text("two\n")
    assert changed(before, look()) is True


def test_a_repository_that_the_surroundings_name_is_not_the_one_that_is_asked(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Repo.make(tmp_path / "other")
    for name, value in (("DIR", other.top / ".git"), ("WORK_TREE", other.top), ("INDEX_FILE", "none")):
        monkeypatch.setenv(f"GIT_{name}", str(value))
    before = look()
    (repository / "known.txt").write_text("two\n")
    assert changed(before, look()) is True


def test_what_a_git_has_started_is_given_up_with_it(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository.is_dir()
    loud = tmp_path / "bin" / "git"
    loud.parent.mkdir()
    loud.write_text(f"#!/bin/sh\ntail -f /dev/null > /dev/null &\necho $! > {tmp_path}/pid\nexec yes\n")
    loud.chmod(0o755)
    monkeypatch.setenv("PATH", str(loud.parent) + os.pathsep + os.environ["PATH"])
    monkeypatch.setattr(changes, "PATIENCE_S", 60.0)
    assert look() is None
    pid = int((tmp_path / "pid").read_text())
    assert until(lambda: not is_alive(pid), seconds=30)


def test_a_git_that_takes_too_long_is_given_up(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository.is_dir()
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent) + os.pathsep + os.environ["PATH"])
    monkeypatch.setattr(changes, "PATIENCE_S", 0.2)
    assert look() is None
