"""One task as the object that ``--json`` prints: fixed keys, in a fixed order, with a fixed meaning."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.model.estimate import Estimate
from app.model.outcome import Progress
from app.model.status import Status
from app.model.task import Attempt, Task

if TYPE_CHECKING:
    from app.model.ask import Ask
    from app.model.changes import Changes
    from app.model.report import Usage

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
    duration_s = _duration(task, run, now)
    return {
        **_asked(task),
        **_ran(task, run, log_path, duration_s),
        "progress": _progress(progress),
        "summary": summary if task.status.ended else None,
        **_came_out(task, run),
        **_stands(task, estimate, duration_s),
        "qualifier": run.qualifier,
        **_said(task, run),
    }


def _asked(task: Task) -> dict[str, object]:
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
    }


def _ran(task: Task, run: Attempt, log_path: str | None, duration_s: float | None) -> dict[str, object]:
    pid = task.live.child.pid if task.live and task.live.child and not task.status.ended else None
    return {
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
    }


def _came_out(task: Task, run: Attempt) -> dict[str, object]:
    return {
        "error": explain(task),
        # An empty list would claim that no file was changed; all that is known is that none was reported.
        "files": list(run.outcome.files) or None,
        "commit": run.outcome.commit,
        "check": run.check,
    }


def _stands(task: Task, estimate: Estimate | None, duration_s: float | None) -> dict[str, object]:
    return {
        "estimate_s": round(estimate.middle_s, 3) if estimate else None,
        "estimate": _estimate(estimate, duration_s),
        "queue_reason": task.queue_reason,
        "attention": _attention(task),
        "unsaved": task.unsaved,
    }


def _said(task: Task, run: Attempt) -> dict[str, object]:
    """What an agent that speaks a protocol has told of its run, so far or in all."""
    report = task.report
    return {
        "session": run.session or (report.session if report else None),
        "model": run.model or (report.model if report else None),
        "usage": _usage(run.usage or (report.usage if report else None)),
        "asks": [_ask(ask) for ask in task.asks],
    }


def export_changes(changes: Changes) -> dict[str, object]:
    """What changed in plain values for JSON: sums, files, commits."""
    return {
        "added": changes.added,
        "removed": changes.removed,
        "partial": changes.partial or None,
        "files": [
            {
                "path": file.path,
                "kind": file.kind.value,
                "added": file.added,
                "removed": file.removed,
                "old_path": file.old_path,
                "untracked": file.untracked,
                "note": file.note or None,
            }
            for file in changes.files
        ],
        "commits": [
            {"id": commit.id, "subject": commit.subject, "author": commit.author, "when": commit.when}
            for commit in changes.commits
        ],
    }


def explain(task: Task) -> str | None:
    """The one line that says why a task did not complete, or None where it did or is still open."""
    if not task.status.ended or task.status is Status.COMPLETE:
        return None
    run = _current(task)
    return run.outcome.error or run.reason


def status_words(task: Task) -> str:
    """How a task stands, with the words without which "complete" says too much: ``complete 2 denied``."""
    qualifier = qualifier_of(task)
    return f"{task.status.word} {qualifier}" if qualifier else task.status.word


def qualifier_of(task: Task) -> str:
    """What qualifies the success of a complete task, or nothing."""
    if task.status is not Status.COMPLETE or task.attempt is None:
        return ""
    return task.attempt.qualifier or ""


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


def _usage(usage: Usage | None) -> dict[str, object] | None:
    if usage is None:
        return None
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost": usage.cost,
        "currency": usage.currency,
    }


def _ask(ask: Ask) -> dict[str, object]:
    return {
        "number": ask.number,
        "title": ask.title,
        "detail": ask.detail,
        "tool": ask.tool,
        "asked": _time(ask.asked),
        "expires": _time(ask.expires),
        "choices": [{"name": choice.name, "kind": choice.kind.value} for choice in ask.choices],
    }


def _attention(task: Task) -> str | None:
    if not task.status.ended:
        return None
    return "unread" if task.unread else "seen"


def _time(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if value else None
