"""What an approval is bound to, how far it reaches, and that a damaged one grants nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.agents.approval import grant, has_changed, needed, revoke
from app.agents.delegation import (
    HOST_COMMAND,
    CannotDelegate,
    NeedsApproval,
    edited_command,
    prepare,
    run_for_retry,
)
from app.agents.fingerprint import current_fingerprint
from app.model.agent import AgentDefinition
from app.model.request import parse_request
from app.model.run import AgentRun
from app.model.status import Status
from app.model.task import Request, State, Task
from app.registry.approvals import FILE, Scope, read_approvals
from app.registry.config import Config
from app.registry.store import Registry
from app.registry.values import NewerRecord
from tests.agents.catalogs import REVIEWER, SHOP, Project, new_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with the definition of a Kiro agent and a prompt file, and Kiro installed."""
    made = new_project(tmp_path)
    monkeypatch.setenv("PATH", str(made.programs))
    made.install("kiro-cli", "claude", "aider", "tool", "bwrap")
    made.write(".kiro/agents/prompt.md", "Be good.")
    made.write(".kiro/agents/shop.json", {**SHOP, "prompt": "file://prompt.md"})
    return made


def approved(project: Project, registry: Registry, name: str = "shop", config: Config | None = None) -> bool:
    """Whether an agent may work in the project."""
    return needed(project.agent(name, config), project.folder, registry.home) is None


def run_of(agent: AgentDefinition) -> AgentRun:
    """How an agent is run."""
    assert agent.run is not None
    return agent.run


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


def test_a_task_is_prepared_only_for_what_is_approved(project: Project, registry: Registry) -> None:
    draft = parse_request("look at it @shop")
    with pytest.raises(NeedsApproval, match="shop is not approved yet") as need:
        prepare(draft, project.folder, Config(), home=registry.home)
    assert need.value.lines[0] == "shop · Kiro · knows the shop"
    with pytest.raises(NeedsApproval):
        prepare(draft, project.folder, Config(), approved="0" * 64, home=registry.home)
    new = prepare(
        draft, project.folder, Config(), approved=need.value.definition.fingerprint, home=registry.home
    )
    assert new.command == HOST_COMMAND
    assert new.run == project.agent("shop").run
    grant(registry, project.agent("shop"), Scope.PROJECT, project.folder)
    assert prepare(draft, project.folder, Config(), home=registry.home) == new


def test_commands_of_ones_own_need_a_yes_too_unless_the_settings_trust_them(
    project: Project, registry: Registry
) -> None:
    settings = '[agents.mine]\ncommand = ["tool", "{task}"]\n'
    draft = parse_request("-x @mine")
    with pytest.raises(NeedsApproval):
        prepare(draft, project.folder, project.config(settings), home=registry.home)
    new = prepare(draft, project.folder, project.config(settings + "trust = true\n"), home=registry.home)
    assert (new.command, new.run) == (("tool", "-x"), None)
    for text in ("run the tests", "!tool"):
        assert prepare(parse_request(text), project.folder, Config(), home=registry.home).run is None


def test_a_text_is_never_an_option_of_a_client(project: Project, registry: Registry) -> None:
    config = project.config("[agents.aider]\ntrust = true\n")
    new = prepare(parse_request("--yes-always {session} @aider"), project.folder, config, home=registry.home)
    assert new.command[:3] == ("aider", "--message", " --yes-always {session}")


def test_what_is_not_there_is_not_delegated(project: Project, registry: Registry) -> None:
    project.write(".opencode/agents/o.md", "---\nmode: primary\n---\n")
    for text, says in (("x @o", "opencode is not installed"), ("x @nobody", "there is no agent nobody")):
        with pytest.raises(CannotDelegate, match=says):
            prepare(parse_request(text), project.folder, Config(), home=registry.home)


def test_a_retry_asks_again_where_the_definition_has_changed(project: Project, registry: Registry) -> None:
    first = run_of(project.agent("shop"))
    task = task_with(first, project)
    home = registry.home
    grant(registry, project.agent("shop"), Scope.PROJECT, project.folder)
    assert run_for_retry(task, Config(), home=home) is None
    project.write(".kiro/agents/shop.json", {**SHOP, "tools": ["*"]})
    with pytest.raises(NeedsApproval, match="shop has changed since you approved it") as need:
        run_for_retry(task, Config(), home=home)
    assert need.value.lines[0] == "shop: it has changed since you approved it"
    new = project.agent("shop")
    assert run_for_retry(task, Config(), approved=new.fingerprint, home=home) == new.run
    grant(registry, new, Scope.PROJECT, project.folder)
    assert run_for_retry(task, Config(), home=home) == new.run
    (project.folder / ".kiro" / "agents" / "shop.json").unlink()
    with pytest.raises(CannotDelegate, match="there is no agent shop"):
        run_for_retry(task, Config(), home=home)


def test_another_text_for_a_retry_starts_no_command_that_is_not_approved(
    project: Project, registry: Registry
) -> None:
    task = task_with(None, project, "mine")
    draft = parse_request("again")
    changed = project.config('[agents.mine]\ncommand = ["tool", "--harder", "{task}"]\n')
    with pytest.raises(NeedsApproval):
        edited_command(task, draft, changed, home=registry.home)
    grant(registry, project.agent("mine", changed), Scope.ALWAYS, project.folder)
    assert edited_command(task, draft, changed, home=registry.home) == (
        "again",
        ("tool", "--harder", "again"),
    )
    spoken = project.config('[agents.mine]\ncommand = ["tool"]\nchannel = "acp"\ntrust = true\n')
    with pytest.raises(CannotDelegate, match="not run as it was any more"):
        edited_command(task, draft, spoken, home=registry.home)
    of_kiro = task_with(run_of(project.agent("shop")), project)
    assert edited_command(of_kiro, draft, Config(), home=registry.home) == ("again", HOST_COMMAND)


def task_with(run: AgentRun | None, project: Project, agent: str = "shop") -> Task:
    """An ended task of an agent."""
    request = Request(
        id="agent_20260101_000000",
        number=1,
        name="look",
        text="look",
        agent=agent,
        command=HOST_COMMAND,
        folder=str(project.folder),
        created=datetime.now(UTC),
        run=run,
    )
    return Task(request, State(Status.COMPLETE))
