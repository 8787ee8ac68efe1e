"""Agents behind the fence: a place for their tasks, a shell script for one, the stand-in of the protocol."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.agents import fencing
from app.model.run import AgentRun, Channel
from tests.agents.hosted import Hosted
from tests.support import need


@pytest.fixture
def place(hosted: Hosted) -> Hosted:
    """A place for tasks behind a fence; skipped where there can be none."""
    need("bwrap")
    if (why := fencing.problem()) is not None:
        if os.environ.get("DELEGATE_TEST_REQUIRE_ALL"):
            pytest.fail(why)
        pytest.skip(why)
    return hosted


def shell(script: str, **changes: object) -> AgentRun:
    """An agent behind a fence that is a shell script; its output is plain text."""
    run = AgentRun(Channel.EXEC, ("/bin/sh", "-c", script), sandbox="workspace", network=False)
    return replace(run, **changes)  # type: ignore[arg-type]


def user_home() -> Path:
    return Path(os.environ["HOME"])


@pytest.fixture
def acp(place: Hosted) -> AgentRun:
    """The stand-in that speaks the protocol, behind a fence with all it needs in its folder."""
    here = Path(__file__).parents[1]
    shutil.copytree(here / "standins", place.folder / "copy" / "tests" / "standins")
    (place.folder / "copy" / "tests" / "__init__.py").touch()
    place.evidence = place.folder / "evidence.jsonl"
    place.environment["STANDIN_EVIDENCE"] = str(place.evidence)
    place.environment["STANDIN_HOME"] = str(place.folder / "conversations")
    agent = place.folder / "copy" / "tests" / "standins" / "acp_agent.py"
    return AgentRun(Channel.ACP, (sys.executable, str(agent)), sandbox="workspace", network=False)
