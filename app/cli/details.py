"""What `delegate status 7` prints: everything known about one task, one fact a line, pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from app.cli.listing import COLOURS, duration_of, exit_words
from app.cli.output import clean, paint, table
from app.model.duration import spell_duration
from app.model.export import explain, status_words, unsaved_words
from app.model.outcome import Progress
from app.model.size import format_size
from app.model.status import Status
from app.model.task import COMMAND, Attempt, Request, Task

if TYPE_CHECKING:
    from app.model.vitals import Silence


def details(
    task: Task,
    progress: Progress | None,
    *,
    log_path: str,
    now: float,
    colour: bool = False,
    quiet: Silence | None = None,
    agent: Iterable[tuple[str, str]] = (),
) -> list[str]:
    """Lines of a label and a value each; what is not known is not listed.

    ``now`` is the monotonic clock in seconds, ``quiet`` a silence that is long enough to be shown, ``agent``
    what is known of the agent. Times are local.
    """
    title = f"#{task.number} {clean(task.name)}"
    facts = [
        ("status", _status(task, quiet, now, colour)),
        *_progress(progress),
        *_ending(task),
        *_request(task),
        *((label, clean(value)) for label, value in agent),
        *_times(task),
        *_attempts(task),
        ("log", clean(_log(task, log_path))),
    ]
    return [paint(title, "bold", colour), *table(facts, indent=2)]


def _status(task: Task, quiet: Silence | None, now: float, colour: bool) -> str:
    status = task.status
    words = [
        paint(f"{status.glyph} {clean(status_words(task))}", COLOURS[status], colour),
        clean(task.queue_reason or "") if status is Status.QUEUED else exit_words(task),
        "stopping" if task.stopping else "",
        quiet.words if quiet else "",
        clean(unsaved_words(task)),
        duration_of(task, now),
        "not seen yet" if task.unread else "",
    ]
    return " · ".join(word for word in words if word)


def _progress(progress: Progress | None) -> Iterator[tuple[str, str]]:
    if progress and progress.label:
        more = progress.text if progress.text and progress.text != progress.label else ""
        yield "progress", clean(f"{progress.label} {more}".strip())


def _ending(task: Task) -> Iterator[tuple[str, str]]:
    run = task.attempt
    if run is None or not task.status.ended:
        return
    outcome = run.outcome
    if outcome.headline:
        yield "result", clean(outcome.headline)
    if error := explain(task):
        yield "error", clean(error)
    if run.reason and run.reason != error:
        yield "reason", clean(run.reason)
    if outcome.commit:
        yield "commit", clean(outcome.commit)
    if outcome.files:
        yield "files", clean(", ".join(outcome.files))
    if run.survivors:
        yield "left over", ", ".join(f"pid {pid}" for pid in run.survivors)
    if run.kept:
        yield "left running", _processes(run.kept)
    if run.swept:
        yield "ended too", _processes(run.swept)
    if run.peak_bytes is not None:
        yield "peak memory", format_size(run.peak_bytes)


def _processes(count: int) -> str:
    return f"{count} {'process' if count == 1 else 'processes'} that outlived the command"


def _request(task: Task) -> Iterator[tuple[str, str]]:
    request = task.request
    yield "id", clean(task.id)
    yield "text", clean(task.text)
    yield "agent", "none: a command" if request.agent == COMMAND else clean(request.agent)
    yield "priority", task.priority.word
    yield "folder", clean(request.folder)
    yield "timeout", spell_duration(request.timeout_s)
    yield from _limits(request)
    yield from _conditions(task)
    if request.tags:
        yield "tags", clean(" ".join(f"+{tag}" for tag in request.tags))


def _limits(request: Request) -> Iterator[tuple[str, str]]:
    if request.quiet_timeout_s is not None:
        yield "silence", f"at most {spell_duration(request.quiet_timeout_s)}"
    if request.memory_bytes is not None:
        yield "memory", f"at most {format_size(request.memory_bytes)}"
    if request.keep_leftovers:
        yield "leftovers", "kept: what outlives the command goes on"
    if request.twice:
        yield "twice", "may run twice: on_lost may start it again after it was lost"


def _conditions(task: Task) -> Iterator[tuple[str, str]]:
    """What it waited for, or waits for yet."""
    request, state = task.request, task.state
    after = [f"#{number}" for number in request.after]
    after += [f"#{number}, however it ends" for number in request.after_any]
    freed = " (freed of that)" if state.freed else ""
    if after:
        yield "after", "; ".join(after) + freed
    if request.not_before:
        yield "not before", _local(request.not_before) + freed
    if request.retries:
        yield "retries", f"{state.retried} of {request.retries} used"
    if task.status is Status.QUEUED and state.not_before and state.attempts:
        yield "next start", f"attempt {len(state.attempts) + 1} at {_local(state.not_before)}"


def _times(task: Task) -> Iterator[tuple[str, str]]:
    yield "created", _local(task.request.created)
    run = task.attempt
    if task.live and task.live.child and not task.status.ended:
        yield "process", f"{task.live.child.pid}"
    if run is None or task.status is Status.QUEUED:
        return
    started = run.started or (task.live.started if task.live else None)
    if started:
        yield "started", _local(started)
    if run.ended:
        yield "ended", _local(run.ended)


def _attempts(task: Task) -> Iterator[tuple[str, str]]:
    runs = task.state.attempts
    if len(runs) > 1:
        yield "attempts", ", ".join(f"#{task.number}.{run.number} {_verdict(run)}" for run in runs)


def _log(task: Task, path: str) -> str:
    dropped = task.attempt.log_dropped if task.attempt else None
    return f"dropped on {_local(dropped)}, to keep all logs within their bound" if dropped else path


def _verdict(run: Attempt) -> str:
    return run.verdict.word if run.verdict else "open"


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
