"""Watching files until somebody stops it, with or without a job after each change."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from app.agents.worker.figures import counted
from app.agents.worker.jobs import UnableError
from app.agents.worker.journal import say
from app.agents.worker.places import resolve
from app.agents.worker.processes import received
from app.agents.worker.project import Project
from app.agents.worker.repository import not_ignored, tracked

_STEP_MS, _DEBOUNCE_MS, _PATIENCE_MS = 200, 400, 10_000
"""How often a watch looks up: five times a second, which costs nothing that could be measured."""

_AFTERMATH_S = 1.0
"""How long after the end of a job the changes that it made may still be told of."""

NAMED = 5
"""How many files a line names before it counts the others."""


@dataclass(slots=True)
class Seen:
    """What a watch has seen so far: changes by file, and how the job went each time that it was done."""

    changes: int = 0
    files: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    failures: int = 0
    last: str = ""
    done: float = 0.0
    """When the job was last done, on the monotonic clock."""

    @property
    def headline(self) -> str:
        """In a few words: ``12 changes in 3 files; 5 runs, 1 failed; last: 12 passed``."""
        parts = [f"{counted(self.changes, 'change')} in {counted(len(self.files), 'file')}"]
        if self.runs:
            parts.append(counted(self.runs, "run") + (f", {self.failures} failed" if self.failures else ""))
        return "; ".join([*parts, *([f"last: {self.last}"] if self.last else [])])

    @property
    def lines(self) -> tuple[str, ...]:
        """The files that changed most."""
        return tuple(f"{name}: {counted(count, 'change')}" for name, count in self.files.most_common(20))


def watch_files(
    project: Project, paths: Iterable[str], act: Callable[[], tuple[bool, str]] | None, seen: Seen
) -> None:
    """Says which files change, and acts after each change, until a signal comes; ``seen`` is kept up to date.

    ``act`` tells whether it went well, and how in a few words. Raises UnableError for a path that is not
    there.
    """
    places = resolve(project.folder, paths, project.folder) or (".",)
    told = begin(project.folder / place for place in places)
    say(f"Watching {', '.join(places)} in {project.folder}")
    if act is not None:
        _do(act, seen)
    own: set[str] = set()
    for at, names in changes_from(project.folder, told):
        wanted = not_ignored(project.folder, names)
        if act is not None and at < seen.done + _AFTERMATH_S:
            wanted = _without_own(project.folder, wanted, own)
        if not wanted:
            continue
        seen.changes += 1
        seen.files.update(wanted)
        more = f" and {len(wanted) - NAMED} more" if len(wanted) > NAMED else ""
        say(f"Changed: {', '.join(wanted[:NAMED])}{more}")
        if act is not None:
            _do(act, seen)


def _without_own(folder: Path, names: list[str], own: set[str]) -> list[str]:
    """What changed while the job was done, without what it writes itself each time: that would never end.

    A file that git does not keep is the job's own once it has changed during two of its runs; ``own`` is what
    has changed in one.
    """
    strange = set(names) - tracked(folder, names)
    again = strange & own
    own |= strange
    return [name for name in names if name not in again]


def _do(act: Callable[[], tuple[bool, str]], seen: Seen) -> None:
    """One run of the job; what it cannot do now it may be able to do after the next change."""
    try:
        good, seen.last = act()
    except UnableError as error:
        good, seen.last = False, str(error)
        say(str(error))
    seen.done = time.monotonic()
    seen.runs += 1
    seen.failures += not good


@dataclass(frozen=True, slots=True)
class Burst:
    """Changes that came close together: when, on the monotonic clock, and paths by what is told of them."""

    at: float
    new: frozenset[str] = frozenset()
    altered: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


def begin(places: Iterable[Path]) -> SimpleQueue[Burst]:
    """Begins to watch in a thread, which goes on while the job is done; returns where it tells of changes.

    Only the main thread handles signals, and it waits for the queue, which a signal interrupts.
    """
    told: SimpleQueue[Burst] = SimpleQueue()
    threading.Thread(target=_watch, args=(tuple(places), told), daemon=True).start()
    return told


def _watch(places: Iterable[Path], told: SimpleQueue[Burst]) -> None:
    from watchfiles import Change, watch

    bell = watch(
        *places, step=_STEP_MS, debounce=_DEBOUNCE_MS, rust_timeout=_PATIENCE_MS, stop_event=received
    )
    for changes in bell:
        new, altered, gone = (
            frozenset(path for change, path in changes if change is kind)
            for kind in (Change.added, Change.modified, Change.deleted)
        )
        told.put(Burst(time.monotonic(), new, altered, gone))


def changes_from(folder: Path, told: SimpleQueue[Burst]) -> Iterator[tuple[float, list[str]]]:
    """When files changed, and which, relative to a folder; what came and went again is left out.

    A folder that is made, filled and renamed at once, as pytest makes its cache, may be told of in pieces:
    that a file in it was altered and never that it came or went, or that it went only in the next burst.
    """
    passed: set[str] = set()
    while True:
        burst = told.get()
        named = burst.new | burst.altered | burst.gone
        missing = {path for path in named if not os.path.lexists(path)}
        passed = passed - (named - missing) | burst.new & missing
        names = named - (missing & (passed | burst.altered - burst.gone))
        passed -= burst.gone
        yield burst.at, sorted({os.path.relpath(path, folder) for path in names})
