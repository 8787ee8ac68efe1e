"""Listens to what a client writes into the log past us: its error output goes there straight."""

from __future__ import annotations

import os
import re
import stat

from app.agents.trouble import fault_in, trouble_of
from app.logs.sanitise import sanitise

TAIL_BYTES = 16 * 1024
"""How much of the end of the log is looked at for an error."""

_LAST_LINES = 30
_ERROR = re.compile(r"\b(?:error|fatal|exception|failed|failure|denied|panic)\b", re.IGNORECASE)


class Hearing:
    """The log from now on, read by its descriptor; where that is none of a file, nothing is heard."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._start = self._heard = self._size()

    def news(self) -> str:
        """What has come since the last time, whole lines only, and not more than the end of it."""
        end = self._size()
        start = max(self._heard, end - TAIL_BYTES)
        data = self._read(start, end)
        whole = data[: data.rfind(b"\n") + 1]
        self._heard = start + len(whole) if whole else start
        return whole.decode(errors="replace")

    def complaint(self) -> str:
        """The last line that looks like the reason for a failure; empty where there is none."""
        end = self._size()
        text = self._read(max(self._start, end - TAIL_BYTES), end).decode(errors="replace")
        lines = [sanitise(line).strip() for line in text.splitlines()[-_LAST_LINES:]]
        for says_why in (_is_trouble, _ERROR.search):
            for line in reversed(lines):
                if says_why(line):
                    return line
        return ""

    def _size(self) -> int:
        try:
            found = os.fstat(self._descriptor)
        except OSError:
            return 0
        return found.st_size if stat.S_ISREG(found.st_mode) else 0

    def _read(self, start: int, end: int) -> bytes:
        if end <= start:
            return b""
        try:
            return os.pread(self._descriptor, end - start, start)
        except OSError:  # a descriptor that is only for writing
            return b""


def _is_trouble(line: str) -> bool:
    return fault_in(line) is not None or trouble_of(line) is not None
