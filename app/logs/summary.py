"""The summary of a finished task that wrote none itself, from what the record knows."""

from __future__ import annotations

import re
import signal as signals
from collections.abc import Iterator

from app.logs.sanitise import sanitise, sanitise_keep_newlines
from app.model.duration import format_duration
from app.model.outcome import Outcome
from app.model.status import Status
from app.model.task import Attempt, Task

_MOST_FILES = 50


def compose_summary(task: Task, attempt: Attempt, log_path: str | None = None) -> str:
    """Markdown for one ended attempt: verdict, why it failed, duration, counts, what was swept, the log.

    ``attempt`` is one of the task's own, with its outcome filled in; without a verdict it counts as lost.
    ``log_path`` is shown as given; without one the name in the record stands for it. Text from outside is
    sanitised and set as code, so that none of it acts as Markdown.
    """
    status = attempt.verdict or Status.LOST
    text = attempt.text if attempt.text is not None else task.request.text
    lines = [_title(status, attempt), "", *_why(status, attempt), *_fenced(text), ""]
    lines += [f"- {fact}" for fact in _facts(status, attempt, log_path)]
    lines += _files(attempt.outcome.files)
    return "\n".join(lines) + "\n"


def log_remark(attempt: Attempt | None) -> str | None:
    """A sentence on a log that is no more, or None."""
    if attempt is None or attempt.log_dropped is None:
        return None
    return f"Log dropped on {attempt.log_dropped.astimezone():%Y-%m-%d}, to keep all logs within their bound."


def with_remarks(summary: str, attempt: Attempt) -> str:
    """A summary written at the end of an attempt, with what only the record tells.

    That is messages that its agent was not told any more, and what became of its log later.
    """
    remarks = [*_undelivered(attempt), *filter(None, [log_remark(attempt)])]
    return "\n\n".join([summary.rstrip(), *remarks]) + "\n" if remarks else summary


def _undelivered(attempt: Attempt) -> Iterator[str]:
    for text in attempt.undelivered:
        yield f"Not delivered, it ended before: {_code(text)}"


def _title(status: Status, attempt: Attempt) -> str:
    headline = _escaped(attempt.outcome.headline) if attempt.outcome.headline else ""
    qualifier = f" {_escaped(attempt.qualifier)}" if attempt.qualifier and status is Status.COMPLETE else ""
    return f"# {status.glyph} {status.word}{qualifier}" + (f": {headline}" if headline else "")


def _why(status: Status, attempt: Attempt) -> list[str]:
    """The line that explains the end, and the reason in words where it is another one."""
    if status is Status.COMPLETE:
        return []
    error, reason = attempt.outcome.error, attempt.reason
    said = [_code(error)] if error else []
    said += [_escaped(reason)] if reason and reason != error else []
    if status is Status.LOST and not reason:
        said.append("What ran it was killed before it could write the end down.")
    return [line for text in said for line in (text, "")]


def _facts(status: Status, attempt: Attempt, log_path: str | None) -> Iterator[str]:
    yield f"ended: {_end(status, attempt)}"
    if attempt.duration_s is not None:
        yield f"duration: {format_duration(attempt.duration_s)}"
    if attempt.number > 1:
        yield f"attempt: {attempt.number}"
    yield from _counts(attempt.outcome)
    if attempt.outcome.commit:
        yield f"commit: {_code(attempt.outcome.commit)}"
    yield from _leftovers(attempt)
    if attempt.dropped_bytes:
        yield f"dropped from the middle of the log: {_size(attempt.dropped_bytes)}"
    yield log_remark(attempt) or f"log: {_code(log_path or attempt.log)}"


def _end(status: Status, attempt: Attempt) -> str:
    if attempt.signal is not None:
        return f"killed by {_signal_name(attempt.signal)}"
    if attempt.exit_code is not None:
        return f"exit code {attempt.exit_code}"
    return "not known" if status is Status.LOST else "before it had started"


def _counts(outcome: Outcome) -> Iterator[str]:
    tests = ((outcome.passed, "passed"), (outcome.failed, "failed"), (outcome.skipped, "skipped"))
    words = ", ".join(f"{count} {word}" for count, word in tests if count)
    if words:
        yield f"tests: {words}"
    for label, count in (
        ("errors", outcome.errors),
        ("warnings", outcome.warnings),
        ("fixed", outcome.fixed),
    ):
        if count:
            yield f"{label}: {count}"
    if outcome.tool:
        yield f"read from the output of: {_escaped(outcome.tool)}"


def _leftovers(attempt: Attempt) -> Iterator[str]:
    if attempt.swept == 1:
        yield "swept: 1 process outlived the command and was ended"
    elif attempt.swept:
        yield f"swept: {attempt.swept} processes outlived the command and were ended"
    if attempt.survivors:
        pids = ", ".join(str(pid) for pid in attempt.survivors)
        yield f"still running, could not be ended: pid {pids}"


def _files(files: tuple[str, ...]) -> list[str]:
    if not files:
        return []
    listed = [f"- {_code(name)}" for name in files[:_MOST_FILES]]
    more = len(files) - len(listed)
    listed += [f"- and {more} more"] if more else []
    return ["", "## Files changed", "", *listed]


def _signal_name(number: int) -> str:
    try:
        return signals.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _size(count: int) -> str:
    """Bytes in decimal units, as ``812 MB``."""
    for unit, size in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} B"


def _code(text: str) -> str:
    """One line as inline code, within more backticks than it holds itself."""
    line = sanitise(text.replace("\n", " ")).strip()
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}" if line else "(nothing)"


def _escaped(text: str) -> str:
    """One line of prose in which nothing acts as Markdown."""
    return re.sub(r"([\\`*_#\[\]<>|~])", r"\\\1", sanitise(text.replace("\n", " ")).strip())


def _fenced(text: str) -> list[str]:
    """Text as a code block that nothing in it can close."""
    safe = sanitise_keep_newlines(text).strip("\n")
    longest = max((len(run) for run in re.findall("`+", safe)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence, safe, fence]
