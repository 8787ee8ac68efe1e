"""What the benches measure in: a registry of their own with many finished tasks, and the clock."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.registry.paths import Home
from app.registry.store import Registry
from app.supervisor import operations
from tests.support import processes_with, until


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its peer of the same run, both in the same unit."""

    what: str
    ours: float
    unit: str
    peer: str = ""
    theirs: float | None = None

    def __str__(self) -> str:
        line = f"{self.what:<58} {self.ours:9.2f} {self.unit}"
        if self.theirs is None:
            return line
        ratio = f"{self.ours / self.theirs:.2f}×" if self.theirs else "–"
        return f"{line:<74} {self.peer}: {self.theirs:.2f} {self.unit} ({ratio})"


@contextmanager
def scratch() -> Iterator[Registry]:
    """A registry in a folder of its own, with HOME and the XDG folders beside it; nothing is left of it."""
    base = Path(tempfile.mkdtemp(prefix="delegate-bench-"))
    before = dict(os.environ)
    os.environ.update(
        HOME=str(base),
        DELEGATE_HOME=str(base / "registry"),
        XDG_STATE_HOME=str(base / "state"),
        XDG_CONFIG_HOME=str(base / "config"),
        XDG_CACHE_HOME=str(base / "cache"),
    )
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    registry = Registry(Home(base / "registry")).open()
    try:
        yield registry
    finally:
        operations.pause(registry)
        for task_id in registry.in_hand():
            operations.stop(registry, task_id, kill=True)
        operations.await_end(registry, registry.in_hand(), 15)
        until(lambda: not processes_with(f"HOME={base}"), 15)  # they would make the folder anew
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(base, ignore_errors=True)


def delegate_command() -> str:
    """The console script beside the interpreter that runs the bench."""
    return str(Path(sys.executable).with_name("delegate"))


def milliseconds(command: Sequence[str]) -> Callable[[], float]:
    """A function that runs a command once and returns how long it took, in milliseconds."""

    def once() -> float:
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return (time.perf_counter() - start) * 1000

    return once


def in_turn(ours: Callable[[], float], theirs: Callable[[], float], runs: int = 15) -> tuple[float, float]:
    """The medians of two measurements taken in turn, after one of each that does not count."""
    ours()
    theirs()
    pairs = [(ours(), theirs()) for _ in range(runs)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def fill(registry: Registry, count: int) -> None:
    """Give the registry so many finished tasks: copies of a real record, each with its own number and id."""
    task = registry.home.task(registry.ids()[0])
    request, state = (task / "task.toml").read_text(), (task / "state.toml").read_text()
    for number in range(2, count + 1):
        day, rest = divmod(number, 86_400)
        task_id = f"agent_202701{day + 1:02d}_{rest // 3600:02d}{rest % 3600 // 60:02d}{rest % 60:02d}"
        folder = registry.home.task(task_id)
        folder.mkdir()
        own = request.replace(task.name, task_id).replace("number = 1\n", f"number = {number}\n")
        (folder / "task.toml").write_text(own)
        (folder / "state.toml").write_text(state)
    settings = registry.home.settings.read_text()
    settings = settings.replace("next_number = 2", f"next_number = {count + 1}").replace(task.name, task_id)
    registry.home.settings.write_text(settings)
