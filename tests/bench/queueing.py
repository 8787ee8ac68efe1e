"""Many short tasks: a thousand that wait in the queue, and fifty submitted at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import NewTask
from tests.bench.tools import Missing, Tools, tools
from tests.bench.world import Figure, delegate_command, scratch
from tests.support import end_processes_with, until

QUEUED = 1000
AT_ONCE = 50
SLOTS = 4
TSP_HOLDS = 900
"""How many tasks tsp gets: each that waits is a process with a connection, and 1,000 are its most."""

PATIENCE_S = 300.0
LINE = 'echo "$1" >>"$2"'
SPAN = 'echo "+ $(date +%s%N)" >>"$1"; sleep 0.05; echo "- $(date +%s%N)" >>"$1"'


def thousand() -> Iterator[Figure | str]:
    """A thousand waiting tasks that write one line each: that each runs once, and what one takes."""
    with tools() as found, scratch() as registry:
        base = registry.home.root.parent
        queued, passed, once = _through_ours(registry, base / "ours")
        yield f"{once} of {QUEUED:,} queued tasks have run exactly once"
        accepted: float | None = None
        through: float | None = None
        try:
            accepted, through, once = _through_tsp(found, base)
            yield f"tsp: {once} of {TSP_HOLDS}"
        except Missing as reason:
            yield f"tsp is not here to compare with: {reason}"
        yield Figure("to accept a task, one after the other", queued, "ms", "tsp COMMAND", accepted)
        yield Figure(f"a queued task, {SLOTS} at once", passed, "ms", f"tsp -S {SLOTS}", through)


def _through_ours(registry: Registry, lines: Path) -> tuple[float, float, int]:
    """Milliseconds a task to accept and to run, and how many ran exactly once."""
    config = Config(limit=SLOTS)
    operations.pause(registry)
    start = time.perf_counter()
    for number in range(QUEUED):
        command = ("sh", "-c", LINE, "sh", str(number), str(lines))
        operations.submit(
            registry, NewTask("line", "command", command, str(lines.parent), "line"), os.environ, config
        )
    queued = time.perf_counter() - start
    start = time.perf_counter()
    operations.resume(registry, config)
    until(lambda: not registry.queue() and not registry.in_hand(), PATIENCE_S)
    return queued * 1000 / QUEUED, (time.perf_counter() - start) * 1000 / QUEUED, _once(lines)


def _through_tsp(found: Tools, base: Path) -> tuple[float, float, int]:
    """The same for tsp; a first task holds the others up until all are accepted."""
    tsp, lines, gate = found["tsp"], base / "theirs", base / "gate"
    os.mkfifo(gate)
    os.environ.update(TS_SOCKET=str(base / "tsp"), TMPDIR=str(base))
    try:
        subprocess.run([tsp, "sh", "-c", f"read _ <{gate}"], stdout=subprocess.DEVNULL, check=True)
        start = time.perf_counter()
        for number in range(TSP_HOLDS):
            words = [tsp, "-n", "sh", "-c", LINE, "sh", str(number), str(lines)]
            subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
        queued = time.perf_counter() - start
        subprocess.run([tsp, "-S", str(SLOTS)], check=True)
        start = time.perf_counter()
        gate.write_text("go\n")
        until(lambda: _count(lines) >= TSP_HOLDS, PATIENCE_S)
        passed = time.perf_counter() - start
        return queued * 1000 / TSP_HOLDS, passed * 1000 / TSP_HOLDS, _once(lines)
    finally:
        subprocess.run([tsp, "-K"], check=False)
        end_processes_with(f"HOME={base}")


def _once(lines: Path) -> int:
    """How many of the numbers stand in a file exactly once; those that stand there twice count against it."""
    counts = Counter(lines.read_text().split())
    return sum(1 if count == 1 else -1 for count in counts.values())


def _count(lines: Path) -> int:
    return lines.read_bytes().count(b"\n") if lines.exists() else 0


def fifty() -> Iterator[Figure | str]:
    """Fifty shells submit at the same moment: how long until all have it, and whether the limit holds."""
    with scratch() as registry:
        spans = registry.home.root.parent / "spans"
        ours = _at_once([delegate_command(), "add", "--", "sh", "-c", SPAN, "sh", str(spans)])
        until(lambda: not registry.queue() and not registry.in_hand(), PATIENCE_S)
        theirs = _at_once(["sh", "-c", f"{sys.executable} -c pass; nohup true >/dev/null 2>&1 &"])
        yield (
            f"{len(registry.ids())} of {AT_ONCE} tasks submitted at once are listed, "
            f"{_count(spans) // 2} have run, {_most_at_once(spans)} at a time (limit {Config().limit})"
        )
        yield Figure(f"{AT_ONCE} submits at once, all", ours, "ms", f"{AT_ONCE} × python; nohup &", theirs)


def _at_once(words: list[str]) -> float:
    """Milliseconds until fifty runs of a command, started together, have all returned."""
    start = time.perf_counter()
    shells = [subprocess.Popen(words, stdout=subprocess.DEVNULL) for _ in range(AT_ONCE)]
    for shell in shells:
        shell.wait()
    return (time.perf_counter() - start) * 1000


def _most_at_once(spans: Path) -> int:
    """How many of the spans overlap at most, by what the tasks themselves wrote."""
    marks = sorted((line.split() for line in spans.read_text().splitlines()), key=lambda mark: int(mark[1]))
    running = most = 0
    for sign, _ in marks:
        running += 1 if sign == "+" else -1
        most = max(most, running)
    return most
