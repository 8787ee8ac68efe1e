"""What is delegated, run again or given another text only with a yes, and what is not delegated at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.agents.approval import grant
from app.agents.delegation import (
    HOST_COMMAND,
    CannotDelegate,
    NeedsApproval,
    edited_command,
    prepare,
    run_for_retry,
)
from app.model.request import parse_request
from app.model.run import AgentRun
from app.model.status import Status
from app.model.task import Request, State, Task
from app.registry.approvals import Scope
from app.registry.config import Config
from app.registry.store import Registry
from tests.agents.approving import project as project
from tests.agents.approving import run_of
from tests.agents.catalogs import SHOP, Project


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
