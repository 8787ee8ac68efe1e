"""Reads what a task has written: how far it is, and its summary."""

from __future__ import annotations

from pathlib import Path

from app.model.outcome import Progress
from app.model.task import Attempt, Task
from app.registry.files import read_regular
from app.registry.paths import Home

PROGRESS_BYTES = 64 * 1024
"""How much of a log's end is read to see how far the run is."""

SUMMARY_BYTES = 1024 * 1024
"""The most of a summary that is shown; a task that writes more has its log for that."""


def progress_in(log: Path) -> Progress | None:
    """How far the run has come that writes this log; None where the log does not tell or cannot be read."""
    from app.logs.readers import read_progress
    from app.logs.window import LogFile

    file = LogFile(log)
    try:
        return read_progress(file.tail_text(PROGRESS_BYTES), cut=file.size() > PROGRESS_BYTES)
    except OSError:
        return None


def summary_of(home: Home, task: Task, run: Attempt | None) -> str | None:
    """The Markdown a task wrote about an attempt, else one made from the record; None before the end."""
    if run is None or (run is task.attempt and not task.status.ended):
        return None
    if run.summary:
        written = _read_text(home.task_file(task.id, run.summary))
        if written.strip():
            return _with_remarks(written, run)
    from app.logs.source import lies_at
    from app.logs.summary import compose_summary

    return compose_summary(task, run, str(lies_at(home.log(run.log))))


def _with_remarks(summary: str, run: Attempt) -> str:
    if run.log_dropped is None and not run.undelivered:
        return summary
    from app.logs.summary import with_remarks

    return with_remarks(summary, run)


def _read_text(path: Path) -> str:
    try:
        return read_regular(path, SUMMARY_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
