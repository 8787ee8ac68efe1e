"""Real clients over the Agent Client Protocol, as tasks: their questions, their ends, what they remember."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from app.model.ask import ChoiceKind
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.supervisor import operations
from tests.agents.hosted import Hosted, last
from tests.agents.hosted import hosted as hosted
from tests.clients.homes import environment, need_client
from tests.standins.model_server import ModelServer
from tests.support import until

RUNS = {
    "copilot": AgentRun(Channel.ACP, ("copilot", "--acp", "--no-auto-update"), client="copilot"),
    "kimi": AgentRun(Channel.ACP, ("kimi", "acp"), client="kimi"),
}


@pytest.fixture(params=sorted(RUNS))
def client(request: pytest.FixtureRequest, hosted: Hosted, model: ModelServer, tmp_path: Path) -> Hosted:
    """A place for tasks of a real client, in a scratch home; which one is its ``name``."""
    name: str = request.param
    need_client(name)
    hosted.environment = environment(name, tmp_path / "home", model.url)
    hosted.usual = RUNS[name]
    return hosted


def test_an_allowed_tool_is_used(client: Hosted, model: ModelServer) -> None:
    task = client.submit("[[shell]] Create the file.")
    client.answer(task, ChoiceKind.ALLOW_ONCE)
    done = client.ended(task)
    assert (done.status, last(done).qualifier) == (Status.COMPLETE, None), client.log(done)
    assert (client.folder / "hello.txt").exists()
    assert "✓ allowed once by you: " in client.log(done)
    assert not client.left(done)
    assert all("Create the file." in prompts[-1] for prompts in model.conversations())


def test_a_rejected_tool_is_not_used(client: Hosted) -> None:
    task = client.submit("[[shell]] Create the file.")
    client.answer(task, ChoiceKind.REJECT_ONCE)
    done = client.ended(task)
    assert not (client.folder / "hello.txt").exists()
    assert last(done).qualifier == "1 rejected", client.log(done)
    assert not client.left(done)


def test_a_rule_answers_for_a_person(client: Hosted) -> None:
    done = client.run("[[shell:touch made]]", replace(client.usual, allow=("Bash(touch *)",)))
    assert done.status is Status.COMPLETE, client.log(done)
    assert (client.folder / "made").exists()


def test_a_mode_is_set_and_holds(client: Hosted) -> None:
    done = client.run("[[say]]", replace(client.usual, mode="plan"))
    assert (done.status, client.report(done).mode) == (Status.COMPLETE, "plan"), client.log(done)


def test_a_failing_tool_is_told(client: Hosted) -> None:
    done = client.run("[[fail]]", replace(client.usual, allow=("Bash",)))
    assert "last tool failed" in (last(done).qualifier or ""), client.log(done)


def test_a_stop_leaves_no_process(client: Hosted) -> None:
    task = client.submit("[[long]]", replace(client.usual, allow=("Bash",)))
    assert until(lambda: any("tail -f" in line for line in client.processes(task).values()), 30)
    operations.stop(client.registry, task.id)
    assert client.ended(task).status is Status.STOPPED
    assert not client.left(task)


def test_an_attempt_that_goes_on_remembers(client: Hosted, model: ModelServer) -> None:
    first = client.run("[[say]] The word is marzipan.")
    before = len(model.conversations())
    surroundings = {**os.environ, **client.environment}
    operations.retry(client.registry, first.id, surroundings, client.config, "[[say]] Which?", continues=1)
    again = client.ended(first)
    assert again.status is Status.COMPLETE, client.log(again)
    assert last(again).session == last(first).session
    told = "\n".join(model.conversations()[before])
    assert "marzipan" in told
    assert "Which?" in told


def test_a_refused_key_is_no_success(client: Hosted) -> None:
    done = client.run("[[http401]]")
    assert done.status is Status.FAILED, client.log(done)
    assert client.report(done).trouble == "login"


@pytest.mark.parametrize("client", ["copilot"], indirect=True)
def test_an_error_behind_end_turn_is_a_failure_after_its_retries(client: Hosted) -> None:
    done = client.run("[[http500]]", replace(client.usual, retries=20))
    assert done.status is Status.FAILED, client.log(done)
    assert "500" in (last(done).reason or "")
    assert "↻ retrying, Request failed due to a transient API error, attempt 2\n" in client.log(done)


@pytest.mark.parametrize("client", ["copilot"], indirect=True)
def test_retries_of_a_client_come_to_an_end_before_it_gives_up(client: Hosted) -> None:
    done = client.run("[[http500]]", replace(client.usual, retries=2))
    assert "attempt 2" in (last(done).reason or ""), client.log(done)
    assert not client.left(done)


def test_six_at_once_have_a_conversation_each_and_are_stopped_together(
    client: Hosted, model: ModelServer
) -> None:
    tasks = [client.submit(f"[[long]] Number {n}.", replace(client.usual, allow=("Bash",))) for n in range(6)]
    assert until(lambda: len(model.conversations()) >= 6, 60)
    for said in model.conversations():
        assert sum(f"Number {n}." in "\n".join(said) for n in range(6)) == 1
    operations.stop_all(client.registry)
    for task in tasks:
        assert client.ended(task).status is Status.STOPPED
        assert not client.left(task)
