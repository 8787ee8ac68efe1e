"""What every test gets: folders of its own, and a look at its end whether anything of it still runs."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from app.registry.config import Config
from app.registry.paths import Home
from app.registry.store import Registry
from app.supervisor import launch, operations
from tests.support import end_processes_with, processes_with, until

# A shell that runs this in the background has interrupts ignored, and programs that are started inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # starting without caches is four times slower
# By default an example must take less than 200 ms, which says something of the machine only.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folders of the test's own for everything that would otherwise be the user's; its registry's root."""
    base = tmp_path_factory.mktemp("user")
    root = base / "state" / "delegate"
    for name, folder in {
        "HOME": base,
        "DELEGATE_HOME": root,
        "XDG_STATE_HOME": base / "state",
        "XDG_CONFIG_HOME": base / "config",
        "XDG_CACHE_HOME": base / "cache",
        "XDG_DATA_HOME": base / "data",
    }.items():
        folder.mkdir(parents=True, exist_ok=True)
        monkeypatch.setenv(name, str(folder))
    for name in [key for key in os.environ if key.startswith("DELEGATE_") and key != "DELEGATE_HOME"]:
        if not name.startswith("DELEGATE_TEST_"):
            monkeypatch.delenv(name)
    root.rmdir()
    yield root
    if root.exists():
        _leave_nothing_running(root)


def _leave_nothing_running(root: Path) -> None:
    registry = Registry(Home(root))
    with contextlib.suppress(operations.OperationError):
        operations.pause(registry)
    for task_id in registry.in_hand():
        with contextlib.suppress(operations.OperationError):
            operations.stop(registry, task_id, kill=True)
    mark = f"DELEGATE_HOME={root}"
    gone = until(lambda: not processes_with(mark), seconds=30)
    launch.reap()
    left = end_processes_with(mark)
    assert gone, f"processes of the test outlived it: {left}"


@pytest.fixture
def registry(home: Path) -> Registry:
    """An empty registry of the test's own."""
    return Registry(Home(home)).open()


@pytest.fixture
def config() -> Config:
    """Settings for tests: a short time of grace."""
    return Config(grace_s=0.5)
