"""Writing a long task in the user's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path


def editor_command(env: Mapping[str, str] = os.environ) -> list[str]:
    """``$VISUAL``, else ``$EDITOR``, else ``vi``, split as a shell would."""
    try:
        return shlex.split(env.get("VISUAL") or env.get("EDITOR") or "vi") or ["vi"]
    except ValueError:
        return ["vi"]


def edit(text: str, env: Mapping[str, str] = os.environ) -> str:
    """Let the user edit ``text`` in the terminal; the text as saved, without the newline that editors add.

    Raises OSError when the editor cannot be started, ValueError in one line when it reported a failure.
    """
    command = editor_command(env)
    with tempfile.TemporaryDirectory(prefix="delegate-") as folder:
        path = Path(folder) / "task.md"
        path.write_text(text, encoding="utf-8", errors="replace")
        done = subprocess.run([*command, str(path)], check=False)
        if done.returncode != 0:
            raise ValueError(f"{command[0]} ended with exit code {done.returncode}; the text is as before")
        return path.read_text(encoding="utf-8", errors="replace").rstrip("\n")
