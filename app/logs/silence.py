"""How long a log has been silent, and whether its last line looks like a question."""

from __future__ import annotations

import time
from pathlib import Path

from app.logs.source import open_source
from app.model.vitals import LogFacts, Silence, silence

TAIL_BYTES = 4096
"""How much of a log's end is read to see whether its last line looks like a question."""


def log_facts(path: Path, running_s: float | None) -> LogFacts | None:
    """What a log tells without its words, and its last line if that looks like a question; None without one.

    ``running_s`` is how long its writer has run. Raises OSError when the log may not be read.
    """
    with open_source(path) as source:
        if source is None:
            return None
        size, dropped = source.size, sum(end - start for start, end in source.holes)
    if not size:
        return LogFacts(0, 0)
    return LogFacts(size, dropped, _silent_s(path, running_s), _question(path))


def silence_of(path: Path, running_s: float | None, after_s: float | None) -> Silence | None:
    """The silence of a running task's log if it is longer than ``after_s`` seconds; None for no such bound.

    One look at the file's times while it speaks; its end is read only once it is quiet. Of a log that cannot
    be looked at nothing is known.
    """
    if after_s is None:
        return None
    try:
        silent_s = _silent_s(path, running_s)
        return Silence(silent_s, _question(path)) if silent_s >= after_s else None
    except OSError:
        return None


def _silent_s(path: Path, running_s: float | None) -> float:
    return silence(path.stat().st_mtime, time.time(), running_s)


def _question(path: Path) -> str | None:
    # Only the quiet pay for these imports.
    from app.logs.sanitise import sanitise
    from app.logs.window import LogFile
    from app.model.question import asked

    question = asked(LogFile(path).tail_text(TAIL_BYTES))
    return sanitise(question) if question else None
