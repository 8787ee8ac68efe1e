"""One look at the end of a log: how far its run has come, and the text that says so."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.logs.sanitise import plain
from app.logs.window import LogFile
from app.model.outcome import Progress

TAIL_BYTES = 64 * 1024
"""How much of a log's end is read for progress and the last line."""


@dataclass(frozen=True, slots=True)
class Look:
    """The end of a log as plain text, and what it says of the run's progress."""

    text: str
    progress: Progress | None


def look(log: LogFile, size: int) -> Look:
    """Read the end of a log of ``size`` bytes. Raises OSError."""
    from app.logs.readers import read_progress, signalled  # 15 ms that the first paint need not wait for

    raw = log.tail_raw(TAIL_BYTES)
    text = plain(raw)
    return Look(text, _joined(signalled(raw), read_progress(text, cut=size > TAIL_BYTES)))


def _joined(signal: Progress | None, read: Progress | None) -> Progress | None:
    """What the program told the terminal, with the counts that its output gives."""
    if signal is None or read is None:
        return signal or read
    if read.total:
        return replace(read, percent=signal.percent)
    return replace(signal, text=signal.text or read.text, phase=read.phase)
