"""Kiro over the protocol, by a stand-in that speaks its dialect."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.model.ask import ChoiceKind
from app.model.outcome import Progress
from app.model.report import Usage
from app.model.run import AgentRun, Channel
from app.model.status import Status
from tests.agents.hosted import Hosted, last

KIRO = Path(__file__).parents[1] / "standins" / "kiro_cli.py"
RUN = AgentRun(
    Channel.ACP, (sys.executable, str(KIRO), "acp", "--agent", "careful"), client="kiro-cli", answer_s=30.0
)


@pytest.fixture
def kiro(hosted: Hosted) -> Hosted:
    """A folder with an agent that may read unasked, and has to ask for the rest."""
    definition = {"name": "careful", "tools": ["read", "write", "shell"], "allowedTools": ["read"]}
    path = hosted.folder / ".kiro" / "agents" / "careful.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(definition))
    return hosted


def test_kiro_asks_and_heeds_the_answer(kiro: Hosted) -> None:
    task = kiro.submit("[[permission]]", RUN)
    (ask,) = kiro.asked(task)
    assert (ask.title, ask.tool) == ("Running: printf hello > hello.txt", "execute_bash")
    kiro.answer(task, ChoiceKind.ALLOW_ONCE)
    done = kiro.ended(task)
    assert (done.status, last(done).qualifier) == (Status.COMPLETE, None)
    assert (kiro.folder / "hello.txt").exists()
    assert kiro.report(done).mode == "careful"


def test_a_rule_of_kiros_names_is_heeded(kiro: Hosted) -> None:
    done = kiro.run("[[permission:npm test]]", replace(RUN, allow=("execute_bash(npm test)",)))
    assert done.status is Status.COMPLETE
    assert "✓ allowed: Running: npm test\n" in kiro.log(done)


def test_a_rule_for_writing_is_no_rule_for_the_shell(kiro: Hosted) -> None:
    task = kiro.submit("[[write]] [[permission]]", replace(RUN, allow=("fs_write",)))
    assert kiro.asked(task)[0].title.startswith("Running: ")
    assert "✓ allowed: Creating hello.txt" in kiro.log(task)


def test_the_list_of_tasks_is_a_plan(kiro: Hosted) -> None:
    done = kiro.run("[[todo]]", RUN)
    assert kiro.report(done).progress == Progress(done=3, total=3)
    assert "plan 1/3 · Change it\n" in kiro.log(done)
    assert "Creating task list" not in kiro.log(done)


def test_a_failed_command_is_a_failed_tool(kiro: Hosted) -> None:
    done = kiro.run("[[fail]]", RUN)
    assert last(done).qualifier == "last tool failed: Running: make test"
    assert "· failed: exit code 3\n" in kiro.log(done)


def test_a_child_of_kiros_is_answered(kiro: Hosted) -> None:
    task = kiro.submit("[[child]] [[say:On it goes.]]", RUN)
    kiro.answer(task, ChoiceKind.REJECT_ONCE)
    done = kiro.ended(task)
    assert "The child was not allowed.On it goes.\n" in kiro.log(done)
    assert "the child speaks" not in kiro.log(done)


def test_notices_and_requests_of_kiros_own(kiro: Hosted) -> None:
    done = kiro.run("[[vendor]] [[say]]", RUN)
    assert done.status is Status.COMPLETE
    assert "↻ retrying, Retrying (2/3), attempt 2 of 3\n" in kiro.log(done)
    assert last(done).usage == Usage(cost=0.054, currency="credits")


@pytest.mark.parametrize("how", ["", "announced", "silent"])
def test_an_agent_that_does_not_exist_never_becomes_another(kiro: Hosted, how: str) -> None:
    kiro.environment["KIRO_STANDIN_FALLBACK"] = how
    done = kiro.run("[[write]]", replace(RUN, command=(*RUN.command[:-1], "nobody")))
    assert done.status is Status.FAILED
    words = "mode kiro_default, asked for nobody" if how else "Mode not found: nobody"
    assert words in (last(done).reason or "")
    assert not kiro.received("session/prompt")
    assert not (kiro.folder / "hello.txt").exists()


def test_an_agent_that_becomes_another_at_work_ends_the_task(kiro: Hosted) -> None:
    done = kiro.run("[[fallback]] [[hang]]", RUN)
    assert done.status is Status.FAILED
    assert "fell back to mode kiro_default, asked for careful" in (last(done).reason or "")
    assert not kiro.left(done)


@pytest.mark.parametrize("step", ["quota", "login"])
def test_trouble_of_kiros_is_recognised(kiro: Hosted, step: str) -> None:
    done = kiro.run(f"[[{step}]]", RUN)
    assert (done.status, kiro.report(done).trouble) == (Status.FAILED, step)


def test_kiro_without_a_login(kiro: Hosted) -> None:
    kiro.environment["KIRO_STANDIN_LOGGED_OUT"] = "1"
    done = kiro.run("[[write]]", RUN)
    assert (done.status, kiro.report(done).trouble) == (Status.FAILED, "login")
