"""Amounts of memory as people type and read them: ``512M``, ``2G``."""

from __future__ import annotations

import re

_UNITS = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SPELLED = r"(?P<number>\d{1,16}(?:\.\d{1,6})?)(?P<unit>[bkmgt])(?:i?b)?"

SMALLEST = 1 << 20
LARGEST = 1 << 50
"""The bounds of an amount that makes sense for a task, in bytes."""


def parse_size(text: str) -> int:
    """Read an amount of memory in bytes; a unit counts 1024 of the one before it.

    Raises ValueError with what is allowed.
    """
    found = re.fullmatch(_SPELLED, text.strip().lower(), re.ASCII)
    if found is None:
        raise ValueError("write how much memory, as in 512M or 2G")
    amount = round(float(found["number"]) * _UNITS[found["unit"]])
    if not SMALLEST <= amount <= LARGEST:
        raise ValueError("an amount of memory is at least 1M and at most 1024T")
    return amount


def spell_size(amount: int) -> str:
    """Write an amount so that `parse_size` reads the same one back: ``2G``, ``1536M``."""
    for unit in "tgmk":
        if amount % _UNITS[unit] == 0:
            return f"{amount // _UNITS[unit]}{unit.upper()}"
    return f"{amount}B"


def format_size(amount: int) -> str:
    """Show an amount in a few cells, rounded: ``812 MiB``, ``1.9 GiB``."""
    for unit, name in (("t", "TiB"), ("g", "GiB")):
        if amount >= _UNITS[unit]:
            return f"{amount / _UNITS[unit]:.1f} {name}"
    return f"{amount / _UNITS['m']:.0f} MiB"
