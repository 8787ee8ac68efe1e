"""One task as the object that ``--json`` prints: fixed keys, in a fixed order, with a fixed meaning."""

from __future__ import annotations

from datetime import UTC, datetime

from app.model.estimate import Estimate
from app.model.outcome import Progress
from app.model.status import Status
from app.model.task import Attempt, Task

_ABSENT = Attempt(number=0, log="")


def export(
    task: Task,
    *,
    progress: Progress | None = None,
    log_path: str | None = None,
    summary: str | None = None,
    now: float | None = None,
    estimate: Estimate | None = None,
) -> dict[str, object]:
    """Describe a task in plain values for JSON; a key without a value is None.

    ``now`` is the monotonic clock in seconds, for the duration of what still runs. ``summary`` is the text of
    the summary, ``log_path`` the whole path of the newest log, ``estimate`` what tasks like it took. Times
    are ISO 8601 in UTC. What a run reported belongs to the newest attempt, and is None again while a further
    attempt waits for its start.
    """
    run = _current(task)
    outcome = run.outcome
    pid = task.live.child.pid if task.live and task.live.child and not task.status.ended else None
    duration_s = _duration(task, run, now)
    return {
        "number": task.number,
        "id": task.id,
        "name": task.name,
        "text": task.text,
        "agent": task.request.agent,
        "status": task.status.value,
        "priority": task.priority.word,
        "tags": list(task.request.tags),
        "folder": task.request.folder,
        "created": _time(task.request.created),
        "started": _time(run.started or (task.live.started if task.live else None)),
        "ended": _time(run.ended),
        "duration_s": duration_s,
        "exit_code": run.exit_code,
        "signal": run.signal,
        "pid": pid,
        "pgid": pid,
        "log": log_path,
        "attempt": task.attempt.number if task.attempt else None,
        "attempts": len(task.state.attempts),
        "progress": _progress(progress),
        "summary": summary if task.status.ended else None,
        "error": explain(task),
        # An empty list would claim that no file was changed; all that is known is that none was reported.
        "files": list(outcome.files) or None,
        "commit": outcome.commit,
        "check": None,
        "estimate_s": round(estimate.middle_s, 3) if estimate else None,
        "estimate": _estimate(estimate, duration_s),
        "queue_reason": task.queue_reason,
        "attention": _attention(task),
        "unsaved": task.unsaved,
    }


def explain(task: Task) -> str | None:
    """The one line that says why a task did not complete, or None where it did or is still open."""
    if not task.status.ended or task.status is Status.COMPLETE:
        return None
    run = _current(task)
    return run.outcome.error or run.reason


def unsaved_words(task: Task) -> str:
    """Why the end of a task is not saved yet: ``not saved: no space left on device``; else nothing."""
    return f"not saved: {task.unsaved}" if task.unsaved else ""


def _current(task: Task) -> Attempt:
    """The attempt whose facts count: a queued retry has none yet, whatever the run before it left."""
    if task.attempt is None or task.status is Status.QUEUED:
        return _ABSENT
    return task.attempt


def _duration(task: Task, run: Attempt, now: float | None) -> float | None:
    if run.duration_s is not None:
        return round(run.duration_s, 3)
    if task.live and task.live.since is not None and now is not None:
        return round(max(0.0, now - task.live.since), 3)
    return None


def _progress(progress: Progress | None) -> dict[str, object] | None:
    if progress is None:
        return None
    return {
        "done": progress.done,
        "total": progress.total,
        "percent": progress.percent,
        "text": progress.text,
        "phase": progress.phase,
    }


def _estimate(estimate: Estimate | None, elapsed_s: float | None) -> dict[str, object] | None:
    if estimate is None:
        return None
    least, most = estimate.remaining_s(elapsed_s or 0.0)
    return {
        "low_s": round(estimate.low_s, 3),
        "high_s": round(estimate.high_s, 3),
        "count": estimate.count,
        "remaining_s": [round(least, 3), round(most, 3)],
        "overdue": estimate.overdue(elapsed_s or 0.0),
    }


def _attention(task: Task) -> str | None:
    if not task.status.ended:
        return None
    return "unread" if task.unread else "seen"


def _time(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if value else None
