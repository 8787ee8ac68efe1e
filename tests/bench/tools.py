"""The other programs that the bench stands beside: found, or installed into a folder of the bench's own."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 240.0


class Missing(Exception):  # noqa: N818 - a state of affairs, not a fault
    """A program that is neither here nor can be installed; the message says why."""


class Tools:
    """Programs by name, each looked for once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.find = functools.cache(self._find)

    def _find(self, name: str) -> str | Missing:
        try:
            return shutil.which(name) or _INSTALLERS[name](self.folder / name, name)
        except (OSError, subprocess.SubprocessError, Missing) as error:
            return Missing(_reason(error))

    def __getitem__(self, name: str) -> str:
        """The path of a program. Raises Missing."""
        found = self.find(name)
        if isinstance(found, Missing):
            raise found
        return found


@contextmanager
def tools() -> Iterator[Tools]:
    """What can be had; what had to be installed for it is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="delegate-bench-tools-"))
    try:
        yield Tools(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def version(words: Sequence[str]) -> str:
    """The version that a program tells: the first word with a digit in front."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    told = (done.stdout + done.stderr).replace("v", " ").split()
    return next((word for word in told if word[0].isdigit()), "?")


def _from_debian(folder: Path, name: str) -> str:
    """Unpack the Debian package; nothing is installed on the machine."""
    folder.mkdir()
    _run(["apt-get", "download", _PACKAGES[name]], folder)
    _run(["dpkg", "-x", str(next(folder.glob("*.deb"))), "."], folder)
    return str(folder / "usr" / "bin" / name)


def _from_pypi(folder: Path, name: str) -> str:
    _run([sys.executable, "-m", "venv", str(folder)], folder.parent)
    _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", _PACKAGES[name]], folder)
    return str(folder / "bin" / name)


def _from_npm(folder: Path, name: str) -> str:
    folder.mkdir()
    words = ["npm", "install", "--no-audit", "--no-fund", "--cache", str(folder / "cache"), "--prefix", "."]
    _run([*words, _PACKAGES[name]], folder)
    return str(folder / "node_modules" / ".bin" / name)


def _run(words: list[str], folder: Path) -> None:
    if shutil.which(words[0]) is None:
        raise Missing(f"{words[0]} is not here to install it")
    subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=PATIENCE_S, env=_environment())


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("VIRTUAL_ENV", "PYTHON"))}


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        lines = (error.stderr or error.stdout or b"").decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"{error.cmd[0]} ended with {error.returncode}"
    return " ".join(str(error).split()) or type(error).__name__


_PACKAGES = {
    "tsp": "task-spooler",
    "supervisord": "supervisor",
    "circusd": "circus",
    "mprocs": "mprocs",
    "pm2": "pm2",
}
_INSTALLERS: dict[str, Callable[[Path, str], str]] = {
    "tsp": _from_debian,
    "supervisord": _from_pypi,
    "circusd": _from_pypi,
    "mprocs": _from_npm,
    "pm2": _from_npm,
}
