"""What an attempt has left behind is read once when it is closed, and no fault in it costs the exit code."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from app.model.changes import ChangedFile, Changes, Kind
from app.model.report import Report
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.model.task import Attempt, State, Task
from app.model.workspace import Workspace
from app.registry.asking import write_report
from app.registry.changed import write_changes
from app.registry.holds import holds
from app.registry.paths import log_name
from app.registry.store import Registry
from app.registry.transaction import transaction
from app.supervisor.finish import close
from tests.registry.test_registry import accept

RUN = AgentRun(Channel.EXEC, ("agent", "{task}"), client="agent")
COMPLETE = 'attempt = 1\nverdict = "complete"\nexit_code = 0\nduration_s = 1.0\n'
FAILED = 'attempt = 1\nverdict = "failed"\nexit_code = 7\nduration_s = 1.0\n'


def ended_unclosed(registry: Registry, end: str, run: AgentRun | None = None, **asked: Any) -> Task:
    """A task whose runner has written its end down and is gone; ``run`` is how its agent ran at last."""
    task = accept(registry, **asked)
    attempt = Attempt(1, log_name(task.id, 1))
    with transaction(registry) as change:
        change.write_state(task, State(Status.STARTING, attempts=(attempt,), run=run))
    registry.home.task_file(task.id, "end.toml").write_text(end)
    return task


def log_of(registry: Registry, task: Task) -> Path:
    """Where the log of the first attempt is."""
    return registry.home.log(log_name(task.id, 1))


def closed(registry: Registry, task: Task) -> Attempt:
    """Close the attempt, and return it as its record has it."""
    close(registry, task.id)
    state = registry.state(task.id)
    assert state.status is not Status.STARTING
    return state.attempts[-1]


def test_each_file_is_read_once(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    task = ended_unclosed(registry, COMPLETE, run=RUN, workspace=Workspace(worktree=True))
    changes = Changes(files=(ChangedFile("a.txt", Kind.ADDED, 1, 0),))
    write_changes(registry.home, task.id, 1, changes)
    write_report(registry.home, task.id, Report(1, verdict=Status.COMPLETE))
    registry.home.task_file(task.id, "outcome.toml").write_text('error = "none"\n')
    log_of(registry, task).write_text("workspace: here\n")
    opened: Counter[str] = Counter()
    really = os.open

    def counting(path: Any, *more: Any, **named: Any) -> int:
        opened[Path(os.fsdecode(path)).name] += 1
        return really(path, *more, **named)

    monkeypatch.setattr(os, "open", counting)
    attempt = closed(registry, task)
    assert attempt.verdict is Status.COMPLETE
    assert attempt.outcome.files == ("a.txt",)
    assert {name: opened[name] for name in ("changes.toml", "report.toml", "outcome.toml")} == {
        "changes.toml": 1,
        "report.toml": 1,
        "outcome.toml": 1,
    }
    assert opened[log_name(task.id, 1)] == 2, "its beginning and its end"


@pytest.mark.parametrize("end", [COMPLETE, FAILED])
@pytest.mark.parametrize("packed", [True, False])
def test_a_log_that_cannot_be_read_costs_the_figures_only(registry: Registry, end: str, packed: bool) -> None:
    task = ended_unclosed(registry, end, workspace=Workspace(worktree=True))
    write_changes(registry.home, task.id, 1, Changes())
    log = log_of(registry, task)
    if packed:
        log.with_name(f"{log.name}.gz").write_bytes(b"no gzip at all")
    else:
        log.symlink_to("elsewhere")
    attempt = closed(registry, task)
    assert (attempt.verdict, attempt.exit_code) == (
        (Status.COMPLETE, 0) if end == COMPLETE else (Status.FAILED, 7)
    )
    assert str(attempt.outcome.error).startswith("the output could not be read: ")
    assert attempt.qualifier is None, "what cannot be read is not nothing"
    assert attempt.summary == "summary.md"


def test_a_failure_is_shared_by_the_terms_under_which_the_agent_ran_at_last(registry: Registry) -> None:
    task = ended_unclosed(registry, FAILED, run=RUN, agent="claude")
    assert task.request.run is None
    write_report(registry.home, task.id, Report(1, verdict=Status.FAILED, reason="used up", trouble="quota"))
    assert closed(registry, task).reason == "used up"
    assert [(hold.agent, hold.trouble, hold.reason) for hold in holds(registry.home)] == [
        ("claude", "quota", "used up")
    ]
