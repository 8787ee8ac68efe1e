"""What an approval is bound to, how far it reaches, and that a damaged one grants nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app.agents.approval import grant, has_changed, needed, revoke
from app.agents.fingerprint import current_fingerprint
from app.registry.approvals import FILE, Scope, read_approvals
from app.registry.config import Config
from app.registry.store import Registry
from app.registry.values import NewerRecord
from tests.agents.approving import project as project
from tests.agents.approving import run_of
from tests.agents.catalogs import REVIEWER, Project, new_project


def approved(project: Project, registry: Registry, name: str = "shop", config: Config | None = None) -> bool:
    """Whether an agent may work in the project."""
    return needed(project.agent(name, config), project.folder, registry.home) is None


def test_a_yes_reaches_as_far_as_it_was_given(project: Project, registry: Registry, tmp_path: Path) -> None:
    project.write_home(".claude/agents/r.md", REVIEWER)
    other = new_project(tmp_path / "other")
    for scope, here, elsewhere in (
        (Scope.ONCE, False, False),
        (Scope.PROJECT, True, False),
        (Scope.ALWAYS, True, True),
    ):
        grant(registry, project.agent("reviewer"), scope, project.folder)
        assert approved(project, registry, "reviewer") is here
        assert approved(other, registry, "reviewer") is elsewhere


def test_a_project_is_its_repository_whatever_folder_of_it_is_worked_in(
    project: Project, registry: Registry
) -> None:
    project.write(".claude/agents/r.md", REVIEWER)
    grant(registry, project.agent("reviewer"), Scope.PROJECT, project.folder)
    inner = project.folder / "packages"
    inner.mkdir()
    assert needed(project.agent("reviewer"), inner, registry.home) is None


@pytest.mark.parametrize("file", ["shop.json", "prompt.md"])
def test_a_change_asks_again_and_says_so(project: Project, registry: Registry, file: str) -> None:
    grant(registry, project.agent("shop"), Scope.ALWAYS, project.folder)
    assert approved(project, registry)
    path = project.folder / ".kiro" / "agents" / file
    path.write_text(path.read_text() + " ")
    question = needed(project.agent("shop"), project.folder, registry.home)
    assert question is not None
    assert question.changed
    assert question.lines[0] == "shop: it has changed since you approved it"
    assert question.lines[1].startswith("shop · Kiro")


@pytest.mark.parametrize(
    "settings",
    [
        'mode = "plan"',
        'sandbox = "workspace"',
        'arguments = ["--add-dir", "/"]',
        'environment = { A = "b" }',
        'allow = ["Bash"]',
        'model = "opus"',
    ],
)
def test_other_terms_of_a_client_ask_again(project: Project, registry: Registry, settings: str) -> None:
    grant(registry, project.agent("claude"), Scope.ALWAYS, project.folder)
    assert approved(project, registry, "claude")
    config = project.config(f"[agents.claude]\n{settings}\n")
    assert not approved(project, registry, "claude", config)


def test_how_long_it_is_waited_for_an_answer_asks_nothing_anew(project: Project, registry: Registry) -> None:
    grant(registry, project.agent("claude"), Scope.ALWAYS, project.folder)
    config = project.config('[agents.claude]\nanswer = "1h"\nretries = 9\n')
    assert project.agent("claude", config).source != project.agent("claude").source
    assert approved(project, registry, "claude", config)


def test_a_no_later_takes_every_yes_back(project: Project, registry: Registry) -> None:
    grant(registry, project.agent("shop"), Scope.ALWAYS, project.folder)
    grant(registry, project.agent("shop"), Scope.PROJECT, project.folder)
    assert revoke(registry, "shop") == (2, 0)
    assert not approved(project, registry)
    assert revoke(registry, "shop") == (0, 0)


def test_a_yes_to_one_agent_is_none_to_another_of_its_name(project: Project, registry: Registry) -> None:
    project.write_home(".kiro/agents/mine.json", {"name": "mine"})
    grant(registry, project.agent("mine"), Scope.ALWAYS, project.folder)
    assert approved(project, registry, "mine")
    project.write(".kiro/agents/mine.json", {"name": "mine"})
    assert not approved(project, registry, "mine")


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\0" * 100,
        b"schema = 1\n[[approval]]\nagent = 'shop'\n",
        b"schema = 'one'\n",
        b"[[approval]]\nagent = 'shop'\nsource = ''\nfingerprint = ''\nscope = 'always'\nfolder = ''\n"
        b"granted = 2026-01-01T00:00:00Z\n",
        b"approval = 7\n",
    ],
)
def test_what_is_damaged_grants_nothing_and_is_kept(
    project: Project, registry: Registry, damage: bytes
) -> None:
    agent = project.agent("shop")
    grant(registry, agent, Scope.ALWAYS, project.folder)
    path = registry.home.root / FILE
    path.write_bytes(damage)
    assert not approved(project, registry)
    assert not approved(project, registry, "claude")
    grant(registry, agent, Scope.ALWAYS, project.folder)
    assert approved(project, registry)
    if damage and damage.strip(b"\0"):
        assert damage in [file.read_bytes() for file in registry.home.quarantine.iterdir()]


def test_a_link_or_a_folder_in_its_place_grants_nothing(
    project: Project, registry: Registry, tmp_path: Path
) -> None:
    agent = project.agent("shop")
    grant(registry, agent, Scope.ALWAYS, project.folder)
    path = registry.home.root / FILE
    path.rename(tmp_path / "elsewhere.toml")
    path.symlink_to(tmp_path / "elsewhere.toml")
    assert not approved(project, registry)
    path.unlink()
    path.mkdir()
    assert not approved(project, registry)


def test_a_newer_schema_grants_nothing_and_is_not_overwritten(project: Project, registry: Registry) -> None:
    grant(registry, project.agent("shop"), Scope.ALWAYS, project.folder)
    path = registry.home.root / FILE
    newer = path.read_text().replace("schema = 1", "schema = 2")
    path.write_text(newer)
    assert not approved(project, registry)
    with pytest.raises(NewerRecord):
        grant(registry, project.agent("shop"), Scope.ALWAYS, project.folder)
    assert path.read_text() == newer


def test_unknown_keys_survive_and_an_approval_replaces_its_own_kind(
    project: Project, registry: Registry
) -> None:
    agent = project.agent("shop")
    grant(registry, agent, Scope.ALWAYS, project.folder)
    path = registry.home.root / FILE
    path.write_text(path.read_text().replace("schema = 1", "schema = 1\nlater = 'x'") + "why = 'because'\n")
    grant(registry, project.agent("claude"), Scope.ALWAYS, project.folder)
    assert "later = " in path.read_text()
    assert "because" in path.read_text()
    grant(registry, agent, Scope.ALWAYS, project.folder)
    assert [approval.agent for approval in read_approvals(registry.home)] == ["claude", "shop"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_fingerprint_for_the_host_is_that_of_the_catalog(project: Project) -> None:
    run = run_of(project.agent("shop"))
    assert current_fingerprint(run, project.folder) == run.fingerprint
    assert not has_changed(run, project.folder)
    assert has_changed(replace(run, command=(*run.command, "--trust-all-tools")), project.folder)
    (project.folder / ".kiro" / "agents" / "shop.json").unlink()
    assert current_fingerprint(run, project.folder) is None


def test_a_definition_of_the_project_that_comes_before_the_users_is_noticed(project: Project) -> None:
    project.write_home(".claude/agents/r.md", REVIEWER)
    run = run_of(project.agent("reviewer"))
    assert not has_changed(run, project.folder)
    project.write(".claude/agents/r.md", REVIEWER.replace("You review", "You delete"))
    assert has_changed(run, project.folder)


def test_in_another_working_tree_the_definition_there_counts(project: Project, tmp_path: Path) -> None:
    run = run_of(project.agent("shop"))
    copy = tmp_path / "worktree"
    shutil.copytree(project.folder, copy)
    assert not has_changed(run, copy)
    (copy / ".kiro" / "agents" / "shop.json").write_text('{"name": "shop", "tools": ["*"]}')
    assert has_changed(run, copy)
    assert not has_changed(run, project.folder)
    shutil.rmtree(copy / ".kiro")
    assert has_changed(run, copy)
