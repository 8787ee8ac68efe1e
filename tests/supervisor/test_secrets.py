"""What a task's environment holds reaches the task, and nothing else that is written or told."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.model.status import Status
from app.model.task import Task
from app.registry.config import Config
from app.registry.store import Registry
from app.registry.transaction import ENVIRONMENT
from app.supervisor import operations
from tests.cli.conftest import Shell
from tests.support import content_of, ended, until

NAME, SECRET = "API_TOKEN_9F3", "hunter2-e7c1"
"""Neither may be found anywhere."""


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that tasks are delegated from."""
    monkeypatch.setenv(NAME, SECRET)


def submit(registry: Registry, config: Config, folder: Path, then: str, **more: int) -> Task:
    """A task whose payload, a script outside of the registry, notes what it was given, and goes on."""
    payload = folder / "payload.sh"
    payload.write_text(f'echo "${NAME}" >> "{folder}/given"\n{then}\n')
    new = operations.NewTask("x", "command", ("sh", str(payload)), str(folder), "x", **more)  # type: ignore[arg-type]
    return operations.submit(registry, new, os.environ, config)


def given(folder: Path, times: int = 1) -> bool:
    """Whether the payload had the secret, each of so many times; waits for it."""
    path = folder / "given"
    return until(lambda: path.exists() and path.read_text().split() == [SECRET] * times)


def holding(registry: Registry) -> set[str]:
    """The names of the files in the registry that hold the secret or its name."""
    words = (SECRET.encode(), NAME.encode())
    files = [path for path in registry.home.root.rglob("*") if path.is_file()]
    assert files
    return {path.name for path in files if any(word in content_of(path) for word in words)}


def tells(shell: Shell) -> bool:
    """Whether the secret or its name is in anything that the shell command says."""
    lines = (
        ["status", "--json", "--all"],
        ["status", "1"],
        ["result", "1", "--json"],
        ["logs", "1"],
        ["doctor"],
        ["doctor", "--json"],
    )
    said = "".join(ran.out + ran.err for ran in (shell.run(*words) for words in lines))
    assert "#1" in said
    return SECRET in said or NAME in said


def in_a_command_line() -> bool:
    """Whether the secret is where every user of the machine can read it."""
    return any(SECRET.encode() in line for line in command_lines())


def command_lines() -> Iterator[bytes]:
    """The command lines of all processes."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            continue


def environment_of_runner(registry: Registry, task: Task) -> bytes:
    """What the runner of a task was started with."""
    live = registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    return Path(f"/proc/{live.runner.pid}/environ").read_bytes()


def test_while_it_runs_and_after_its_end(
    shell: Shell, registry: Registry, config: Config, tmp_path: Path
) -> None:
    task = submit(registry, config, tmp_path, "exec sleep 100")
    assert given(tmp_path)
    assert until(lambda: holding(registry) == set())
    assert not tells(shell)
    if Path("/proc/self").exists():
        assert not in_a_command_line()
        assert SECRET.encode() not in environment_of_runner(registry, task)
    operations.stop(registry, task.id, kill=True)
    ended(registry, task)
    assert holding(registry) == set()
    assert not tells(shell)


def test_while_it_waits_it_is_in_one_private_file_until_its_start(
    shell: Shell, registry: Registry, config: Config, tmp_path: Path
) -> None:
    operations.pause(registry)
    task = submit(registry, config, tmp_path, "exit 3")
    assert holding(registry) == {ENVIRONMENT}
    assert registry.home.task_file(task.id, ENVIRONMENT).stat().st_mode & 0o777 == 0o600
    assert not tells(shell)
    operations.resume(registry, config)
    assert ended(registry, task).status is Status.FAILED
    assert given(tmp_path)
    assert until(lambda: holding(registry) == set())
    assert not tells(shell)


def test_a_waiting_task_that_is_stopped_forgets_it(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    operations.pause(registry)
    stopped = submit(registry, config, tmp_path, "true")
    operations.stop(registry, stopped.id)
    assert holding(registry) == set()


def test_a_task_that_is_run_again_by_a_person(
    shell: Shell, registry: Registry, config: Config, tmp_path: Path
) -> None:
    task = submit(registry, config, tmp_path, "exit 3")
    ended(registry, task)
    operations.retry(registry, task.id, os.environ, config)
    ended(registry, task)
    assert given(tmp_path, times=2)
    assert until(lambda: holding(registry) == set())
    assert not tells(shell)


def test_a_task_that_is_tried_again_by_itself_keeps_it_only_until_its_last_attempt(
    shell: Shell, registry: Registry, config: Config, tmp_path: Path
) -> None:
    task = submit(registry, config, tmp_path, "exit 3", retries=1)
    assert given(tmp_path)
    assert until(lambda: registry.load(task.id).state.not_before is not None)
    assert holding(registry) == {ENVIRONMENT}
    assert not tells(shell)
    operations.free(registry, task.id, config)
    assert given(tmp_path, times=2)
    assert ended(registry, task).status is Status.FAILED
    assert until(lambda: holding(registry) == set())
    assert not tells(shell)


def test_a_runner_that_is_killed_tells_nothing(
    shell: Shell, registry: Registry, config: Config, tmp_path: Path
) -> None:
    task = submit(registry, config, tmp_path, "exec sleep 100")
    assert given(tmp_path)
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    live = registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    os.kill(live.runner.pid, signal.SIGKILL)
    assert until(lambda: registry.load(task.id).status is Status.LOST)
    operations.tidy(registry, config)
    operations.stop(registry, task.id, kill=True)
    assert until(lambda: holding(registry) == set())
    assert not tells(shell)


def test_what_cannot_be_started_says_nothing_of_it(
    shell: Shell, registry: Registry, config: Config, tmp_path: Path
) -> None:
    new = operations.NewTask("x", "command", ("no-such-program",), str(tmp_path), "x")
    ended(registry, operations.submit(registry, new, os.environ, config))
    assert until(lambda: holding(registry) == set())
    assert not tells(shell)


def test_a_runner_that_fails_complains_without_it(registry: Registry, config: Config, tmp_path: Path) -> None:
    operations.pause(registry)
    task = submit(registry, config, tmp_path, "true")
    log = registry.home.log(f"{task.id}.log")
    log.mkdir()
    operations.resume(registry, config)
    assert ended(registry, task).status is not Status.COMPLETE
    assert until(lambda: holding(registry) == set())
