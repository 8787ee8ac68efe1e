"""Deleting, discarding and retiring tasks with worktrees: nothing is lost unasked, and all comes back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.cli.doctor.worktrees import check_strays, remove_strays, strays
from app.model.task import Task
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.care import care
from app.supervisor.operations import OperationError
from app.workspace import leaving
from app.workspace.applying import merge
from app.workspace.discarding import HoldsWork
from app.workspace.merging import Mode
from app.workspace.taking import CannotTake, held_by, merge_plan
from app.workspace.taskfiles import workspace_of
from tests.support import delegate, ended
from tests.workspace.repositories import Repo
from tests.workspace.tasked import WORK, begun, done, place_of

KEPT_S = 1.0


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, without git's own."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".git"
    }


def branches(repo: Repo) -> list[str]:
    """The branches of tasks."""
    return repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads/delegate/").split()


def test_deleting_refuses_to_lose_work_and_says_what_is_held(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo)
    with pytest.raises(HoldsWork, match=f"#{task.number} holds 1 commit, 1 uncommitted file, not merged"):
        leaving.delete(registry, [task])
    assert registry.ids() == [task.id]
    assert place_of(registry, task).folder.is_dir()


def test_undo_of_a_deletion_brings_worktree_branch_and_uncommitted_work_back(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo)
    place, mine = place_of(registry, task), repo.state(refs=False)
    before, tip = content(place.folder), repo.git("rev-parse", place.branch)
    assert leaving.delete(registry, [task], yes=True) == leaving.Deleted(1)
    assert (registry.ids(), place.folder.exists(), branches(repo)) == ([], False, [])
    assert repo.state(refs=False) == mine
    undone = leaving.undo(registry)
    assert [one.id for one in undone.tasks] == [task.id]
    assert undone.problem == ""
    assert (content(place.folder), repo.git("rev-parse", place.branch)) == (before, tip)
    assert repo.git("for-each-ref", "refs/delegate/") == ""
    assert held_by(registry.home, [task])[0].words.endswith("1 commit, 1 uncommitted file, not merged")


def test_a_merged_worktree_goes_without_a_word_and_comes_back_as_merged(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo)
    merge(merge_plan(registry.home, task, Mode.SQUASH))
    assert held_by(registry.home, [task])[0].empty
    assert leaving.delete(registry, [task]).count == 1
    assert branches(repo) == []
    leaving.undo(registry)
    assert branches(repo) == [place_of(registry, task).branch]
    assert held_by(registry.home, [task])[0].empty


def test_undo_takes_back_what_was_last_a_discard_or_a_deletion(
    registry: Registry, config: Config, repo: Repo
) -> None:
    first, second = done(registry, config, repo), done(registry, config, repo)
    with pytest.raises(HoldsWork):
        leaving.throw_away(registry, first, yes=False)
    leaving.throw_away(registry, first, yes=True)
    leaving.delete(registry, [second], yes=True)
    assert branches(repo) == []
    assert [task.id for task in leaving.undo(registry).tasks] == [second.id]
    assert branches(repo) == [place_of(registry, second).branch]
    undone = leaving.undo(registry)
    assert undone.worktree is not None
    assert undone.worktree.id == first.id
    assert len(branches(repo)) == 2
    with pytest.raises(OperationError, match="no deletion to undo"):
        leaving.undo(registry)


def test_a_discarded_task_that_is_deleted_comes_back_as_it_was_without_its_worktree(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo)
    leaving.throw_away(registry, task, yes=True)
    leaving.delete(registry, [task])
    leaving.undo(registry)
    assert branches(repo) == []
    leaving.undo(registry)
    assert branches(repo) == [place_of(registry, task).branch]


def test_what_has_no_worktree_or_runs_cannot_be_taken(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path
) -> None:
    plain = ended(registry, delegate(registry, "!true", config, repo.top))
    with pytest.raises(CannotTake, match=f"#{plain.number} worked in place: there is nothing to merge"):
        merge_plan(registry.home, plain)
    stop = tmp_path / "stop"
    runs = begun(registry, config, repo, f"until [ -e {stop} ]; do sleep 0.05; done")
    with pytest.raises(CannotTake, match="merge it once it has ended"):
        merge_plan(registry.home, registry.load(runs.id))
    stop.touch()
    ended(registry, runs)


def test_a_folder_that_was_removed_by_hand_still_holds_its_commits(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo)
    place = place_of(registry, task)
    repo.git("worktree", "remove", "--force", str(place.folder))
    held = held_by(registry.home, [task])[0]
    assert held.words == f"#{task.number} holds 1 commit, not merged"
    leaving.delete(registry, [task], yes=True)
    assert branches(repo) == []
    leaving.undo(registry)
    assert branches(repo) == [place.branch]


def test_retention_lets_only_tasks_go_whose_worktree_holds_nothing(
    registry: Registry, config: Config, repo: Repo
) -> None:
    merged, held, plain = (
        done(registry, config, repo),
        done(registry, config, repo),
        a_command(registry, config),
    )
    merge(merge_plan(registry.home, merged))
    for task in (merged, held, plain):
        operations.mark_seen(registry, task.id)
    keeping = Config(grace_s=0.5, keep_s=KEPT_S)
    care(registry, keeping, time.time() + 100)
    assert registry.ids() == [held.id]
    assert branches(repo) == [place_of(registry, held).branch]
    assert place_of(registry, held).folder.is_dir()


def a_command(registry: Registry, config: Config) -> Task:
    """A task without a worktree."""
    return ended(registry, delegate(registry, "!true", config))


def test_the_doctor_tells_of_worktrees_without_a_task_and_removes_the_empty_ones(
    registry: Registry, config: Config, repo: Repo
) -> None:
    full, empty = done(registry, config, repo, WORK), done(registry, config, repo, "true")
    operations.delete(registry, [full.id, empty.id])
    found = strays(registry)
    assert [(one.empty, one.words) for one in found] == [
        (False, "holds 1 commit, 1 uncommitted file, not merged"),
        (True, "holds nothing that is not merged"),
    ]
    assert [finding.level.value for finding in check_strays(found)] == ["warn", "warn"]
    assert remove_strays(registry.home, found).startswith("1 worktrees of no task")
    assert [one.empty for one in strays(registry)] == [False]
    assert workspace_of(registry.home, full.id) is None
    assert len(branches(repo)) == 1
