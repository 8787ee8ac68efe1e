"""Puts up the fence around an agent: looks at what is there, tries it, and takes back what was written."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.agents.fence import HIDDEN, Ground, fence, is_within, prefix_of, unfit
from app.agents.repository import git_folders, guarded, may_appear
from app.registry.files import read_regular, write_atomic
from app.supervisor.launch import PYTHON

if TYPE_CHECKING:
    from app.agents.host.assignment import Assignment

TABLE = Path(__file__).with_name("fences.toml")

PATIENCE_S = 10.0
"""How long the try of a fence may take, in seconds."""

LARGEST = 1024 * 1024
"""The most that is taken over of what an agent writes for us, in bytes."""

PLACES = ("/usr/bin/bwrap", "/usr/local/bin/bwrap")
"""Where bubblewrap is looked for before the PATH, on which an agent may have put something."""

_DEPTH = 5


class NoFence(Exception):  # noqa: N818 - a state of affairs, not a fault
    """There can be no fence; the message is one line that says why and what to do. Nothing may run then."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A fence that works: the words in front of a command, and the files that are to be taken back.

    ``absent`` are files that say what is run without a fence, which were not there to be guarded.
    """

    words: tuple[str, ...]
    exchanged: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()

    def appeared(self) -> tuple[str, ...]:
        """Those files that are there now although they were not."""
        return tuple(path for path in self.absent if os.path.lexists(path))

    def take_back(self) -> None:
        """Put what the agent has written for us where it belongs. Nothing that is no file of text matters."""
        for source, name in self.exchanged:
            with contextlib.suppress(OSError):
                content = read_regular(Path(source), LARGEST)
                if content:
                    write_atomic(Path(name), content)
            with contextlib.suppress(OSError):
                Path(source).unlink()


def put_up(
    client: str,
    command: tuple[str, ...],
    folder: str,
    environment: Mapping[str, str],
    *,
    network: bool,
    registry: str,
    own_files: tuple[str, ...] = (),
) -> Fence:
    """A fence around a command of a client, tried out. ``own_files`` are files of ours that it may write.

    Raises NoFence.
    """
    program = bubblewrap()
    exchanged = tuple((f"{name}.fenced", name) for name in own_files)
    ground = _ground(client, command, folder, environment, network, registry, exchanged)
    if why := unfit(ground):
        raise NoFence(why)
    for source, _ in exchanged:
        Path(source).unlink(missing_ok=True)
        Path(source).touch(mode=0o600)
    words = fence(ground, program)
    if why := _try(words):
        raise NoFence(f"bubblewrap does not work here: {why}")
    return Fence(words, exchanged, tuple(_not_there(client, environment, ground)))


@contextlib.contextmanager
def fenced(assignment: Assignment, note: Callable[[str], None]) -> Iterator[tuple[str, ...]]:
    """The words of a fence around the client of an attempt, whose summary and figures are taken back at the
    end; what a person should look at then is told to ``note``. Raises NoFence."""
    run, environment = assignment.run, assignment.environment
    own = (environment.get("DELEGATE_SUMMARY"), environment.get("DELEGATE_OUTCOME"))
    fence = put_up(
        run.client,
        tuple(sys.executable if word == PYTHON else word for word in run.command),
        assignment.folder,
        environment,
        network=run.network,
        registry=str(assignment.home.root),
        own_files=tuple(filter(None, own)),
    )
    try:
        yield fence.words
    finally:
        fence.take_back()
        for path in fence.appeared():
            note(f"! {path} is new: it says what is run without a fence from now on, look at it")


def bubblewrap() -> str:
    """The path of bubblewrap. Raises NoFence."""
    for path in (*PLACES, shutil.which("bwrap")):
        if path and os.access(path, os.X_OK):
            return path
    raise NoFence('no fence: bubblewrap (bwrap) is not installed; install it, or set sandbox = "none"')


def problem() -> str | None:
    """Why no agent can be fenced on this machine, in words; None where one can."""
    try:
        ground = Ground("/tmp", "/root", "/root", hidden=("/run",), network=False)
        why = _try(fence(ground, bubblewrap()))
    except NoFence as error:
        return str(error).removeprefix("no fence: ")
    return why and f"bubblewrap does not work here: {why}"


def _try(words: tuple[str, ...]) -> str | None:
    """What is wrong with a fence, by putting it around a command that does nothing."""
    try:
        done = subprocess.run(
            [*words, "true"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    if done.returncode == 0:
        return None
    said = done.stderr.strip().splitlines()
    return said[-1] if said else f"it ends with {done.returncode}"


def _ground(
    client: str,
    command: tuple[str, ...],
    folder: str,
    environment: Mapping[str, str],
    network: bool,
    registry: str,
    exchanged: tuple[tuple[str, str], ...],
) -> Ground:
    home = os.path.realpath(environment.get("HOME") or Path.home())
    place = os.path.realpath(folder)
    needs = _needs(client, home, environment)
    git = [path for path in git_folders(Path(place)) if Path(path).is_dir()]
    hidden = [path for path in map(os.path.realpath, HIDDEN) if Path(path).is_dir()]
    gone = (*hidden, home, os.path.realpath(registry))
    started = (*_search_path(home, environment), *_programs(command[0], home, environment))
    programs = [path for path in started if any(is_within(path, folder) for folder in gone)]
    return Ground(
        folder=place,
        home=home,
        registry=os.path.realpath(registry),
        hidden=tuple(hidden),
        git=tuple(git),
        guarded=tuple(path for folder in git for path in guarded(folder)),
        programs=(*programs, *_resolver(hidden)),
        reads=_there(needs["reads"]),
        writes=_there(needs["writes"]),
        keeps=_there([f"{folder}/{name}" for folder in needs["writes"][:1] for name in needs["keeps"]]),
        exchanged=exchanged,
        network=network,
    )


def _needs(client: str, home: str, environment: Mapping[str, str]) -> dict[str, list[str]]:
    """What a client needs of the home. Folders that it will write to are made: what it keeps has to stay."""
    table = _table()
    known = table.get(client, {})
    reads = [*table["all"]["reads"], *known.get("reads", ())]
    writes = [_filled(spec, home, environment) for spec in known.get("writes", ())]
    for path in writes:
        if not Path(path).suffix:
            with contextlib.suppress(OSError):
                Path(path).mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "reads": [_filled(spec, home, environment) for spec in reads],
        "writes": writes,
        "keeps": list(known.get("keeps", ())),
    }


def _filled(spec: str, home: str, environment: Mapping[str, str]) -> str:
    variable, bar, path = spec.rpartition("|")
    named = environment.get(variable.removeprefix("$")) if bar else None
    return named or path.replace("~", home, 1)


def _there(paths: list[str]) -> tuple[str, ...]:
    """Those that exist, without links: a link out of the home is a place that the person has chosen."""
    return tuple(os.path.realpath(path) for path in paths if Path(path).exists())


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def _not_there(client: str, environment: Mapping[str, str], ground: Ground) -> Iterator[str]:
    """Files that say what is run outside of the fence, and that are not there to be guarded."""
    needs = _needs(client, ground.home, environment)
    kept = (f"{folder}/{name}" for folder in needs["writes"][:1] for name in needs["keeps"])
    yield from (path for path in (*may_appear(ground.folder, ground.git), *kept) if not os.path.lexists(path))


def _programs(program: str, home: str, environment: Mapping[str, str], depth: int = _DEPTH) -> Iterator[str]:
    """The folders that are needed to start a program: where it is, each link to it, and its interpreter's."""
    found = shutil.which(program, path=environment.get("PATH", os.defpath))
    if found is None or depth == 0:
        return
    path = Path(os.path.realpath(Path(found).parent), Path(found).name)
    while path.is_symlink():
        yield prefix_of(str(path), home)
        path = path.parent / path.readlink()
        path = Path(os.path.realpath(path.parent), path.name)
    yield prefix_of(str(path), home)
    for word in _interpreter(path):
        yield from _programs(word, home, environment, depth - 1)


def _search_path(home: str, environment: Mapping[str, str]) -> Iterator[str]:
    """The folders of the PATH, but none that holds the whole home."""
    for folder in environment.get("PATH", os.defpath).split(":"):
        path = os.path.realpath(folder or ".")
        if Path(path).name == "shims":  # of a manager of versions, which has all the rest beside them
            path = str(Path(path).parent)
        if Path(path).is_dir() and not is_within(home, path):
            yield path


def _interpreter(program: Path) -> list[str]:
    """The programs in the first line of a script."""
    try:
        with program.open("rb") as file:
            line = file.readline(256)
    except OSError:
        return []
    if not line.startswith(b"#!"):
        return []
    words = line[2:].decode(errors="replace").split()
    return [word for word in words[:3] if not word.startswith("-")]


def _resolver(hidden: list[str]) -> Iterator[str]:
    """Where the names of the network are looked up, if that lies in a folder that is hidden."""
    path = os.path.realpath("/etc/resolv.conf")
    if Path(path).is_file() and any(is_within(path, folder) for folder in hidden):
        yield path
