"""Where the installed program `delegate` begins: a module of its own beside the package, installed as such.

A project on ``PYTHONPATH`` may well have a package `app` too, which would be found before ours.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Look into the folders of ``PYTHONPATH`` last, then run the shell command and return its exit code."""
    theirs = {os.path.realpath(folder) for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    sys.path.sort(key=lambda folder: os.path.realpath(folder) in theirs)
    from app.cli.main import entry

    return entry()
