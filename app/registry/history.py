"""How long tasks took: a disposable file for each agent and project, so that an estimate costs one read.

It is never the truth: it can be deleted at any time, and is made anew from the newest records when it is
missing. It outlives the tasks it tells of, since cleaning up is no reason to know less.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.model.estimate import Sample
from app.model.status import Status
from app.model.task import Attempt, Task
from app.registry.checkout import checkout_of, led_to
from app.registry.files import read_regular, write_atomic
from app.registry.paths import Home
from app.registry.store import Registry

KEPT = 100
"""How many of the newest samples of an agent in a project are kept."""

REBUILT_FROM = 500
"""How many of the newest tasks are read to make the history anew: a tenth of a second, once."""

TEXT_LENGTH = 400
"""Characters of a task's text that are kept: what is longer is not told twice."""

FILE_BYTES = 256 * 1024
"""The size from which on a file is cut down to the samples that are kept, and the most that is read."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of a file; ``of`` names the attempt, since it may have been noted twice."""

    of: str
    agent: str
    project: str
    sample: Sample

    @property
    def line(self) -> bytes:
        """The entry as it stands in the file: words between tabs, escaped. JSON would cost 5 ms to load."""
        sample = self.sample
        words = (self.of, self.agent, self.project, sample.folder, sample.text, f"{sample.duration_s:.3f}")
        return b"\t".join(word.encode("unicode_escape") for word in words) + b"\n"


def project_of(folder: str) -> str:
    """The project that a folder is in: the top of its git working tree, else the folder itself.

    A further working tree of a repository is the same project as its first one.
    """
    top = checkout_of(Path(folder))
    return folder if top is None else str(_first_worktree(top / ".git") or top)


def note(registry: Registry, task: Task) -> None:
    """Remember how long the newest attempt of a task took, if it completed.

    Where there is no history yet nothing is written: it will be made from the records. Raises OSError.
    """
    folder = registry.home.history
    run = task.attempt
    if run is None or not folder.is_dir() or (entry := _entry(task, run, {})) is None:
        return
    path = folder / _file_name(entry.agent, entry.project)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(path, flags, 0o600)
    try:
        os.write(descriptor, entry.line)
        size = os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)
    if size > FILE_BYTES // 2:
        entries = _read(path, entry.agent, entry.project)
        write_atomic(path, b"".join(one.line for one in entries[-KEPT:]))


def samples(registry: Registry, agent: str, folder: str) -> list[Sample]:
    """What is known of an agent's completed attempts in the project of a folder, oldest first.

    What cannot be read or written is not known; nothing is raised for it.
    """
    project = project_of(folder)
    home = registry.home
    with contextlib.suppress(OSError):
        if not home.history.is_dir():
            rebuild(registry)
        path = home.history / _file_name(agent, project)
        info = path.lstat()
        return list(_newest_in(path, agent, project, (info.st_mtime_ns, info.st_size, info.st_ino)))
    return []


def rebuild(registry: Registry) -> None:
    """Make the history anew from the newest tasks; one that another process makes meanwhile stays.

    Raises OSError, with nothing left behind.
    """
    entries: dict[str, list[_Entry]] = {}
    projects: dict[str, str] = {}
    for task in _newest(registry):
        for run in task.state.attempts:
            if entry := _entry(task, run, projects):
                entries.setdefault(_file_name(entry.agent, entry.project), []).append(entry)
    _publish(registry.home, entries)


def _publish(home: Home, entries: dict[str, list[_Entry]]) -> None:
    """Write all files into a folder of its own, which then takes the place of the missing one."""
    made = home.root / f".history.{os.getpid()}"
    made.mkdir(mode=0o700, exist_ok=True)
    try:
        for name, of_one in entries.items():
            descriptor = os.open(made / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(entry.line for entry in of_one[-KEPT:])
        made.rename(home.history)
    except OSError:
        for path in made.iterdir():
            path.unlink(missing_ok=True)
        made.rmdir()
        if not home.history.is_dir():
            raise


def _newest(registry: Registry) -> Iterator[Task]:
    """The newest tasks, oldest first; what cannot be read tells nothing."""
    for task_id in registry.ids()[-REBUILT_FROM:]:
        with contextlib.suppress(Exception):
            yield Task(registry.request(task_id), registry.state(task_id))


def _entry(task: Task, run: Attempt, projects: dict[str, str]) -> _Entry | None:
    if run.verdict is not Status.COMPLETE or run.duration_s is None:
        return None
    folder = task.request.folder
    project = projects.get(folder) or projects.setdefault(folder, project_of(folder))
    text = (run.text if run.text is not None else task.text)[:TEXT_LENGTH]
    sample = Sample(text, folder, run.duration_s)
    return _Entry(f"{task.id}.{run.number}", task.request.agent, project, sample)


@lru_cache(maxsize=64)
def _newest_in(path: Path, agent: str, project: str, state: tuple[int, int, int]) -> tuple[Sample, ...]:  # noqa: ARG001
    """The samples that are kept of a file in one ``state``: asked for at each key while somebody types."""
    return tuple(entry.sample for entry in _read(path, agent, project)[-KEPT:])


def _read(path: Path, agent: str, project: str) -> list[_Entry]:
    """The entries of a file, each attempt once; lines of others, half ones and foreign ones are left out."""
    try:
        lines = read_regular(path, FILE_BYTES).splitlines()
    except FileNotFoundError:
        return []
    found: dict[str, _Entry] = {}
    for line in lines:
        entry = _parsed(line)
        if entry is not None and (entry.agent, entry.project) == (agent, project):
            found[entry.of] = entry
    return list(found.values())


def _parsed(line: bytes) -> _Entry | None:
    try:
        words = [word.decode("unicode_escape") for word in line.split(b"\t")]
        of, agent, project, folder, text, spelled = words
        duration_s = float(spelled)
    except ValueError:
        return None
    return _Entry(of, agent, project, Sample(text, folder, duration_s)) if duration_s >= 0 else None


def _file_name(agent: str, project: str) -> str:
    """One name for an agent in a project. Two may share a file: its lines say whose they are."""
    both = "\0".join((agent, project)).encode("utf-8", "surrogateescape")
    return f"{zlib.crc32(both):08x}"


def _first_worktree(mark: Path) -> Path | None:
    """The repository's first working tree, from the file ``.git`` of a further one; None for any other."""
    with contextlib.suppress(OSError):
        if own := led_to(mark):
            common = Path(os.path.normpath(own)).parent
            if common.name == "worktrees" and common.parent.name == ".git":
                return common.parent.parent
    return None
