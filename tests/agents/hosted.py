"""Tasks whose agent is the stand-in, run as real ones: runner, host and client are processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from app.model.ask import Answer, Ask, ChoiceKind
from app.model.report import Report
from app.model.run import AgentRun, Channel
from app.model.task import Attempt, Task
from app.registry.asking import read_report, write_answer
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from tests.support import ended, mark_of, processes_with, until

AGENT = Path(__file__).parents[1] / "standins" / "acp_agent.py"
HOST = ("{python}", "-I", "-m", "app.agents.host")
RUN = AgentRun(Channel.ACP, (sys.executable, str(AGENT)), client="standin")


@dataclass
class Hosted:
    """A registry in which tasks of the stand-in are delegated, and what the stand-in put down itself."""

    registry: Registry
    folder: Path
    evidence: Path
    config: Config
    environment: dict[str, str] = field(default_factory=dict)
    usual: AgentRun = RUN

    def submit(self, text: str, run: AgentRun | None = None, **changes: Any) -> Task:
        """Delegate a text to the stand-in, or to whichever client is the usual one here."""
        run = run or self.usual
        new = operations.NewTask(
            text=text, agent="standin", command=HOST, folder=str(self.folder), name="standin", run=run
        )
        environment = {**os.environ, **self.environment}
        return operations.submit(self.registry, replace(new, **changes), environment, self.config)

    def run(self, text: str, run: AgentRun | None = None, **changes: Any) -> Task:
        """Delegate a text and wait for its end."""
        return ended(self.registry, self.submit(text, run, **changes), 60)

    def ended(self, task: Task) -> Task:
        """The task once it has ended."""
        return ended(self.registry, task, 60)

    def processes(self, task: Task) -> dict[int, str]:
        """The command lines of a task's processes, by pid."""
        return processes_with(mark_of(self.registry, task))

    def log(self, task: Task) -> str:
        """What the log of the newest attempt says."""
        attempt = self.registry.load(task.id).attempt
        assert attempt is not None
        return self.registry.home.log(attempt.log).read_text()

    def report(self, task: Task, attempt: int = 1) -> Report:
        """The last report of an attempt."""
        report = read_report(self.registry.home, task.id, attempt)
        assert report is not None
        return report

    def asked(self, task: Task, count: int = 1) -> tuple[Ask, ...]:
        """The open questions of a task, once there are as many."""
        assert until(lambda: len(self.registry.load(task.id).asks) >= count, 30), self.log(task)
        return self.registry.load(task.id).asks

    def answer(self, task: Task, kind: ChoiceKind, ask: Ask | None = None) -> None:
        """Answer a question as a person does."""
        ask = ask or self.asked(task)[0]
        assert write_answer(self.registry.home, task.id, Answer(ask.number, kind))

    def notes(self, what: str | None = None) -> list[dict[str, Any]]:
        """What the stand-in put down, or only the entries of one kind."""
        if not self.evidence.exists():
            return []
        found = [json.loads(line) for line in self.evidence.read_text().splitlines()]
        return [note for note in found if what is None or note["what"] == what]

    def received(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every message of this method that reached the stand-in."""
        messages = [note["message"] for note in self.notes("received")]
        return [message.get("params", {}) for message in messages if message.get("method") == method]

    def noted(self, what: str, count: int = 1) -> list[dict[str, Any]]:
        """Entries of the stand-in's of one kind, once there are as many."""
        assert until(lambda: len(self.notes(what)) >= count), self.notes()
        return self.notes(what)

    def left(self, task: Task) -> dict[int, str]:
        """The processes of a task that run, after those that are going have had their time."""
        until(lambda: not processes_with(mark_of(self.registry, task)), 8)
        return processes_with(mark_of(self.registry, task))

    def git(self, *words: str) -> None:
        """Run git in the folder."""
        subprocess.run(["git", "-C", str(self.folder), *words], check=True, capture_output=True)


def last(task: Task) -> Attempt:
    """The newest attempt of a task."""
    assert task.attempt is not None
    return task.attempt


@pytest.fixture
def hosted(registry: Registry, tmp_path: Path) -> Hosted:
    """A place for tasks of the stand-in, in a repository with one commit."""
    folder = tmp_path / "repository"
    folder.mkdir()
    evidence = tmp_path / "evidence.jsonl"
    place = Hosted(registry, folder, evidence, Config(grace_s=5.0, limit=8))
    place.environment = {"STANDIN_EVIDENCE": str(evidence), "STANDIN_HOME": str(tmp_path / "conversations")}
    place.git("init", "-q")
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    place.git(*who, "commit", "-q", "--allow-empty", "-m", "Begin")
    return place
