"""Why `delegate status 7` says of a live task what it says: the facts, seen twice within a moment."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

from app.cli.output import paint, table
from app.model.task import Task
from app.model.vitals import Change, Vitals, change
from app.registry.store import Registry
from app.supervisor.evidence import evidence, log_line, process_lines
from app.supervisor.vitals import sample

BETWEEN_S = 0.3
"""The time between both looks: the shortest that tells a task at work from one that waits."""

HEADING = "Why it says so"


def why(registry: Registry, tasks: Sequence[Task], *, colour: bool = False) -> dict[str, list[str]]:
    """The lines of each task that a runner has in hand, by id. Takes `BETWEEN_S`, however many there are."""
    first = _samples(registry, tasks)
    if not first:
        return {}
    time.sleep(BETWEEN_S)
    second = _samples(registry, tasks)
    return {
        task_id: lines(seen, change(first[task_id], seen), colour)
        for task_id, seen in second.items()
        if task_id in first and seen.held
    }


def lines(seen: Vitals, used: Change | None, colour: bool) -> list[str]:
    """The facts of one task under their heading, then its processes."""
    facts = [*evidence(seen, used), *((("log size", log_line(seen.log)),) if seen.log else ())]
    processes = process_lines(seen.processes)
    labels = ["processes", *[""] * len(processes)]
    rows = [*facts, *zip(labels, processes, strict=False)]
    return [f"  {paint(HEADING, 'bold', colour)}", *table(rows, indent=4)]


def _samples(registry: Registry, tasks: Sequence[Task]) -> dict[str, Vitals]:
    found = {}
    for task in tasks:
        if task.live is not None:
            with suppress(OSError):  # told without it rather than not at all
                found[task.id] = sample(registry, task)
    return found
