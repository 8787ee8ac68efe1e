"""An agent made with the protocol's own library understands us, and we it: somebody else's reading of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.model.ask import ChoiceKind
from app.model.report import Usage
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.supervisor import operations
from tests.agents.hosted import Hosted, last
from tests.support import until

pytest.importorskip("acp")

RUN = AgentRun(Channel.ACP, (sys.executable, str(Path(__file__).with_name("sdk_agent.py"))), mode="plan")


@pytest.fixture
def library(hosted: Hosted, tmp_path: Path) -> Hosted:
    """A place for tasks of that agent."""
    (tmp_path / "store").mkdir()
    hosted.environment["AGENT_STORE"] = str(tmp_path / "store")
    return hosted


@pytest.mark.parametrize(
    ("kind", "written"), [(ChoiceKind.ALLOW_ONCE, True), (ChoiceKind.REJECT_ONCE, False)]
)
def test_prompt_mode_question_plan_and_usage(library: Hosted, kind: ChoiceKind, written: bool) -> None:
    task = library.submit("write it", RUN)
    assert library.asked(task)[0].title == "Write hello.txt"
    library.answer(task, kind)
    done = library.ended(task)
    assert (done.status, library.report(done).mode) == (Status.COMPLETE, "plan")
    assert (library.folder / "hello.txt").exists() == written
    assert last(done).usage == Usage(20, 10)
    assert "plan 0/1 · Write it\n" in library.log(done)
    assert ("· done +1 −0\n" in library.log(done)) == written
    assert not library.left(done)


def test_going_on(library: Hosted) -> None:
    run = AgentRun(RUN.channel, RUN.command, trusted=True)
    first = library.run("write it", run)
    environment = {**os.environ, **library.environment}
    operations.retry(library.registry, first.id, environment, library.config, "again", continues=1)
    again = library.ended(first)
    assert last(again).session == last(first).session
    assert "1 before this.\n" in library.log(again)
    assert "said before" not in library.log(again)


def test_cancelling(library: Hosted) -> None:
    task = library.submit("wait", RUN)
    assert until(lambda: library.registry.load(task.id).status is Status.RUNNING)
    assert until(lambda: "0 before this." in library.log(task))
    operations.stop(library.registry, task.id)
    assert library.ended(task).status is Status.STOPPED
    assert not library.left(task)
