"""The fence around an agent, as the words of bubblewrap: read-only system, one writable folder, no home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

HIDDEN = ("/tmp", "/var/tmp", "/run", "/home", "/root", "/media", "/mnt")
"""What is empty behind every fence: other people's files, and sockets through which one would get out."""

PREFIX_SHARED = frozenset({".local", "usr", "opt", "local"})
"""Folders above a ``bin`` that hold more than the one program."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a fence is put up on. Every path is absolute and without links; a file or folder that is not there
    is left out.

    ``folder`` is where the agent works, and what it may change; ``home`` the person's, ``registry`` ours, of
    which nothing is seen but ``exchanged``: files of ours that stand in for those of another name, for the
    agent to write to. ``git`` are the folders of the repository outside of ``folder``, ``guarded`` those of
    its files that say what git runs. ``reads``, ``writes`` and ``keeps`` are for the client (fences.toml),
    ``programs`` for what is started, ``hidden`` are folders to be empty.
    """

    folder: str
    home: str
    registry: str
    hidden: tuple[str, ...] = ()
    git: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    exchanged: tuple[tuple[str, str], ...] = ()
    network: bool = True


def fence(ground: Ground, program: str = "bwrap") -> tuple[str, ...]:
    """The words in front of an agent's command line."""
    return (program, *_mounts(ground), *_spaces(ground), "--chdir", ground.folder, "--")


def unfit(ground: Ground) -> str | None:
    """Why a fence would keep nothing out here, in words; None where it would."""
    for inner, what in ((ground.home, "your home"), (ground.registry, "delegate's own folder")):
        if is_within(inner, ground.folder):
            return f"{ground.folder} holds {what}: a fence around it would keep nothing out"
    return None


def is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies below it; both absolute."""
    return path == folder or folder == "/" or path.startswith(f"{folder}/")


def _spaces(ground: Ground) -> Iterator[str]:
    # With a process table of its own everything in there ends with the first process, and that with us.
    yield from ("--unshare-pid", "--unshare-ipc", "--die-with-parent", "--cap-drop", "ALL")
    if not ground.network:
        yield "--unshare-net"
    yield from ("--setenv", "TMPDIR", "/tmp", "--setenv", "PWD", ground.folder)


def _mounts(ground: Ground) -> Iterator[str]:
    """Outermost first: what is mounted later lies on top."""
    yield from ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
    for path in _outermost((*ground.hidden, ground.home, ground.registry)):
        yield from ("--tmpfs", path)
    for path in sorted({*ground.programs, *ground.reads}):
        yield from ("--ro-bind", path, path)
    for path in sorted({*ground.writes}):
        yield from ("--bind", path, path)
    for path in sorted({ground.folder, *ground.git}):
        yield from ("--bind", path, path)
    for path in sorted({*ground.guarded, *ground.keeps}):
        yield from ("--ro-bind", path, path)
    for source, name in ground.exchanged:
        yield from ("--bind", source, name)


def _outermost(paths: tuple[str, ...]) -> list[str]:
    """Those that lie in none of the others, so that hiding one does not bring another back."""
    unique = sorted(set(paths))
    return [path for path in unique if not any(path != other and is_within(path, other) for other in unique)]


def prefix_of(program: str, home: str) -> str:
    """The folder that a program's own files lie in, by its path without links; the program alone where that
    would be the whole home.

    Installed packages lie in ``node_modules``, or beside their ``bin``; any other program is one file.
    """
    path = PurePath(program)
    parts = path.parts
    if "node_modules" in parts:
        return str(PurePath(*parts[: parts.index("node_modules") + 1]))
    beside = path.parent.name == "bin" and path.parent.parent.name not in PREFIX_SHARED
    for folder in ([path.parent.parent] if beside else []) + [path.parent]:
        if not is_within(home, str(folder)):
            return str(folder)
    return program
