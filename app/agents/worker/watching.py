"""Jobs that go on until somebody stops them: they wake when something happens, and say what came of it."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.agents.worker.figures import counted
from app.agents.worker.jobs import UnableError
from app.agents.worker.journal import say
from app.agents.worker.places import resolve
from app.agents.worker.processes import received
from app.agents.worker.project import Project

_STEP_MS, _DEBOUNCE_MS, _PATIENCE_MS = 200, 400, 10_000
"""How often a watch looks up: five times a second, which costs nothing that could be measured."""

_NAMED = 5


@dataclass(slots=True)
class Seen:
    """What a watch has seen so far: changes by file, and how the job went each time that it was done."""

    changes: int = 0
    files: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    failures: int = 0
    last: str = ""

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
    say(f"Watching {', '.join(places)} in {project.folder}")
    if act is not None:
        _do(act, seen)
    for names in _changes(project.folder, [project.folder / place for place in places]):
        wanted = _not_ignored(project.folder, names)
        if not wanted:
            continue
        seen.changes += 1
        seen.files.update(wanted)
        more = f" and {len(wanted) - _NAMED} more" if len(wanted) > _NAMED else ""
        say(f"Changed: {', '.join(wanted[:_NAMED])}{more}")
        if act is not None:
            _do(act, seen)


def _do(act: Callable[[], tuple[bool, str]], seen: Seen) -> None:
    """One run of the job; what it cannot do now it may be able to do after the next change."""
    try:
        good, seen.last = act()
    except UnableError as error:
        good, seen.last = False, str(error)
        say(str(error))
    seen.runs += 1
    seen.failures += not good


def _changes(folder: Path, places: Iterable[Path]) -> Iterator[list[str]]:
    """The names of files that change, relative to a folder, burst by burst; ends when a signal has come."""
    from watchfiles import watch

    bell = watch(
        *places, step=_STEP_MS, debounce=_DEBOUNCE_MS, rust_timeout=_PATIENCE_MS, stop_event=received
    )
    try:
        for changes in bell:
            yield sorted({os.path.relpath(path, folder) for _, path in changes})
    except KeyboardInterrupt:  # how it tells that a signal was handled while it waited
        return


def _not_ignored(folder: Path, names: list[str]) -> list[str]:
    """Those that git would show: what a build or the tests write is no change of the project."""
    asked = "\0".join(names).encode("utf-8", "surrogateescape")
    argv = ("git", "check-ignore", "-z", "--stdin")
    try:
        done = subprocess.run(argv, cwd=folder, input=asked, capture_output=True, check=False)
    except OSError:
        return names
    ignored = {os.fsdecode(name) for name in done.stdout.split(b"\0")} if done.returncode == 0 else set()
    return [name for name in names if name not in ignored]


# Log files

_ERROR, _WARNING = ("error", "warning")
_LEVELS = (
    (_ERROR, ("error", "fatal", "critical", "exception", "panic", "traceback", "severe")),
    (_WARNING, ("warn",)),
)
_LONGEST_READ = 256 * 1024
_LONGEST_LINE = 400


@dataclass(slots=True)
class LogsSeen:
    """What was read in log files since the start: lines, and how many of each level."""

    lines_read: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)

    @property
    def headline(self) -> str:
        """``3 errors and 1 warning in 120 new lines of 2 files``."""
        words = [counted(self.levels[level], level) for level in (_ERROR, _WARNING) if self.levels[level]]
        found = " and ".join(words) or "nothing that looks like an error"
        return f"{found} in {counted(self.lines_read, 'new line')} of {counted(len(self.files), 'file')}"

    @property
    def lines(self) -> tuple[str, ...]:
        """New lines by file."""
        return tuple(f"{name}: {counted(count, 'new line')}" for name, count in self.files.most_common(20))


def follow_logs(project: Project, paths: Iterable[str], seen: LogsSeen) -> None:
    """Says each new line of log files that looks like an error or a warning, until a signal comes.

    Raises UnableError where there is no log file and no folder for one.
    """
    typed = tuple(paths)
    named = [project.folder / place for place in resolve(project.folder, typed, project.folder)]
    files = {path for path in named if path.is_file()}
    folders = {path for path in named if path.is_dir()} or ({project.folder} if not named else set())
    known = {path: path.stat().st_size for path in files | _logs_in(folders)}
    if not known and not typed:
        raise UnableError(
            f"There is no log file in {project.folder}: looked for *.log. Name one, or the folder it will "
            "be in."
        )
    say(f"Following {counted(len(known), 'log file')}: {', '.join(_shown(project.folder, known))}")
    for names in _changes(project.folder, files | folders or {project.folder}):
        for path in sorted(_touched(project.folder, names, files)):
            _tell_new(project.folder, path, known, seen)


def _logs_in(folders: Iterable[Path]) -> set[Path]:
    return {
        path
        for folder in folders
        for path in folder.rglob("*.log")
        if path.is_file() and not {"node_modules", ".git", ".venv"}.intersection(path.parts)
    }


def _touched(folder: Path, names: Iterable[str], files: set[Path]) -> set[Path]:
    paths = {folder / name for name in names}
    return {path for path in paths if path in files or path.suffix == ".log"}


def _tell_new(folder: Path, path: Path, known: dict[Path, int], seen: LogsSeen) -> None:
    """Reads what a log has gained, from its start where it has shrunk; the newest part where that is much."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = known.get(path, 0) if size >= known.get(path, 0) else 0
            file.seek(max(start, size - _LONGEST_READ))
            data = file.read(size - file.tell())
    except OSError:
        return
    end = data.rfind(b"\n") + 1
    known[path] = size - len(data) + end
    name = os.path.relpath(path, folder)
    for line in data[:end].decode("utf-8", "replace").splitlines():
        seen.lines_read += 1
        seen.files[name] += 1
        if level := _level(line):
            seen.levels[level] += 1
            say(f"{name}: {line[:_LONGEST_LINE]}")


