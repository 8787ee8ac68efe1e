"""Nothing ever starts after a no: a yes that was taken back, or was for one task, starts nothing more."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.agents.approval import grant, revoke
from app.agents.delegation import CannotDelegate, NeedsApproval, prepare, run_for_retry
from app.model.request import parse_request
from app.model.status import Status
from app.model.task import Attempt, Task
from app.registry.approvals import Scope
from app.registry.config import Config
from app.registry.paths import log_name
from app.registry.store import Registry
from app.registry.transaction import transaction
from app.supervisor import operations, scheduling
from tests.agents.catalogs import SHOP, Project, new_project
from tests.support import ended, until

TOUCHING = """\
[agents.touching]
command = ["/bin/sh", "-c", "echo once more >> made; test -e fine", "{task}"]
"""
MUST = "touching must be approved again"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with a Kiro agent, and settings with an agent that is a command and leaves a trace."""
    made = new_project(tmp_path)
    monkeypatch.setenv("PATH", f"{made.programs}:{os.environ['PATH']}")
    made.install("kiro-cli")
    made.write(".kiro/agents/shop.json", SHOP)
    return made


@pytest.fixture
def config(project: Project) -> Config:
    """Settings with the agent, which knows no long pauses."""
    return replace(project.config(TOUCHING), grace_s=0.5)


def delegated(project: Project, registry: Registry, config: Config, text: str = "go @touching") -> Task:
    """A task that a person has said yes to for this once."""
    draft = parse_request(text)
    with pytest.raises(NeedsApproval) as need:
        prepare(draft, project.folder, config, home=registry.home)
    yes = need.value.definition.fingerprint
    new = prepare(draft, project.folder, config, approved=yes, home=registry.home)
    return operations.submit(registry, replace(new, workspace=None, twice=True), os.environ, config)


def made(project: Project) -> int:
    """How often the agent has been at work, as it wrote down itself."""
    trace = project.folder / "made"
    return len(trace.read_text().splitlines()) if trace.exists() else 0


def reason(registry: Registry, task: Task) -> str | None:
    """Why a task waits, as its row says."""
    return registry.with_reasons([registry.load(task.id)], Config().limits)[0].queue_reason


def test_a_waiting_start_waits_on_until_there_is_a_yes_again(
    project: Project, registry: Registry, config: Config
) -> None:
    operations.pause(registry)
    task = delegated(project, registry, config)
    assert revoke(registry, "touching") == (0, 1)
    assert revoke(registry, "touching") == (0, 0)
    operations.resume(registry, config)
    assert (registry.load(task.id).status, reason(registry, task)) == (Status.QUEUED, MUST)
    assert not scheduling.waits_for_something(registry)
    operations.free(registry, task.id, config)
    assert (registry.load(task.id).status, made(project)) == (Status.QUEUED, 0)
    grant(registry, project.agent("touching", config), Scope.PROJECT, project.folder)
    ended(registry, task, 60)
    assert made(project) == 1


def test_a_yes_elsewhere_or_to_another_command_frees_no_task(
    project: Project, registry: Registry, config: Config, tmp_path: Path
) -> None:
    operations.pause(registry)
    task = delegated(project, registry, config)
    revoke(registry, "touching")
    grant(registry, project.agent("touching", config), Scope.PROJECT, tmp_path)
    harder = project.config(TOUCHING.replace("test -e fine", "true"))
    grant(registry, project.agent("touching", harder), Scope.ALWAYS, project.folder)
    assert registry.load(task.id).state.revoked


@pytest.mark.parametrize("text", ["!true", "run the tests"])
def test_a_no_to_what_needs_no_yes_lets_no_task_wait_for_one(
    project: Project, registry: Registry, config: Config, text: str
) -> None:
    """Nobody could ever give it again: neither a command nor the worker can be approved."""
    operations.pause(registry)
    new = prepare(parse_request(text), project.folder, config, home=registry.home)
    task = operations.submit(registry, replace(new, workspace=None), os.environ, config)
    assert revoke(registry, task.request.agent) == (0, 0)
    assert not registry.load(task.id).state.revoked
    assert reason(registry, task) == "queue paused"


def test_once_holds_for_the_attempts_that_follow_by_themselves(
    project: Project, registry: Registry, config: Config
) -> None:
    task = delegated(project, registry, config, "go retries:1 @touching")
    operations.pause(registry)
    assert until(lambda: registry.load(task.id).state.not_before is not None, 60)
    assert run_for_retry(registry.load(task.id), config, home=registry.home) is None
    operations.resume(registry, config)
    assert ended(registry, task, 60).status is Status.FAILED
    assert made(project) == 2


