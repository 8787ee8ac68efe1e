"""What an agent is told when it tries again after its work was denied by the check."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from app.agents.host.assignment import read_assignment
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.model.task import Request
from app.registry.codec import dump, request_to_record
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import NewTask
from tests.support import ended

SHOWS_PROMPT = ("sh", "-c", "env > {folder}/env.$DELEGATE_ATTEMPT")


def tried_twice(registry: Registry, config: Config, folder: Path, text: str | None) -> Mapping[str, str]:
    """The environment of the second attempt of a task whose first one did not stand its check."""
    new = NewTask(
        text="make it work",
        agent="scripted",
        command=tuple(word.replace("{folder}", str(folder)) for word in SHOWS_PROMPT),
        folder=str(folder),
        name="make-it-work",
        check=f"echo 'test_pay failed: 3 is not 4'; test -e {folder}/env.2",
    )
    task = ended(registry, operations.submit(registry, new, os.environ, config))
    assert task.status is Status.FAILED
    ended(registry, operations.retry(registry, task.id, os.environ, config, text, new.command))
    lines = (folder / "env.2").read_text().splitlines()
    environment = dict(line.split("=", 1) for line in lines if line.startswith("DELEGATE_"))
    folder_of = Path(environment["DELEGATE_TASK_FOLDER"])
    request = registry.request(folder_of.name)
    _rewrite(registry, replace(request, run=AgentRun(Channel.ACP, ("agent",))))
    return environment


def _rewrite(registry: Registry, request: Request) -> None:
    registry.home.task_file(request.id, "task.toml").write_bytes(dump(request_to_record(request)))


def test_it_is_told_what_the_check_said(registry: Registry, config: Config, tmp_path: Path) -> None:
    environment = tried_twice(registry, config, tmp_path, None)
    told = read_assignment(environment, str(tmp_path)).text
    assert told.startswith("make it work\n")
    assert "test_pay failed: 3 is not 4" in told


def test_a_text_that_a_person_wrote_anew_stands_alone(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    environment = tried_twice(registry, config, tmp_path, "make it work, and mind the cents")
    assert read_assignment(environment, str(tmp_path)).text == "make it work, and mind the cents"
