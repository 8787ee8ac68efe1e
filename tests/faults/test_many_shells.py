"""Fifty shells that delegate at the same moment: fifty tasks, one after the other, the urgent ones first."""

from __future__ import annotations

import random
import shlex
import subprocess
import sys
from pathlib import Path

from app.model.status import Priority, Status
from tests.faults.invariants import Findings, check, notes_of
from tests.faults.place import PAYLOAD, PROJECT, Place
from tests.faults.seeds import stranger
from tests.support import end_processes_with, until

SHELLS = 50


def shell_that_delegates(place: Place, priority: Priority) -> subprocess.Popen[str]:
    """Start a shell with one command in it."""
    payload = [sys.executable, "-I", "-S", str(PAYLOAD), str(place.evidence), "plain", "0", "0"]
    words = [sys.executable, "-m", "app", "add", "--json", "--priority", priority.word, "--", *payload]
    script = f"{shlex.join(words)} || echo refused"
    return subprocess.Popen(
        ["sh", "-c", script], cwd=PROJECT, env=place.environment, stdout=subprocess.PIPE, text=True
    )


def test_fifty_submits_at_once_are_fifty_tasks_in_order_within_the_limit(tmp_path: Path) -> None:
    chance = random.Random(50)
    with stranger() as pid:
        place = Place(tmp_path / "place", chance, pid, limit=1)
        try:
            first = place.heard(place.adding("stay", 0))
            shells = [shell_that_delegates(place, chance.choice(list(Priority))) for _ in range(SHELLS)]
            ids = {task_id for shell in shells if (task_id := place.heard(shell))}
            assert len(ids) == SHELLS
            assert first is not None
            waiting = [place.registry.load(task_id) for task_id in sorted(ids)]
            assert {task.status for task in waiting} == {Status.QUEUED}
            assert sorted(task.number for task in waiting) == list(range(2, SHELLS + 2))
            place.disturbed.add(first)
            place.shell("stop", first)
            assert until(lambda: not place.registry.open_tasks(), seconds=60)
            expect_the_order(
                place, [task.id for task in sorted(waiting, key=lambda t: (t.priority, t.number))]
            )
            found = Findings()
            check(place, found)
            assert found.violations == []
            assert found.checked["running ≤ limit"] == SHELLS + 1
        finally:
            end_processes_with(f"DELEGATE_HOME={place.home.root}")


def expect_the_order(place: Place, ids: list[str]) -> None:
    """The payloads began in this order, by their own clock."""
    began = {
        run.rpartition(".")[0]: float(line.split()[2])
        for run, lines in notes_of(place).items()
        for line in lines
        if line.startswith("start ")
    }
    assert sorted(ids, key=began.__getitem__) == ids