def _level(line: str) -> str | None:
    lower = line.lower()
    return next((level for level, words in _LEVELS if any(word in lower for word in words)), None)


def _shown(folder: Path, known: Mapping[Path, int]) -> list[str]:
    names = [os.path.relpath(path, folder) for path in sorted(known)]
    return [*names[:_NAMED], *([f"{len(names) - _NAMED} more"] if len(names) > _NAMED else [])]


# The machine

SAMPLE_S = 5.0
"""The time between two looks at the machine."""

_TELL_AFTER_S = 600.0
"""A line is written at least so often, in seconds, so that the log shows that it goes on."""

_NOTABLE = 10.0
"""Percentage points by which a value must differ from the one last told."""


@dataclass(slots=True)
class Metrics:
    """Percentages sampled so far, by name."""

    samples: dict[str, list[float]] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """The means: ``cpu 12 %, memory 40 %, disk 61 % over 24 samples``."""
        count = max((len(values) for values in self.samples.values()), default=0)
        if not count:
            return "no samples"
        means = ", ".join(f"{name} {_mean(values):.0f} %" for name, values in self.samples.items())
        return f"{means} over {counted(count, 'sample')}"

    @property
    def lines(self) -> tuple[str, ...]:
        """The least, the mean and the most of each."""
        return tuple(
            f"{name}: {min(values):.0f}–{max(values):.0f} %, mean {_mean(values):.0f} %"
            for name, values in self.samples.items()
        )


def track_metrics(folder: Path, metrics: Metrics, sample_s: float = SAMPLE_S) -> None:
    """Samples the machine until a signal comes, and writes a line whenever a value has changed notably."""
    import psutil

    psutil.cpu_percent(None)
    say(f"Tracking cpu, memory and disk every {sample_s:g} s")
    told: dict[str, float] = {}
    last = 0.0
    while not received.is_set():
        time.sleep(sample_s)
        now = {
            "cpu": psutil.cpu_percent(None),
            "memory": psutil.virtual_memory().percent,
            "disk": psutil.disk_usage(str(folder)).percent,
        }
        for name, value in now.items():
            metrics.samples.setdefault(name, []).append(value)
        notable = any(abs(value - told.get(name, -_NOTABLE)) >= _NOTABLE for name, value in now.items())
        if notable or time.monotonic() - last >= _TELL_AFTER_S:
            told, last = now, time.monotonic()
            say(", ".join(f"{name} {value:.0f} %" for name, value in now.items()))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
