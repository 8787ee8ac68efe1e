"""What was seen of a running task, in words: one fact a line, without a verdict."""

from __future__ import annotations

from collections.abc import Iterator

from app.logs.sanitise import width
from app.logs.window import format_bytes
from app.model.duration import format_coarsely
from app.model.task import Identity
from app.model.vitals import Change, Check, LogFacts, ProcessFacts, Vitals

Fact = tuple[str, str]
"""What is known, and how it stands; safe to print."""

_INDENT = "  "


def evidence(seen: Vitals, used: Change | None = None) -> list[Fact]:
    """Why the screen says of a task what it says: identity and lock, output, then what its processes use.

    ``used`` is what they used lately. A fact that is not known is not listed.
    """
    return [
        ("process", _standing(seen.child, seen.child_check) or "not started yet"),
        ("runner", _joined(_standing(seen.runner, seen.runner_check), _lock(seen.held))),
        *_output(seen.log),
        *_work(seen, used),
        *_hidden(seen.hidden),
    ]


def process_lines(processes: tuple[ProcessFacts, ...]) -> list[str]:
    """A line for each process: pid, name indented under its parent's, state, time used, memory."""
    if not processes:
        return []
    rows = [
        (str(one.pid), _INDENT * min(one.depth, 6) + one.name, one.state, _seconds(one.cpu_s), _bytes(one))
        for one in processes
    ]
    pid, name, state, cpu, memory = (max(map(width, column)) for column in zip(*rows, strict=True))
    return [
        f"{row[0]:>{pid}}  {_padded(row[1], name)}  {row[2]:<{state}}  "
        f"{row[3]:>{cpu}}  {row[4]:>{memory}}".rstrip()
        for row in rows
    ]


def log_line(log: LogFacts) -> str:
    """The size of a log, and what its bound has dropped from the middle."""
    dropped = f"{format_bytes(log.dropped)} of it dropped" if log.dropped else ""
    return _joined(format_bytes(log.size), dropped)


def _standing(identity: Identity | None, check: Check | None) -> str:
    return f"{identity.pid} {check.value}" if identity and check else ""


def _lock(held: bool) -> str:
    return "lock held" if held else "lock free"


def _output(log: LogFacts | None) -> Iterator[Fact]:
    if log is None:
        return
    yield "last output", "none yet" if log.silent_s is None else f"{format_coarsely(log.silent_s)} ago"
    if log.question:
        yield "last line", f"looks like a question: {log.question}"


def _work(seen: Vitals, used: Change | None) -> Iterator[Fact]:
    if seen.cpu_s is not None:
        lately = _within(used, _seconds(used.cpu_s) if used and used.cpu_s is not None else "")
        yield "CPU", _joined(lately, f"{_seconds(seen.cpu_s)} in all")
    if seen.read_bytes is not None and seen.written_bytes is not None:
        moved = _moved(used.read_bytes, used.written_bytes) if used else ""
        yield "I/O", _joined(_within(used, moved), f"{_moved(seen.read_bytes, seen.written_bytes)} in all")
    if seen.memory_bytes is not None:
        count = len(seen.processes)
        yield "memory", f"{format_bytes(seen.memory_bytes)} in {count} process{'' if count == 1 else 'es'}"
    if seen.connections is not None:
        yield "network", f"{seen.connections or 'no'} connection{'' if seen.connections == 1 else 's'}"


def _hidden(count: int) -> Iterator[Fact]:
    if count:
        what = "1 process" if count == 1 else f"{count} processes"
        yield "not seen", f"inside {what}: the sums are the least there is"


def _within(used: Change | None, words: str) -> str:
    if used is None or not words:
        return ""
    return f"{words} in {f'{used.seconds:.1f}s' if used.seconds < 1 else format_coarsely(used.seconds)}"


def _moved(read: int | None, written: int | None) -> str:
    if read is None or written is None:
        return ""
    return f"{format_bytes(read)} read, {format_bytes(written)} written"


def _seconds(seconds: float | None) -> str:
    """A time used, to a tenth of a second while that says something."""
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds < 600 else format_coarsely(seconds)


def _bytes(one: ProcessFacts) -> str:
    return "" if one.memory_bytes is None else format_bytes(one.memory_bytes)


def _padded(text: str, cells: int) -> str:
    return text + " " * (cells - width(text))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
