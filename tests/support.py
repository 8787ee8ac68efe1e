"""Helpers that tests share: waiting for a condition, finding and ending a test's own processes, tools."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.agents.delegation import prepare
from app.model.request import parse_request
from app.model.task import Task
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations


def until(condition: Callable[[], object], seconds: float = 30.0) -> bool:
    """Wait for a condition to hold, at most so long; tells whether it came to hold."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def processes_with(entry: str) -> dict[int, str]:
    """Command lines by pid of the living processes that have this entry in their environment."""
    found = {}
    name, _, value = entry.partition("=")
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(name) == value:
                found[process.pid] = " ".join(process.cmdline())
        except (psutil.Error, OSError):
            continue
    return found


def mark_of(registry: Registry, task: Task) -> str:
    """What every process of a task has in its environment, and no process of another registry's."""
    return f"DELEGATE_TASK_FOLDER={registry.home.task(task.id)}"


def end_processes_with(entry: str) -> dict[int, str]:
    """Kill what ``processes_with`` finds, each checked to be still itself, and return it."""
    found = processes_with(entry)
    for pid in found:
        try:
            psutil.Process(pid).send_signal(signal.SIGKILL)
        except psutil.Error:
            continue
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def delegate(registry: Registry, text: str, config: Config, folder: Path | None = None) -> Task:
    """Submit what a person might type."""
    new = prepare(parse_request(text), folder or Path.cwd(), config)
    return operations.submit(registry, new, os.environ, config)


def ended(registry: Registry, task: Task, seconds: float = 60.0) -> Task:
    """Wait until a task has ended and return it as it stands then."""
    return operations.await_end(registry, [task.id], seconds)[0]


def content_of(path: Path) -> bytes:
    """What is in a file; nothing in one that a runner has moved to its place or removed meanwhile."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def need(tool: str) -> str:
    """The path of a tool that a test cannot do without: skipped where it is missing, an error in CI."""
    path = shutil.which(tool)
    if path is None:
        if os.environ.get("DELEGATE_TEST_REQUIRE_ALL"):
            pytest.fail(f"{tool} is not installed")
        pytest.skip(f"{tool} is not installed")
    return path
