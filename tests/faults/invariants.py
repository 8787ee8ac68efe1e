"""What must hold after any storm, checked against what the payloads wrote down themselves."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from app.model.status import Status
from app.model.task import Attempt, Task
from app.registry.store import DamagedRecord
from tests.faults.place import CAP_MIB, Place
from tests.support import is_alive, processes_with

LAST_LINES = frozenset(
    {"plain", "brief", "orphan", "flood", "line", "nul", "bytes", "escape", "reads", "title"}
)
SLACK = 64 * 1024


@dataclass(slots=True)
class Findings:
    """How often each invariant was checked, and where it did not hold."""

    checked: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def expect(self, holds: object, invariant: str, where: str) -> None:
        """Count a check, and note where it fails."""
        self.checked[invariant] += 1
        if not holds:
            self.violations.append(f"{invariant}: {where}")


def notes_of(place: Place) -> dict[str, list[str]]:
    """What each run wrote down, by id and attempt."""
    return {path.stem: path.read_text().splitlines() for path in place.evidence.glob("*.notes")}


def check(place: Place, found: Findings) -> None:
    """Check everything once a storm is over and all that was to end has ended."""
    notes = notes_of(place)
    tasks = {task.id: task for task in loaded(place, found)}
    listed = {*tasks, *(item.name.partition(".")[0] for item in place.registry.damaged())}
    for task_id in place.accepted:
        found.expect(task_id in listed, "accepted = listed", task_id)
    most = len(place.accepted) + place.unheard
    found.expect(len(set(place.registry.ids())) <= most, "nothing nobody asked for", f"more than {most}")
    numbers = [task.number for task in sorted(tasks.values(), key=lambda task: task.id)]
    found.expect(numbers == sorted(set(numbers)), "each number once, in the order of ids", str(numbers))
    for run, lines in notes.items():
        check_run(place, found, tasks.get(run.rpartition(".")[0]), run, lines)
    check_processes(place, found, notes)
    check_order(place, found, notes)
    for log in place.home.logs.glob("*.log"):
        if log.name.partition(".")[0] not in place.unwitnessed:
            taken = log.stat().st_blocks * 512
            found.expect(taken <= CAP_MIB * 1024 * 1024 + SLACK, "disk ≤ cap", f"{log.name} {taken}")


def loaded(place: Place, found: Findings) -> Iterator[Task]:
    """The tasks that can be read: all that were not damaged by the storm."""
    for task_id in place.registry.ids():
        try:
            task = place.registry.load(task_id)
        except DamagedRecord as damage:
            found.expect(False, "records parse or are in quarantine", str(damage))
            continue
        found.expect(True, "records parse or are in quarantine", task_id)
        newer = task.read_only
        found.expect(
            newer or (task.status.ended and not task.unsettled), "everything comes to its end", task_id
        )
        names = {path.name for path in place.home.task(task_id).iterdir()}
        found.expect(newer or not names & {"env", "end.toml"}, "an end leaves no environment", task_id)
        yield task


def check_run(place: Place, found: Findings, task: Task | None, run: str, lines: list[str]) -> None:
    """One run of one payload: once, within the limit, and recorded as it ended."""
    task_id, _, number = run.rpartition(".")
    starts = [line for line in lines if line.startswith("start ")]
    found.expect(len(starts) == 1, "nothing runs twice", run)
    beside = next((line.split()[1:] for line in lines if line.startswith("beside")), [])
    others = [name for name in beside if name.rpartition(".")[0] not in place.unwitnessed]
    found.expect(len(others) + 1 <= place.limit, "running ≤ limit", f"{run}: {len(others) + 1}/{place.limit}")
    if task is None or task_id in place.damaged:
        return
    attempt = next((item for item in task.state.attempts if item.number == int(number)), None)
    found.expect(attempt, "each run has its attempt", run)
    if attempt is not None:
        check_exit(place, found, attempt, run, lines)


def check_exit(place: Place, found: Findings, attempt: Attempt, run: str, lines: list[str]) -> None:
    """The exit code and the last line are those of the payload."""
    task_id = run.rpartition(".")[0]
    said = [line.split() for line in lines if line.startswith(("exit ", "signal "))]
    known = (attempt.exit_code, attempt.signal)
    if attempt.verdict is Status.LOST:
        found.expect(task_id in place.unwitnessed, "lost only without its runner", run)
        found.expect(known == (None, None), "exit code never invented", f"{run}: {known}")
        return
    if said and task_id not in place.disturbed:
        word, value = said[-1][:2]
        right = (int(value), None) if word == "exit" else (None, int(value))
        found.expect(known == right, "exit code = the payload's", f"{run}: {known} for {right}")
    elif not said:
        found.expect(attempt.exit_code is None, "exit code never invented", f"{run}: {known}")
    log = place.home.log(attempt.log)
    if said and said[-1][0] == "exit" and log.exists() and not _silent(place, task_id):
        last = b"the last line of " + run.encode() + b"\n"
        found.expect(tail(log, len(last)) == last, "the log's last line is there", run)


def _silent(place: Place, task_id: str) -> bool:
    """Whether the payload is one that prints no last line."""
    return place.registry.request(task_id).command[-3] not in LAST_LINES


def tail(log: Path, size: int) -> bytes:
    """The last bytes of a file."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - size))
        return file.read()


def check_processes(place: Place, found: Findings, notes: dict[str, list[str]]) -> None:
    """Nothing of any task lives, except what fled both its runner's death and its own environment."""
    for task_id in place.registry.ids():
        alive = processes_with(f"DELEGATE_TASK_FOLDER={place.home.task(task_id)}")
        found.expect(not alive, "nothing with our mark lives after a stop", f"{task_id}: {alive}")
    for run, lines in notes.items():
        if run.rpartition(".")[0] in place.unwitnessed:
            continue
        left = [process.pid for process in descendants(lines)]
        found.expect(not left, "no descendant lives after an end", f"{run}: {left}")
    found.expect(is_alive(place.stranger), "no stranger is signalled", "it is dead")


def descendants(lines: list[str]) -> Iterator[psutil.Process]:
    """The living processes that a run has noted: those that had their pid already when it was noted."""
    for line in lines:
        if line.startswith("child "):
            _, pid, noted = line.split()
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(int(pid))
                if process.create_time() <= float(noted) + 1 and is_alive(process.pid):
                    yield process


def check_order(place: Place, found: Findings, notes: dict[str, list[str]]) -> None:
    """What waited for another began after that had ended with 0."""
    for second, first in place.after.items():
        starts = [
            float(line.split()[2]) for line in notes.get(f"{second}.1", ()) if line.startswith("start ")
        ]
        if not starts or {first, second} & place.damaged:
            continue
        runs = [lines for run, lines in notes.items() if run.rpartition(".")[0] == first]
        ends = [float(line.split()[2]) for lines in runs for line in lines if line.startswith("exit 0 ")]
        found.expect(ends and min(ends) < starts[0], "order of dependencies", f"{second} after {first}")
