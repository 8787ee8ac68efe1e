"""What reaches the terminal: one door for all text of the shell command, sanitised, fitting and in colour."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TextIO

PROGRAM = "delegate"

_RESET = "\x1b[0m"
_CODES = {
    "dim": "2",
    "bold": "1",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}


def prepare_streams() -> None:
    """Make stdout and stderr able to print any text, whatever the locale says.

    Characters that the terminal's encoding lacks appear as ``\\xNN`` escapes instead of ending the command. A
    stream that was closed is replaced, so that no file of ours gets its descriptor and what is printed.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def on_terminal(stream: TextIO | None) -> bool:
    """Whether a person reads the stream; a closed or missing one is nobody."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def uses_colour(stream: TextIO | None) -> bool:
    """Whether to colour: only on a terminal that can, and never with NO_COLOR set to anything."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return on_terminal(stream)


def terminal_width() -> int | None:
    """Columns to fit into, or None where nobody counts them (a pipe without COLUMNS set)."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError, AttributeError):
        return None


def paint(text: str, colour: str, enabled: bool) -> str:
    """Wrap text in a colour name's escape sequence; without a colour or when not enabled, as it is."""
    code = _CODES.get(colour)
    return f"\x1b[{code}m{text}{_RESET}" if enabled and code and text else text


def clean(text: str) -> str:
    """One line of untrusted text, safe for a terminal."""
    # Nearly all names and texts are plain; they need not cost the import of the sanitiser.
    if text.isascii() and text.isprintable():
        return text
    from app.logs.sanitise import sanitise

    return sanitise(text)


def clean_lines(text: str) -> str:
    """Several lines of untrusted text, safe for a terminal."""
    from app.logs.sanitise import sanitise_keep_newlines

    return sanitise_keep_newlines(text)


def cell_width(text: str) -> int:
    """Terminal cells that sanitised text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    from app.logs.sanitise import width

    return width(text)


def fit(text: str, width: int) -> str:
    """Cut text to a number of cells, with ``…`` where something is missing."""
    if cell_width(text) <= width:
        return text
    if width <= 0:
        return ""
    kept, used = [], 0
    for character in text:
        used += cell_width(character)
        if used > width - 1:
            break
        kept.append(character)
    return "".join(kept) + "…"


def pad(text: str, width: int) -> str:
    """Fill text with spaces to a number of cells."""
    return text + " " * max(0, width - cell_width(text))


def say(*lines: str) -> None:
    """Print lines that are safe already to stdout."""
    for line in lines:
        sys.stdout.write(line + "\n")


def warn(message: str) -> None:
    """One line for the person on stderr, without ending the command."""
    sys.stdout.flush()
    with suppress(OSError):
        print(f"{PROGRAM}: {clean(message)}", file=sys.stderr, flush=True)


def say_json(value: object) -> None:
    """Print a value as indented JSON in plain ASCII, which no terminal and no locale can misread."""
    import json

    say(json.dumps(value, indent=2))


def table(rows: Iterable[tuple[str, str]], gap: int = 2, indent: int = 0) -> list[str]:
    """Lines of two columns, the first one as wide as its longest cell."""
    pairs = list(rows)
    first = max((cell_width(left) for left, _ in pairs), default=0)
    return [(" " * indent + pad(left, first + gap) + right).rstrip() for left, right in pairs]