def test_an_automatic_attempt_waits_after_a_no_and_a_person_is_asked_for_it(
    project: Project, registry: Registry, config: Config
) -> None:
    task = delegated(project, registry, config, "go retries:1 @touching")
    operations.pause(registry)
    assert until(lambda: registry.load(task.id).state.not_before is not None, 60)
    revoke(registry, "touching")
    operations.resume(registry, config)
    with transaction(registry) as change:  # its time has come
        waiting = registry.load(task.id)
        change.write_state(waiting, replace(waiting.state, not_before=None))
    assert scheduling.run_pass(registry, config) == []
    assert reason(registry, task) == MUST
    with pytest.raises(NeedsApproval) as need:
        run_for_retry(registry.load(task.id), config, home=registry.home)
    yes = need.value.definition.fingerprint
    assert run_for_retry(registry.load(task.id), config, approved=yes, home=registry.home) is None
    operations.retry(registry, task.id, os.environ, config)
    ended(registry, task, 60)
    assert made(project) == 2


def test_a_running_task_goes_on_but_is_not_tried_again(
    project: Project, registry: Registry, config: Config
) -> None:
    config = project.config(TOUCHING.replace("test -e fine", "until test -e end; do sleep 0.1; done; false"))
    task = delegated(project, registry, config, "go retries:1 @touching")
    assert until(lambda: made(project) == 1, 60)
    assert revoke(registry, "touching") == (0, 0)
    (project.folder / "end").touch()
    assert until(lambda: registry.load(task.id).state.status is Status.QUEUED, 60)
    assert reason(registry, task) == MUST


def test_what_was_lost_is_not_started_again_after_a_no(
    project: Project, registry: Registry, config: Config
) -> None:
    operations.pause(registry)
    task = delegated(project, registry, config, "go @touching")
    with transaction(registry) as change:
        begun = (Attempt(1, log_name(task.id, 1)),)
        change.write_state(task, replace(task.state, status=Status.STARTING, attempts=begun))
        change.mark(registry.load(task.id))
    revoke(registry, "touching")
    operations.resume(registry, replace(config, on_lost="retry"))
    assert (registry.load(task.id).status, reason(registry, task)) == (Status.QUEUED, MUST)
    assert made(project) == 0


def test_a_person_is_asked_before_a_retry_of_what_was_approved_once(
    project: Project, registry: Registry, config: Config
) -> None:
    task = ended(registry, delegated(project, registry, config), 60)
    with pytest.raises(NeedsApproval, match="touching is not approved yet"):
        run_for_retry(task, config, home=registry.home)
    grant(registry, project.agent("touching", config), Scope.PROJECT, project.folder)
    assert run_for_retry(task, config, home=registry.home) is None
    harder = project.config(TOUCHING.replace("test -e fine", "true"))
    with pytest.raises(CannotDelegate, match="not run as it was any more"):
        run_for_retry(task, harder, home=registry.home)


def test_a_retry_is_asked_for_again_after_a_no_and_runs_as_it_did_before(
    project: Project, registry: Registry
) -> None:
    agent = project.agent("shop")
    grant(registry, agent, Scope.ALWAYS, project.folder)
    new = prepare(parse_request("look @shop"), project.folder, Config(), home=registry.home)
    operations.pause(registry)
    task = operations.submit(registry, replace(new, workspace=None), os.environ, Config())
    operations.stop(registry, task.id)
    assert run_for_retry(registry.load(task.id), Config(), home=registry.home) is None
    assert revoke(registry, "shop") == (1, 0)
    with pytest.raises(NeedsApproval, match="shop is not approved yet"):
        run_for_retry(registry.load(task.id), Config(), home=registry.home)
    yes = agent.fingerprint
    assert run_for_retry(registry.load(task.id), Config(), approved=yes, home=registry.home) is None


def test_an_attempt_on_its_way_starts_no_client_after_a_no(project: Project, registry: Registry) -> None:
    kiro = project.programs / "kiro-cli"
    kiro.write_text("#!/bin/sh\ntouch started\n")
    operations.pause(registry)
    task = delegated(project, registry, Config(), "look @shop")
    with transaction(registry) as change:
        begun = (Attempt(1, log_name(task.id, 1)),)
        change.write_state(task, replace(task.state, status=Status.STARTING, attempts=begun))
        change.mark(registry.load(task.id))
    revoke(registry, "shop")
    environment = {
        **os.environ,
        "DELEGATE_TASK_FOLDER": str(registry.home.task(task.id)),
        "DELEGATE_ATTEMPT": "1",
        "PWD": str(project.folder),
    }
    command = [sys.executable, "-I", "-m", "app.agents.host"]
    done = subprocess.run(
        command,
        env=environment,
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1
    assert "shop was not started: its approval was taken back" in done.stdout
    assert not (project.folder / "started").exists()
