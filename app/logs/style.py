"""The look of a stretch of text, and how SGR parameters change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any, TypeAlias

Color: TypeAlias = int | tuple[int, int, int] | None
"""A palette index 0–255 (0–15 are the terminal's own), red, green and blue 0–255 each, or None for the
default."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a stretch of text looks. What is concealed stays readable, and nothing blinks."""

    fg: Color = None
    bg: Color = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False


PLAIN = Style()
"""The style that every line begins in."""

_LONGEST = 256
_SWITCHES: dict[str, dict[str, Any]] = {
    "1": {"bold": True},
    "2": {"dim": True},
    "3": {"italic": True},
    "4": {"underline": True},
    "7": {"reverse": True},
    "9": {"strike": True},
    "21": {"underline": True},
    "22": {"bold": False, "dim": False},
    "23": {"italic": False},
    "24": {"underline": False},
    "27": {"reverse": False},
    "29": {"strike": False},
    "39": {"fg": None},
    "49": {"bg": None},
    **{str(30 + color): {"fg": color} for color in range(8)},
    **{str(40 + color): {"bg": color} for color in range(8)},
    **{str(90 + color): {"fg": color + 8} for color in range(8)},
    **{str(100 + color): {"bg": color + 8} for color in range(8)},
}
_EXTENDED = {"38": "fg", "48": "bg", "58": None}


@lru_cache(maxsize=1024)
def apply_sgr(style: Style, parameters: str) -> Style:
    """The style after ``ESC [ parameters m``.

    Understands the forms with semicolons and with colons (``38;5;208``, ``38;2;R;G;B``, ``38:2::R:G:B``,
    ``4:3``). What it does not know, or cannot be a colour, changes nothing.
    """
    if not set(parameters) <= set("0123456789;:") or len(parameters) > _LONGEST:
        return style
    rest = iter(parameters.split(";"))
    for parameter in rest:
        style = _after_parameter(style, parameter, rest)
    return style


def _after_parameter(style: Style, parameter: str, rest: Iterator[str]) -> Style:
    """The style after one parameter, which may take more of those that follow."""
    code, *details = parameter.split(":")
    code = code.lstrip("0")
    if not code:
        return PLAIN
    if code in _EXTENDED:
        return _with_color(style, _EXTENDED[code], details or _following(rest))
    if code == "4" and details:
        return replace(style, underline=details[0] != "0")
    return replace(style, **_SWITCHES.get(code, {}))


def _following(rest: Iterator[str]) -> list[str]:
    """The parameters of an extended colour that is written with semicolons."""
    kind = next(rest, "")
    count = {"5": 1, "2": 3}.get(kind, 0)
    return [kind, *islice(rest, count)]


def _with_color(style: Style, ground: str | None, details: list[str]) -> Style:
    """The style with an indexed or a direct colour; ``ground`` None is the underline's, which is not
    shown."""
    color = _color(details)
    if color is None or ground is None:
        return style
    changed: dict[str, Any] = {ground: color}
    return replace(style, **changed)


def _color(details: list[str]) -> Color:
    """The colour that ``5, INDEX`` or ``2, R, G, B`` names, or ``2, space, R, G, B``; else None."""
    if not all(detail.isdecimal() or not detail for detail in details):
        return None
    kind, *numbers = (int(detail or 0) for detail in details)
    if kind == 2 and len(numbers) > 3:
        del numbers[0]
    if any(number > 255 for number in numbers[:3]):
        return None
    if kind == 5 and len(numbers) == 1:
        return numbers[0]
    return (numbers[0], numbers[1], numbers[2]) if kind == 2 and len(numbers) >= 3 else None
