"""Programs of the user's that show changes: an editor at a line, a pager for the whole difference."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from app.dashboard.input.editor import editor_command
from app.logs.sanitise import sanitise
from app.workspace.hunks import Line
from app.workspace.review import Review, diff_of

_SIGNS = {Line.SAME: " ", Line.ADDED: "+", Line.REMOVED: "-", Line.NOTE: "\\"}

_PLUS_LINE = frozenset(
    {"vi", "vim", "nvim", "gvim", "view", "nano", "pico", "emacs", "emacsclient", "micro", "joe", "ne", "mg"}
    | {"kak", "jed", "less", "ex", "ed"}
)
_GOTO = frozenset({"code", "code-insiders", "codium", "cursor", "windsurf"})
_COLON = frozenset({"hx", "helix", "subl", "zed"})


def editor_at(path: Path, line: int, env: Mapping[str, str] = os.environ) -> list[str]:
    """The user's editor, opened at a line of a file, as far as that editor is known to take one."""
    command = editor_command(env)
    name = Path(command[0]).name
    if name in _GOTO:
        return [*command, "--goto", f"{path}:{line}"]
    if name in _COLON:
        return [*command, f"{path}:{line}"]
    if name in _PLUS_LINE:
        return [*command, f"+{line}", str(path)]
    return [*command, str(path)]


def open_in_editor(found: Review, path: str, line: int) -> None:
    """Open a changed file in the user's editor and wait for its end. Raises OSError and ValueError."""
    top = found.place.folder if found.place is not None and not found.gone else found.top
    if top is None or not (top / path).exists():
        raise ValueError(f"{path} is not there any more")
    command = editor_at(top / path, line)
    subprocess.run(command, cwd=top, check=False)


def open_in_pager(found: Review, choice: int | None) -> None:
    """Give a difference to the user's pager: of one file or commit by its number, or of all files.

    Raises OSError and GitError.
    """
    with (
        diff_of(found, choice) as text,
        tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="delegate-", suffix=".diff") as file,
    ):
        for row in (text.row(number) for number in range(len(text))):
            file.write(f"{_SIGNS.get(row.line, '')}{sanitise(row.text)}\n")
        file.flush()
        subprocess.run([*pager_command(), file.name], check=False)


def pager_command(env: Mapping[str, str] = os.environ) -> list[str]:
    """``$PAGER``, else ``less``, split as a shell would."""
    try:
        return shlex.split(env.get("PAGER") or "less") or ["less"]
    except ValueError:
        return ["less"]
