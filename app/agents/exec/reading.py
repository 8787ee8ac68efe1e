"""Finds values in an object of JSON by paths, and tells whether it meets a condition. Never raises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any
"""What a line of JSON can hold; everything in it is somebody else's, and nothing of it is certain."""

LARGEST = 1 << 53
"""Numbers from here on are none that a client means, nor that a record could hold."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the paths of a rule start at: a member of a list or the line itself, the line, and what a
    ``match`` has found."""

    item: Json
    line: Json
    found: Mapping[str, str | None] = field(default_factory=dict)

    def value(self, spec: str | None) -> Json:
        """The value that a specification names (see shapes.toml); None where there is none."""
        if not spec:
            return None
        if spec.startswith("="):
            return spec[1:]
        if spec.startswith("#"):
            return self.found.get(spec[1:])
        values = (self._at(path) for path in spec.split("|"))
        return next((value for value in values if value is not None), None)

    def text(self, spec: str | None) -> str | None:
        """The same as text; None where there is none or it is empty."""
        value = self.value(spec)
        return as_text(value) or None

    def number(self, spec: str | None) -> int | None:
        """The same as a whole number; None for anything else."""
        value = self.value(spec)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
            return int(value)
        whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST
        return value if whole else None

    def amount(self, spec: str | None) -> float | None:
        """The same as an amount of money; None for anything else."""
        value = self.value(spec)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return None
        return float(value) if -LARGEST < value < LARGEST else None

    def meets(self, conditions: Mapping[str, Json]) -> bool:
        """Whether all of these hold."""
        return all(_holds(self.value(path), wanted) for path, wanted in conditions.items())

    def _at(self, path: str) -> Json:
        value = self.line if path.startswith("^") else self.item
        for name in path.removeprefix("^").split("."):
            if name == "-1" and isinstance(value, list) and value:
                value = value[-1]
            elif isinstance(value, dict):
                value = value.get(name)
            else:
                return None
        return value


def _holds(value: Json, wanted: Json) -> bool:
    if isinstance(wanted, bool):
        return bool(value) is wanted
    if isinstance(wanted, list):
        return any(_holds(value, one) for one in wanted)
    return type(value) is type(wanted) and bool(value == wanted)


def as_text(value: Json) -> str:
    """A value for people: text as it is, blocks of content one after the other, anything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(_is_text(item) for item in value):
        return "\n".join(item if isinstance(item, str) else str(item.get("text")) for item in value)
    try:
        return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    except RecursionError:
        return "…"


def _is_text(item: Json) -> bool:
    return isinstance(item, str) or (isinstance(item, dict) and isinstance(item.get("text"), str))


def in_words(error: str) -> str:
    """An error as its words: some clients pass on what an interface answered, JSON and all."""
    start = error.find("{")
    answer = parsed(error[start : error.rfind("}") + 1]) if start >= 0 else None
    if answer is None:
        return error
    inner = answer.get("error") if isinstance(answer.get("error"), dict) else answer
    scope = Scope(inner, answer)
    words = scope.text("message") or scope.text("detail")
    return f"{scope.text('code') or ''} {words}".strip() if words else error


def parsed(line: str) -> dict[str, Json] | None:
    """The object that a line of a stream is; None for anything else."""
    if not line.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
