"""What another one does to a task between a question and the yes to it."""

from __future__ import annotations

import os

import pytest

from app.model.status import Status
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.workspace import leaving
from app.workspace.taking import CannotTake, merge_plan, take
from tests.support import ended, until
from tests.workspace.repositories import Repo
from tests.workspace.tasked import done, place_of

WORK = "echo work >> new.txt; git add -A; git commit -qm Work"


def test_a_task_that_runs_again_by_now_keeps_its_worktree(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo, f"{WORK}; test -e again && exec sleep 600; touch again")
    operations.retry(registry, task.id, os.environ, config)
    until(lambda: registry.load(task.id).status is Status.RUNNING)
    with pytest.raises(CannotTake, match=f"#{task.number} is running"):
        leaving.throw_away(registry, task, yes=True)
    assert (place_of(registry, task).folder / "new.txt").exists()
    operations.stop(registry, task.id, kill=True)
    ended(registry, task)


def test_a_task_that_is_deleted_by_now_is_not_discarded(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo, WORK)
    operations.delete(registry, [task.id])
    with pytest.raises(operations.OperationError, match="there is no task"):
        leaving.throw_away(registry, task, yes=True)


def test_what_a_further_attempt_did_is_not_said_to_be_merged(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo, WORK)
    plan = merge_plan(registry.home, task)
    again = ended(registry, operations.retry(registry, task.id, os.environ, config))
    assert len(again.state.attempts) == 2
    take(registry, task, plan)
    assert [attempt.taken for attempt in registry.load(task.id).state.attempts] == ["main", None]
    assert registry.load(task.id).taken is None
