"""Programs of the user's that show changes: an editor at a line, a pager for the whole difference."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from app.dashboard.input.editor import editor_command

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


def pager_command(env: Mapping[str, str] = os.environ) -> list[str]:
    """``$PAGER``, else ``less``, split as a shell would."""
    try:
        return shlex.split(env.get("PAGER") or "less") or ["less"]
    except ValueError:
        return ["less"]
