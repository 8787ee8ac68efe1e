"""`make bench`: the figures that matter, each beside its peer of the same run. Nothing passes or fails.

``python -m tests.bench NAME…`` measures only what is named.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from tests.bench.queueing import fifty, thousand
from tests.bench.screen import Screen
from tests.bench.scrolling import scrolling
from tests.bench.stopping import hard_payloads
from tests.bench.workspaces import difference, workspaces
from tests.bench.world import Figure, delegate_command, fill, in_turn, milliseconds, scratch
from tests.support import delegate

FINISHED = 10_000
IDLE_S = 20.0
FLOOD = """
import sys, time
block = "".join(f"{number:8d} {'x' * 70}\\n" for number in range(5000))
for _ in range(200):
    start = time.monotonic()
    sys.stdout.write(block)
    sys.stdout.flush()
    time.sleep(max(0, 0.05 - (time.monotonic() - start)))
"""
EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("READY")
Empty().run()
"""
KEYS = 40


def main(names: list[str]) -> None:
    """Measure everything, or what is named; one line a figure."""
    world = (status, submit, runner_memory, idle, first_paint, flood)
    benches = (*world, fifty, thousand, hard_payloads, workspaces, difference, scrolling)
    known: dict[str, Callable[[], Iterator[object]]] = {bench.__name__: bench for bench in benches}
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"there is no bench {', '.join(unknown)}; there are: {', '.join(known)}")
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores; medians, taken in turn with the peer\n")
    for name in names or known:
        for figure in known[name]():
            print(figure, flush=True)


def status() -> Iterator[Figure]:
    """`delegate status` with many finished tasks, beside an empty registry and a bare interpreter."""
    bare = milliseconds([sys.executable, "-c", "pass"])
    ours = milliseconds([delegate_command(), "status"])
    with scratch() as registry:
        a_finished_task(registry)
        yield beside("status, 1 finished task", ours, "python -c pass", bare)
        fill(registry, FINISHED)
        yield beside(f"status, {FINISHED:,} finished tasks", ours, "python -c pass", bare)
        numbered = milliseconds([delegate_command(), "status", "4711", "--json"])
        yield beside(f"status 4711 --json, {FINISHED:,} finished tasks", numbered, "python -c pass", bare)


def submit() -> Iterator[Figure]:
    """From the command to the child's exec: the child says when it runs."""
    with scratch() as registry:
        stamp = registry.home.root.parent / "stamp"

        def ours() -> float:
            command = [delegate_command(), "add", "--", "sh", "-c", f"date +%s%N > {stamp}"]
            return until_stamp(stamp, lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))

        def nohup() -> float:
            line = f"{sys.executable} -c pass; nohup sh -c 'date +%s%N > {stamp}' >/dev/null 2>&1 &"
            return until_stamp(stamp, lambda: subprocess.run(["sh", "-c", line], check=True))

        yield beside("add -- true, from command to the child's exec", ours, "python; nohup &", nohup)


def runner_memory() -> Iterator[Figure]:
    """What one runner costs while its task runs."""
    with scratch() as registry:
        task = delegate(registry, "!exec sleep 60", Config())
        while not (live := registry.load(task.id).live) or not live.child or not live.runner:
            time.sleep(0.01)
        time.sleep(0.5)
        other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        time.sleep(0.5)
        yield Figure(
            "a runner's memory (PSS)", pss(live.runner.pid), "MiB", "a sleeping python", pss(other.pid)
        )
        other.kill()
        other.wait()


def idle() -> Iterator[Figure]:
    """The dashboard while nothing happens."""
    with scratch() as registry:
        for _ in range(10):
            a_finished_task(registry)
        screen = Screen([delegate_command()])
        screen.wait_for("complete")
        time.sleep(3)
        used, written = screen.idle(IDLE_S)
        screen.close()
        yield Figure("idle dashboard, share of a core", used, "%")
        yield Figure("idle dashboard, written to the terminal", written, "B/s")


def first_paint() -> Iterator[Figure]:
    """From the command to the first row on the screen, beside an empty Textual app."""
    with scratch() as registry:
        a_finished_task(registry)
        ours, theirs = [], []
        for _ in range(5):
            ours.append(painted([delegate_command()], "complete"))
            theirs.append(painted([sys.executable, "-c", EMPTY], "READY"))
        figures = statistics.median(ours), "ms", "empty Textual app", statistics.median(theirs)
        yield Figure("dashboard, from command to the first row", *figures)


def flood() -> Iterator[Figure]:
    """A key press while the visible log grows by 100,000 lines a second, and while it does not."""
    with scratch() as registry:
        a_finished_task(registry)
        screen = Screen([delegate_command()])
        screen.wait_for("complete")
        quiet = typed(screen)
        script = registry.home.root.parent / "flood.py"
        script.write_text(FLOOD)
        task = delegate(registry, f"!exec {sys.executable} {script}", Config())
        log = registry.home.log(f"{task.id}.log")
        screen.wait_for("xxxxxxxx")
        size, start = log.stat().st_size, time.perf_counter()
        flooded = typed(screen)
        lines = (log.stat().st_size - size) / 80 / (time.perf_counter() - start)
        screen.close()
        yield Figure("lines a second into the visible log", lines / 1000, "thousand")
        yield Figure(
            "a key press shows, median",
            statistics.median(flooded),
            "ms",
            "no flood",
            statistics.median(quiet),
        )
        yield Figure("a key press shows, slowest of 40", max(flooded), "ms", "no flood", max(quiet))


def typed(screen: Screen) -> list[float]:
    """Milliseconds from each key press to its letter on the screen."""
    screen.send("n")
    time.sleep(0.5)
    times, word = [], ""
    for index in range(KEYS):
        letter = "qzjx"[index % 4] if index % 8 else "k"
        word += letter
        screen.forget()
        screen.send(letter)
        times.append(screen.wait_for(word[-3:] if len(word) > 2 else word))
        time.sleep(0.03)
    screen.send("\x15")
    return times


def painted(command: list[str], text: str) -> float:
    """Milliseconds from a program's start to a text of its on the screen."""
    screen = Screen(command)
    screen.wait_for(text)
    passed = (time.perf_counter() - screen.started) * 1000
    screen.close()
    return passed


def beside(what: str, ours: Callable[[], float], peer: str, theirs: Callable[[], float]) -> Figure:
    """A figure in milliseconds beside its peer, both taken in turn."""
    mine, other = in_turn(ours, theirs)
    return Figure(what, mine, "ms", peer, other)


def until_stamp(stamp: Path, start: Callable[[], object]) -> float:
    """Milliseconds from now until the moment that a child writes into a file (in ns since the epoch)."""
    stamp.unlink(missing_ok=True)
    begin = time.time_ns()
    start()
    while not stamp.exists() or not stamp.read_text().endswith("\n"):
        time.sleep(0.001)
    return (int(stamp.read_text()) - begin) / 1e6


def pss(pid: int) -> float:
    """Proportional set size in MiB (Linux, smaps_rollup)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def a_finished_task(registry: Registry) -> None:
    """Run `true` to its end."""
    task = delegate(registry, "!true", Config())
    operations.await_end(registry, [task.id], 20)


if __name__ == "__main__":
    main(sys.argv[1:])
