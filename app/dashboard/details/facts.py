"""What the details tab says of a task: why the screen thinks so, and what was asked, pure.

Facts from the record stand for every task; what its processes do is there while they run.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.agents.host.lines import usage_words
from app.dashboard.details.markdown import Line
from app.dashboard.drawing.cells import cut, fit, width_of, wrapped
from app.dashboard.table.rowpaint import CHECKED
from app.dashboard.table.rows import exit_words
from app.logs.sanitise import sanitise
from app.model.changes import counted
from app.model.duration import format_duration, spell_duration
from app.model.estimate import NONE_YET, Estimate
from app.model.size import format_size
from app.model.status import Status
from app.model.task import Attempt, Task
from app.model.vitals import Change, LogFacts, Vitals
from app.supervisor.evidence import Fact, evidence, log_line, process_lines

WHY = "Why the screen thinks so"
"""The heading of the facts that the row of the task rests on."""

_INDENT = "  "
_GAP = "  "


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with facts (label and value, wrapped) and rows (one line each, cut) under it, sanitised."""

    title: str
    facts: Sequence[Fact] = ()
    rows: Sequence[str] = ()


def sections(
    task: Task,
    seen: Vitals | None,
    used: Change | None,
    log: LogFacts | None,
    log_path: str,
    estimate: Estimate | None = None,
    elapsed_s: float | None = None,
    agent: Iterable[Fact] = (),
    place: Iterable[Fact] = (),
) -> list[Section]:
    """Everything there is to say of a task; sections without content are left out.

    ``seen`` and ``used`` are what a live task's processes did, ``log`` the newest attempt's log as it is,
    ``estimate`` what tasks like an open one took, ``elapsed_s`` how long it has run,
    ``agent`` what is known of its agent and ``place`` of where it works, not yet safe for a terminal.
    """
    processes = process_lines(seen.processes) if seen else ()
    all_of_them = (
        Section(WHY, [*_why(task, seen, used), *_expected(task, estimate, elapsed_s)]),
        Section("Agent", [(label, sanitise(value)) for label, value in agent]),
        Section("Asked for", [*_asked(task), *_environment(seen)]),
        Section("Place and proof", [(label, sanitise(value)) for label, value in place]),
        Section("Limits", [*_limits(task)]),
        Section("Attempts", rows=[_attempt(task, run) for run in task.state.attempts]),
        Section("Processes", rows=processes),
        Section("Log", [*_log(task, log, log_path)]),
    )
    return [section for section in all_of_them if section.facts or section.rows]


def lay_out(shown: Sequence[Section], width: int) -> list[Line]:
    """The lines of the sections in ``width`` cells: values in one column, wrapped under themselves."""
    lines: list[Line] = []
    for section in shown:
        if lines:
            lines.append(())
        lines.append(((cut(section.title, width), "heading"),))
        label = max((width_of(name) for name, _ in section.facts), default=0)
        for name, value in section.facts:
            lines += _fact_lines(name, value, label, width)
        lines += [((_INDENT + cut(row, width - len(_INDENT)), ""),) for row in section.rows]
    return lines


def _fact_lines(name: str, value: str, label: int, width: int) -> Iterator[Line]:
    left = len(_INDENT) + label + len(_GAP)
    for index, row in enumerate(wrapped(value, max(8, width - left))):
        shown = _INDENT + fit("" if index else name, label) + _GAP
        yield ((shown, "mark"), (row, ""))


def _why(task: Task, seen: Vitals | None, used: Change | None) -> Iterator[Fact]:
    if task.status.live:
        yield from evidence(seen, used) if seen else (("runner", "looking …"),)
        return
    if task.status is Status.QUEUED:
        yield "waits", sanitise(task.queue_reason or "for its turn")
        return
    run = task.attempt
    if task.status is Status.LOST:
        yield "runner", "lock free, and no end was written: how it ended is not known"
    elif run is not None:
        yield "ended", exit_words(run) or "before its command ran"
        if run.qualifier and task.status is Status.COMPLETE:
            yield "but" if run.qualifier != CHECKED else "and", sanitise(run.qualifier)
    if run is None:
        return
    if run.reason:
        yield "because", sanitise(run.reason)
    if run.swept:
        yield "ended too", f"{run.swept} of its processes that outlived the command"
    if run.kept:
        yield "left running", f"{run.kept} of its processes, as it was wished"
    if run.survivors:
        yield "still alive", ", ".join(f"pid {pid}" for pid in run.survivors)
    if run.peak_bytes:
        yield "memory", f"{format_size(run.peak_bytes)} at most"


def _expected(task: Task, estimate: Estimate | None, elapsed_s: float | None) -> Iterator[Fact]:
    if not task.status.ended:
        yield "estimate", estimate.sentence(elapsed_s) if estimate else NONE_YET


def _asked(task: Task) -> Iterator[Fact]:
    yield "text", sanitise(task.text)
    yield "agent", sanitise(task.request.agent)
    yield "command", sanitise(shlex.join(task.command))
    yield "folder", sanitise(task.request.folder)


def _environment(seen: Vitals | None) -> Iterator[Fact]:
    if seen and seen.environment:
        yield "environment", sanitise(f"{' '.join(seen.environment)} (names only)")


def _limits(task: Task) -> Iterator[Fact]:
    request = task.request
    yield "time", spell_duration(request.timeout_s)
    if request.quiet_timeout_s:
        yield "silence", spell_duration(request.quiet_timeout_s)
    if request.memory_bytes:
        yield "memory", format_size(request.memory_bytes)
    if request.retries:
        yield "retries", f"{task.state.retried} of {request.retries} used"
    yield "priority", task.priority.word


def _attempt(task: Task, run: Attempt) -> str:
    parts = (
        f"#{task.number}.{run.number}",
        " ".join(filter(None, (run.verdict.word, run.qualifier))) if run.verdict else task.status.word,
        f"continues #{task.number}.{run.continues}" if run.continues else "",
        exit_words(run) if run.verdict else "",
        "" if run.duration_s is None else format_duration(run.duration_s),
        counted(len(run.outcome.files), "file") + " changed" if run.outcome.files else "",
        usage_words(run.usage) if run.usage else "",
        run.log,
    )
    return sanitise(" · ".join(part for part in parts if part))


def _log(task: Task, log: LogFacts | None, path: str) -> Iterator[Fact]:
    if task.attempt is None:
        return
    yield "file", sanitise(path)
    if log is not None:
        yield "size", log_line(log)
