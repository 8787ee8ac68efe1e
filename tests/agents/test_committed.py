"""A worktree has what is committed: what is said beforehand of an agent whose definition is not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.agents.committed import why_missing
from app.agents.delegation import CannotDelegate, prepare
from app.model.agent import AgentDefinition
from app.model.request import parse_request
from app.model.workspace import Workspace
from app.registry.config import Config
from app.registry.store import Registry
from tests.agents.catalogs import SHOP, Project, new_project
from tests.support import need

NAME = ".kiro/agents/shop.json"
Run = Callable[..., None]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, Run]:
    """A repository with one commit and, not in it, the definition of a Kiro agent; and git in it."""
    project = new_project(tmp_path)
    project.install("kiro-cli")
    (project.programs / "git").symlink_to(need("git"))
    monkeypatch.setenv("PATH", str(project.programs))

    def run(*words: str) -> None:
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        subprocess.run(["git", *identity, *words], cwd=project.folder, check=True, capture_output=True)

    run("init", "-q")
    run("commit", "-q", "--allow-empty", "-m", "Begin")
    project.write(NAME, SHOP)
    return project, run


def told(project: Project, **wish: object) -> str | None:
    """What is said of the agent for a worktree of the project."""
    place = replace(Workspace(worktree=True, checkout=str(project.folder)), **wish)  # type: ignore[arg-type]
    return why_missing(project.agent("shop"), place)


def test_what_is_not_committed_is_refused_before_anybody_is_asked(
    git: tuple[Project, Run], registry: Registry
) -> None:
    project, _ = git
    with pytest.raises(CannotDelegate) as refused:
        prepare(parse_request("look @shop"), project.folder, Config(), home=registry.home)
    assert str(refused.value) == (
        f"{NAME} is not committed, so a worktree lacks it: commit it, or add worktree:no"
    )
    with pytest.raises(CannotDelegate, match="not approved yet"):
        prepare(parse_request("look @shop worktree:no"), project.folder, Config(), home=registry.home)


def test_ignored_staged_and_changed_ones_are_told_and_committed_ones_are_not(
    git: tuple[Project, Run],
) -> None:
    project, run = git
    project.write(".gitignore", ".kiro\n")
    assert "is not committed" in (told(project) or "")
    run("add", "-f", NAME)
    assert "is not committed as it is now" in (told(project) or "")
    run("commit", "-q", "-m", "Add the agent")
    assert told(project) is None
    project.write(NAME, {**SHOP, "tools": ["fs_read"]})
    assert "is not committed as it is now" in (told(project) or "")
    run("commit", "-q", "-a", "-m", "Let it read only")
    assert told(project) is None
    assert told(project, base="HEAD~2") == (
        f"{NAME} is another one in HEAD~2: take another base:, or add worktree:no"
    )


@pytest.mark.parametrize(
    "wish", [{"worktree": False}, {"with_changes": True}, {"copies": (".kiro",)}, {"links": (NAME,)}]
)
def test_what_reaches_the_place_in_another_way_is_not_told(
    git: tuple[Project, Run], wish: dict[str, object]
) -> None:
    assert told(git[0], **wish) is None


def test_what_the_project_itself_provides_is_not_told(git: tuple[Project, Run]) -> None:
    git[0].write(".delegate/workspace.toml", 'copies = [".kiro"]\n')
    assert told(git[0]) is None


def test_where_git_cannot_tell_nothing_is_said(git: tuple[Project, Run]) -> None:
    project, _ = git
    assert told(project, base="no-such-branch") is None
    (project.programs / "git").unlink()
    assert told(project) is None


def test_definitions_of_the_user_are_in_no_checkout(git: tuple[Project, Run]) -> None:
    project, _ = git
    own = project.write_home(".kiro/agents/own.json", {**SHOP, "name": "own"})
    agent: AgentDefinition = replace(project.agent("shop"), file=str(own))
    assert why_missing(agent, Workspace(worktree=True, checkout=str(project.folder))) is None


def test_nothing_of_the_repository_is_run_to_find_out(git: tuple[Project, Run], tmp_path: Path) -> None:
    project, run = git
    run("add", NAME)
    run("commit", "-q", "-m", "Add the agent")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for path in (hooks / "post-index-change", tmp_path / "watcher"):
        path.write_text(f"#!/bin/sh\necho > {tmp_path}/ran\n")
        path.chmod(0o755)
    run("config", "core.hooksPath", str(hooks))
    run("config", "core.fsmonitor", str(tmp_path / "watcher"))
    os.utime(project.folder / NAME, (1, 1))  # the index is out of date, and would be written anew
    assert told(project) is None
    assert not (tmp_path / "ran").exists()
