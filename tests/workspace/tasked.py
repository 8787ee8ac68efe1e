"""Tasks that change a real repository, for the tests of what is shown of them and taken."""

from __future__ import annotations

import os

from app.model.task import Task
from app.model.workspace import Workspace
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import NewTask
from app.workspace.place import Workspace as Place
from app.workspace.taskfiles import workspace_of
from tests.support import ended
from tests.workspace.repositories import Repo

OWN = Workspace(worktree=True)
"""A worktree of its own."""

WORK = "echo changed > a.txt; echo new > new.txt; git add -A; git commit -qm Work; echo more >> keep.txt"
"""One commit, and one file that is not committed."""


def begun(registry: Registry, config: Config, repo: Repo, script: str, place: Workspace | None = OWN) -> Task:
    """Submit a shell script that works in a certain kind of place."""
    new = NewTask("Change it", "scripted", ("sh", "-c", script), str(repo.top), "change-it", workspace=place)
    return operations.submit(registry, new, os.environ, config)


def done(
    registry: Registry, config: Config, repo: Repo, script: str = WORK, place: Workspace | None = OWN
) -> Task:
    """The same, and wait for its end."""
    return ended(registry, begun(registry, config, repo, script, place))


def place_of(registry: Registry, task: Task) -> Place:
    """The worktree of a task."""
    place = workspace_of(registry.home, task.id)
    assert place is not None
    return place
