"""Runs the real `delegate` command, into pipes and on a terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PROGRAM = (sys.executable, "-m", "app")
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Ran:
    """What a command printed and the code it exited with; on a terminal both streams are in ``out``."""

    code: int
    out: str
    err: str = ""

    @property
    def json(self) -> Any:
        """What was printed, read as JSON."""
        return json.loads(self.out)

    def failed_with(self, code: int, *words: str) -> bool:
        """Whether it failed in one line on stderr that holds these words, and printed nothing else."""
        one_line = self.err.startswith("delegate: ") and self.err.count("\n") == 1
        return self.code == code and one_line and all(word in self.err for word in words)


class Shell:
    """Somebody at a shell prompt, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The test's environment with the package importable from any folder."""
        root = str(Path(__file__).parents[2])
        kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS")}
        return {**kept, "PYTHONPATH": root, "TERM": "xterm-256color", **(extra or {})}

    def run(
        self, *words: str, env: Mapping[str, str] | None = None, text: str = "", folder: Path | None = None
    ) -> Ran:
        """Run ``delegate WORDS…`` with pipes for all its streams."""
        done = subprocess.run(
            [*PROGRAM, *words],
            input=text.encode(),
            capture_output=True,
            env=self.environment(env),
            cwd=folder or self.folder,
            timeout=PATIENCE_S,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode())

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start ``delegate WORDS…`` with a pipe for its output, and leave it running."""
        return subprocess.Popen(
            [*PROGRAM, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment(),
            cwd=self.folder,
        )

    def on_terminal(
        self,
        *words: str,
        typed: str = "",
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run ``delegate WORDS…`` on a terminal of ``size`` columns and rows, with ``typed`` ahead of it."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        os.write(ours, typed.encode())
        process = subprocess.Popen(
            [*PROGRAM, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=self.environment(env),
            cwd=self.folder,
            start_new_session=True,
        )
        os.close(theirs)
        shown = _everything(ours)
        os.close(ours)
        return Ran(process.wait(PATIENCE_S), shown.decode("utf-8", "replace").replace("\r\n", "\n"))

    def add(self, *command: str, options: Sequence[str] = ()) -> int:
        """Delegate a command as it is and return its number."""
        number: int = self.run("add", "--json", *options, "--", *command).json["number"]
        return number

    def status(self, number: int) -> dict[str, Any]:
        """The ``--json`` object of a task."""
        described: dict[str, Any] = self.run("status", str(number), "--json").json
        return described


def _everything(descriptor: int) -> bytes:
    """All that is written to a terminal until its last user is gone."""
    data = b""
    while True:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:  # how Linux says that nobody has the other end any more
            return data
        if not piece:
            return data
        data += piece


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in an empty folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    return Shell(folder)


@pytest.fixture
def write_config(home: Path) -> Path:
    """Where the settings go; the folder is there, the file is not."""
    path = home.parents[1] / "config" / "delegate" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
