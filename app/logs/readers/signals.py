"""Progress that a program tells the terminal itself: the sequence OSC 9;4, as ConEmu defined it.

``ESC ] 9 ; 4 ; state ; percent`` ended by BEL or ST; the states are 0 none, 1 normal, 2 error, 3 going on
without a percentage, 4 paused. Windows Terminal, Ghostty and systemd speak it too.
"""

from __future__ import annotations

import re

from app.model.outcome import Progress

_SIGNAL = re.compile(r"(?:\x1b\]|\x9d)9;4;([0-4])(?:;(\d{0,3}))?(?:\x07|\x1b\\|\x9c)")
_WORDS = {"2": "error", "4": "paused"}


def signalled(raw: str) -> Progress | None:
    """What the last such sequence in a raw output says; None where there is none, or it took it back."""
    if "9;4;" not in raw:
        return None
    last = None
    for found in _SIGNAL.finditer(raw):
        last = found
    if last is None or last.group(1) not in "124" or not last.group(2):
        return None
    percent = int(last.group(2))
    return Progress(percent=percent, text=_WORDS.get(last.group(1))) if percent <= 100 else None
