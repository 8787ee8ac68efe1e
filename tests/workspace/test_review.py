"""What is known of what a task changed: while it runs, at its end, without its place, unwatched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.model.task import Task
from app.model.workspace import Workspace
from app.registry.changed import changes_name
from app.registry.config import Config
from app.registry.store import Registry
from app.workspace.git import GitError
from app.workspace.hunks import Line
from app.workspace.review import Review, diff_of, review, scratch_store
from tests.support import delegate, ended, until
from tests.workspace.repositories import Repo
from tests.workspace.tasked import OWN, begun, done, place_of


def seen(registry: Registry, task: Task) -> Review:
    """What is known of a task."""
    with scratch_store(registry.home, task) as folder:
        return review(registry.home, registry.load(task.id), store=Path(folder))


def listed(found: Review) -> list[str]:
    """The files as letters and paths."""
    assert found.changes is not None
    return [f"{file.kind.value} {file.path}" for file in found.changes.files]


def test_an_ended_task_in_a_worktree(registry: Registry, config: Config, repo: Repo) -> None:
    task = done(registry, config, repo)
    found = seen(registry, task)
    assert listed(found) == ["M a.txt", "M keep.txt", "A new.txt"]
    assert found.place is not None
    assert (found.top, found.gone, found.remark) == (found.place.folder, False, "")
    with diff_of(found, 1) as text:
        rows = text.rows(0, 100)
        assert [row.text for row in rows if row.line is Line.ADDED] == ["more"]
    with diff_of(found, 3) as text:
        headings = [row.text for row in text.rows(0, 100) if row.text.startswith("diff --git")]
        assert headings == ["diff --git a/a.txt b/a.txt", "diff --git a/new.txt b/new.txt"]


def test_a_first_commit_is_compared_with_nothing(registry: Registry, config: Config, tmp_path: Path) -> None:
    bare = Repo.make(tmp_path / "empty")
    script = "echo one > one.txt; git add -A; git commit -qm One"
    task = done(registry, config, bare, script, Workspace(checkout=str(bare.top)))
    found = seen(registry, task)
    assert listed(found) == ["A one.txt"]
    with diff_of(found, 1) as text:
        assert [row.text for row in text.rows(0, 100) if row.line is Line.ADDED] == ["one"]


@pytest.mark.parametrize("place", ["own", "here"])
def test_a_running_task_is_looked_at_without_touching_anything(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path, place: str
) -> None:
    wish = OWN if place == "own" else Workspace(checkout=str(repo.top))
    stop = tmp_path / "stop"
    script = f"echo more >> a.txt; echo u > u.txt; until [ -e {stop} ]; do sleep 0.05; done"
    task = begun(registry, config, repo, script, wish)
    assert until(lambda: len(listed_or_none(registry, task)) == 2)
    before = repo.state()
    objects = sorted((repo.top / ".git" / "objects").rglob("*"))
    found = seen(registry, task)
    assert listed(found) == ["M a.txt", "A u.txt"]
    assert found.changes is not None
    assert [file.untracked for file in found.changes.files] == [False, True]
    assert repo.state() == before
    assert sorted((repo.top / ".git" / "objects").rglob("*")) == objects
    stop.touch()
    ended(registry, task)


def listed_or_none(registry: Registry, task: Task) -> list[str]:
    """The files, or none while nothing is known."""
    found = seen(registry, task)
    return listed(found) if found.changes is not None else []


def test_what_was_changed_is_told_when_the_worktree_is_gone(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo)
    shutil.rmtree(place_of(registry, task).folder)
    found = seen(registry, task)
    assert found.gone
    assert found.remark.startswith("Its worktree is gone")
    assert listed(found) == ["M a.txt", "M keep.txt", "A new.txt"]
    with diff_of(found, 0) as text:
        assert [row.text for row in text.rows(0, 100) if row.line is Line.ADDED] == ["changed"]


def test_a_task_whose_end_nobody_saw_is_compared_with_now(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo)
    registry.home.task_file(task.id, changes_name(1)).unlink()
    found = seen(registry, task)
    assert found.remark.startswith("Nobody saw its end")
    assert listed(found) == ["M a.txt", "M keep.txt", "A new.txt"]
    shutil.rmtree(place_of(registry, task).folder)
    assert seen(registry, task).remark == "Its worktree is gone, and nobody wrote down what it had changed."


def test_a_plain_command_and_a_reader_say_that_nothing_is_known(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = ended(registry, delegate(registry, "!echo x > x.txt", config, repo.top))
    found = seen(registry, task)
    assert found.changes is None
    assert found.remark == "No changes are tracked: a plain command."
    with pytest.raises(GitError, match="nothing changed"):
        diff_of(found, None)


def test_a_folder_without_a_repository_has_files_and_no_lines(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    place = Workspace(checkout=str(plain))
    task = done(registry, config, Repo(plain), "echo x > x.txt", place)
    found = seen(registry, task)
    assert listed(found) == ["A x.txt"]
    with pytest.raises(GitError, match="no repository"):
        diff_of(found, 0)
