"""A project whose agents are to be approved, for the tests of approvals and of what they allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.model.agent import AgentDefinition
from app.model.run import AgentRun
from tests.agents.catalogs import SHOP, Project, new_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with the definition of a Kiro agent and a prompt file, and Kiro installed."""
    made = new_project(tmp_path)
    monkeypatch.setenv("PATH", str(made.programs))
    made.install("kiro-cli", "claude", "aider", "tool", "bwrap")
    made.write(".kiro/agents/prompt.md", "Be good.")
    made.write(".kiro/agents/shop.json", {**SHOP, "prompt": "file://prompt.md"})
    return made


def run_of(agent: AgentDefinition) -> AgentRun:
    """How an agent is run."""
    assert agent.run is not None
    return agent.run
