"""Asks git about a folder: changes nothing, runs no hook, and waits for no answer for ever."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from app.model.gitwords import git_command, git_environment

PATIENCE_S = 300.0
"""How long an answer may take, in seconds: a file system that answers no more must not hold up a task."""


def ask_git(
    folder: Path, *arguments: str, data: bytes = b"", hooks: bool = False, patience_s: float | None = None
) -> subprocess.CompletedProcess[bytes]:
    """What git says in a folder, whatever its exit code; ``data`` is its input.

    ``hooks`` leaves alone where they lie, for who asks about them. Raises FileNotFoundError where there is no
    git, TimeoutError where it does not end, and other kinds of OSError.
    """
    most = PATIENCE_S if patience_s is None else patience_s
    try:
        return subprocess.run(
            git_command(arguments, hooks=hooks),
            cwd=folder,
            env=git_environment(os.environ),
            input=data,
            capture_output=True,
            check=False,
            timeout=most,
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"git {arguments[0]} did not end in {most:g} s in {folder}") from None
