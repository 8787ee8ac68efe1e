"""Following log files and the machine until somebody stops it: the notable is told, the rest is counted."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.agents.worker.figures import counted
from app.agents.worker.jobs import UnableError
from app.agents.worker.journal import say
from app.agents.worker.places import resolve
from app.agents.worker.processes import received
from app.agents.worker.project import Project
from app.agents.worker.watching import NAMED, begin, changes_from

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
    told = begin({path.parent for path in files} | folders or {project.folder})
    say(f"Following {counted(len(known), 'log file')}: {', '.join(_shown(project.folder, known))}")
    for _, names in changes_from(project.folder, told):
        for path in sorted(_touched(project.folder, names, files, folders)):
            _tell_new(project.folder, path, known, seen)


def _logs_in(folders: Iterable[Path]) -> set[Path]:
    return {
        path
        for folder in folders
        for path in folder.rglob("*.log")
        if path.is_file() and not {"node_modules", ".git", ".venv"}.intersection(path.parts)
    }


def _touched(folder: Path, names: Iterable[str], files: set[Path], folders: set[Path]) -> set[Path]:
    """The log files among those that changed: the ones that were named, or any in a folder that was."""
    paths = {folder / name for name in names}
    inside = {path for path in paths if path.suffix == ".log" and folders.intersection(path.parents)}
    return inside | (paths & files)


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
    return [*names[:NAMED], *([f"{len(names) - NAMED} more"] if len(names) > NAMED else [])]


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
