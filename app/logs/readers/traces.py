"""The line of a stack trace that says what went wrong, in Python, Node, Rust and Go."""

from __future__ import annotations

import re

from app.logs.readers.base import last_match, shorten

_EXCEPTION = re.compile(
    r"^((?:[\w$]+\.)*[A-Z][\w$]*(?: \[[\w ]+\])?|[a-z_]\w*(?:\.\w+)*\.\w+)(?::[ \t](.*)|:?)$", re.M
)
_PYTHON = re.compile(r"^([ |+]*)(?:Exception Group )?Traceback \(most recent call last\):$", re.M)
_PYTHON_SYNTAX = re.compile(r'^  File ".*", line \d+\n.*\n(?: *\^.*\n)?(\w*Error: .+)$', re.M)
_NODE = re.compile(
    r"^(?:Uncaught )?((?:[\w$.]*(?:Error|Exception)|Error)(?: \[[\w ]+\])?: .+)\n(?:.*\n){0,12}?    at ", re.M
)
_RUST = re.compile(
    r"^thread '(.*?)'(?: \(\d+\))? panicked at (?:'(.*)', )?(\S+?:\d+):\d+:?(?:\n(.*))?$", re.M
)
_GO = re.compile(r"^(panic: .+|fatal error: .+)$", re.M)


def python_error(text: str) -> tuple[int, str] | None:
    """Where and what the last Python traceback ends with: ``RuntimeError: cannot load x``."""
    start = last_match(_PYTHON, text)
    if start is None:
        syntax = last_match(_PYTHON_SYNTAX, text)
        return (syntax.start(1), shorten(syntax.group(1))) if syntax else None
    return _after_frames(text, start.end(), start.group(1))


def _after_frames(text: str, start: int, margin: str) -> tuple[int, str] | None:
    """The first line behind a traceback's frames, which are indented further than its title."""
    at = start + 1
    for line in text[start + 1 : start + 100_000].split("\n"):
        said = line[len(margin) :].rstrip()
        if said and not said.startswith(" "):
            return at, shorten(said)
        at += len(line) + 1
    return None


def exception_line(block: str) -> str | None:
    """The last line of a block that names an exception, as ``AssertionError: 3 != 4``."""
    found = last_match(_EXCEPTION, block)
    return found.group(0) if found else None


def node_error(text: str) -> tuple[int, str] | None:
    """Where and what the last error with a JavaScript stack under it says."""
    found = last_match(_NODE, text)
    return (found.start(1), shorten(found.group(1))) if found else None


def rust_panic(text: str) -> tuple[int, str] | None:
    """Where and what the first Rust panic says: ``index out of bounds: … (src/main.rs:1)``."""
    found = _RUST.search(text)
    if found is None:
        return None
    said = (found.group(2) or found.group(4) or "panicked").strip()
    left = re.match(r"\n +left: (.*)\n +right: (.*)", text[found.end() : found.end() + 2000])
    compared = f", left: {left.group(1)}, right: {left.group(2)}" if left else ""
    return found.start(), shorten(f"{said}{compared} ({found.group(3)})")


def go_panic(text: str) -> tuple[int, str] | None:
    """Where and what the first Go panic says, without the note that it was recovered and raised again."""
    found = _GO.search(text)
    return (found.start(), shorten(found.group(1).removesuffix(" [recovered]"))) if found else None
