"""A task from its start to its end in the real runner: its place is made, and what it changed is known."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from app.agents.delegation import prepare
from app.model.request import parse_request
from app.model.status import Status
from app.model.task import Task
from app.model.workspace import Workspace
from app.registry.changed import read_changes
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.workspace.applying import merge
from app.workspace.merging import plan
from app.workspace.taskfiles import workspace_of
from tests.support import ended
from tests.workspace.repositories import Repo


def run(registry: Registry, config: Config, folder: Path, command: str, place: Workspace) -> Task:
    """Delegate a command that gets a place, and wait for its end."""
    new = replace(prepare(parse_request(f"!{command}"), folder, config), workspace=place)
    return ended(registry, operations.submit(registry, new, os.environ, config))


def test_a_task_works_in_its_worktree_and_can_be_merged(
    registry: Registry, config: Config, repo: Repo
) -> None:
    repo.write(".env", "KEY=1\n")
    repo.write(".delegate/workspace.toml", 'copies = [".env"]\n')
    command = "pwd > where; echo new > new.txt; git add new.txt; git commit -qm New; test -f ../set-up.log"
    task = run(
        registry,
        config,
        repo.top / "src",
        command,
        Workspace(worktree=True, setup="echo ready > set-up.log"),
    )
    assert task.status is Status.COMPLETE, registry.home.log(f"{task.id}.log").read_text()
    workspace = workspace_of(registry.home, task.id)
    assert workspace is not None
    assert (workspace.folder / "src/where").read_text().strip() == str(workspace.folder / "src")
    assert (workspace.folder / ".env").read_text() == "KEY=1\n"
    found = read_changes(registry.home, task.id, 1)
    assert found is not None
    assert {file.path for file in found.files} == {"src/new.txt", "src/where", "set-up.log"}
    assert [commit.subject for commit in found.commits] == ["New"]
    assert not (repo.top / "src/new.txt").exists()
    merge(plan(workspace))
    assert repo.read("src/new.txt") == "new\n"


def test_a_task_in_place_tells_what_it_changed(registry: Registry, config: Config, repo: Repo) -> None:
    repo.write("mine.txt", "mine\n")
    task = run(registry, config, repo.top, "echo changed > a.txt", Workspace())
    found = read_changes(registry.home, task.id, 1)
    assert found is not None
    assert found.words == "1 file +1 −20"


@pytest.mark.parametrize(
    ("place", "words"),
    [(Workspace(worktree=True, base="nowhere"), "nowhere"), (Workspace(worktree=True), "in no git")],
)
def test_a_place_that_cannot_be_made_is_told_and_nothing_runs(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path, place: Workspace, words: str
) -> None:
    folder = repo.top if place.base else tmp_path
    task = run(registry, config, folder, f"touch {tmp_path}/ran", place)
    assert task.status is Status.FAILED
    assert words in registry.home.log(f"{task.id}.log").read_text().splitlines()[-1]
    assert not (tmp_path / "ran").exists()
