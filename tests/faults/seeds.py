"""One storm for each seed: what happens in it is decided by the seed, when exactly is left to the machine."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.faults.invariants import Findings, check, descendants, notes_of
from tests.faults.place import Place
from tests.faults.storm import rage
from tests.support import end_processes_with, processes_with, until

ACTIONS = 14

_STRANGER = """
import os, signal, sys
for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, lambda number, _: (print(number, flush=True), os._exit(1)))
print("ready", flush=True)
sys.stdin.read()
"""


@dataclass(slots=True)
class Figures:
    """What all storms together did."""

    seeds: int = 0
    tasks: int = 0
    killed: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    found: Findings = field(default_factory=Findings)

    def in_a_line(self) -> str:
        """The sums."""
        return (
            f"{sum(self.faults.values())} faults, {self.tasks} tasks, {self.killed} processes killed, "
            f"{sum(self.found.checked.values())} checks, {len(self.found.violations)} violations"
        )

    def in_words(self) -> str:
        """Everything, one line for each kind."""
        lines = [f"{self.seeds} seeds: {self.in_a_line()}", "", "faults injected"]
        lines += [f"  {count:6}  {kind}" for kind, count in sorted(self.faults.items())]
        lines += ["", "invariants checked"]
        lines += [f"  {count:6}  {kind}" for kind, count in sorted(self.found.checked.items())]
        lines += ["", *(f"VIOLATION {violation}" for violation in self.found.violations)]
        return "\n".join(lines)


@contextmanager
def stranger() -> Iterator[int]:
    """A process that has nothing to do with any task, and would tell of any signal."""
    words = [sys.executable, "-I", "-S", "-c", _STRANGER]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process.pid
        process.communicate()
        assert process.returncode == 0, "a stranger was signalled"


def survive(base: Path, seed: int, figures: Figures) -> None:
    """Let one storm rage in a folder, bring everything to its end, and check that all invariants hold."""
    with stranger() as pid:
        place = Place(base, random.Random(seed), pid)
        already = len(figures.found.violations)
        try:
            rage(place, ACTIONS)
            calm(place)
            check(place, figures.found)
        finally:
            end_processes_with(f"DELEGATE_HOME={place.home.root}")
            end_what_fled(place)
    figures.seeds += 1
    set_aside = [item for item in place.registry.damaged() if item.name.startswith("agent_")]
    figures.tasks += len(place.registry.ids()) + len(set_aside)
    figures.killed += place.killed
    figures.faults.update(place.faults)
    for index in range(already, len(figures.found.violations)):
        figures.found.violations[index] = f"seed {seed}: {figures.found.violations[index]}"


def calm(place: Place) -> None:
    """Stop what would stay and wait for the rest, as a person would with the shell command."""
    place.shell("resume")
    for _ in range(5):
        place.disturbed.update(task.id for task in place.registry.open_tasks())
        place.shell("stop", "--all", "--yes")
        for task in place.registry.recent(1000):
            if task.id in place.unwitnessed:
                place.shell("stop", task.id, "--kill")
        place.shell("status")
        if not [task for task in place.registry.open_tasks() if not task.read_only]:
            break
    mark = f"DELEGATE_HOME={place.home.root}"
    until(lambda: not processes_with(mark), seconds=20)


def end_what_fled(place: Place) -> None:
    """End the processes without a mark whose runner was killed: only the payload knows their pids."""
    for lines in notes_of(place).values():
        for process in descendants(lines):
            with contextlib.suppress(psutil.Error):
                process.kill()
