"""Lengths of time as people type and read them: ``30m``, ``1h30m``, ``4m02``."""

from __future__ import annotations

import re

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_NEXT_UNIT = {"d": "h", "h": "m", "m": "s"}
_SPELLED = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,6})?)(?P<unit>[dhms]?)", re.ASCII)
_LONGEST_S = 10 * 365 * 86400.0

ALLOWED = "write 90s, 30m, 1h30m, 2d or none"
"""What a duration may look like, for messages that refuse one."""


def parse_duration(text: str) -> float | None:
    """Read a length of time: seconds, or None for the word ``none`` (no limit).

    A number without a unit counts seconds, or the next smaller unit after another (``1h30`` is 90 minutes).
    Raises ValueError with one line that says what is wrong and what is allowed.
    """
    spelled = text.strip().lower()
    if spelled == "none":
        return None
    seconds = _seconds(spelled)
    if seconds is None:
        raise ValueError(f"{text.strip() or 'nothing'!r} is not a length of time: {ALLOWED}")
    if seconds <= 0:
        raise ValueError("a length of time must be more than 0: write none for no limit")
    if seconds > _LONGEST_S:
        raise ValueError(f"{text.strip()} is longer than ten years: write none for no limit")
    return seconds


def format_duration(seconds: float) -> str:
    """Show a length of time in at most six cells: ``8s``, ``4m02``, ``12m34``, ``1h05``, ``3d4h``.

    Rounds down, as clocks do; less than nothing shows as ``0s``.
    """
    whole = max(0, int(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days >= 100:
        return f"{days}d"
    if days:
        return f"{days}d{hour}h"
    if hours:
        return f"{hours}h{minute:02}"
    if minutes:
        return f"{minutes}m{second:02}"
    return f"{second}s"


def format_coarsely(seconds: float) -> str:
    """Show a length of time to the minute, once there is a minute: ``40s``, ``6m``, ``1h05``, ``3d4h``."""
    whole = max(0, int(seconds))
    return f"{whole // 60}m" if 60 <= whole < 3600 else format_duration(whole)


def spell_duration(seconds: float | None) -> str:
    """Write a length of time so that `parse_duration` reads it back: ``1h30m``, ``90.5s``, ``none``.

    Exact to a millisecond.
    """
    if seconds is None:
        return "none"
    left = round(seconds, 3)
    parts = []
    for unit, size in list(_UNITS.items())[:-1]:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{int(count)}{unit}")
    left = round(left, 3)
    if left or not parts:
        parts.append(f"{left:.3f}".rstrip("0").rstrip(".") + "s")
    return "".join(parts)


def _seconds(spelled: str) -> float | None:
    """The sum of all parts, or None when the text is no sequence of them, biggest unit first."""
    total, position, previous = 0.0, 0, ""
    while position < len(spelled):
        part = _SPELLED.match(spelled, position)
        if part is None:
            return None
        unit = part["unit"] or _NEXT_UNIT.get(previous, "" if previous else "s")
        if not unit or (previous and _UNITS[unit] >= _UNITS[previous]):
            return None
        total += float(part["number"]) * _UNITS[unit]
        position, previous = part.end(), unit
    return total if previous else None
