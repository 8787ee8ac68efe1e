"""The summary tab: what a finished task reports, or what is known of one that has not finished."""

from __future__ import annotations

from app.dashboard.details.linespane import LinesPane
from app.dashboard.details.markdown import Line, lay_out
from app.logs.sanitise import sanitise_keep_newlines
from app.model.duration import spell_duration
from app.model.task import Task

_LONGEST = 256 * 1024
_CUT = "\n\n… the rest is too long to show here …"


def unfinished(task: Task) -> str:
    """Markdown for a task that has not ended: what was asked, and within which limits."""
    limit = task.request.timeout_s
    reason = task.queue_reason or ""
    return "\n".join(
        [
            f"# {task.status.glyph} {task.status.word}{f': {reason}' if reason else ''}",
            "",
            *_fenced(task.text),
            "",
            f"- agent: {_literal(task.request.agent)}",
            f"- folder: {_literal(task.request.folder)}",
            f"- priority: {task.priority.word}",
            f"- stops after: {spell_duration(limit) if limit is not None else 'no limit'}",
            "",
            "The summary comes when it ends.",
        ]
    )


def _fenced(text: str) -> list[str]:
    """The text as a code block that nothing in it can close."""
    longest = max((len(run) for run in "".join(c if c == "`" else " " for c in text).split()), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence, text, fence]


def _literal(text: str) -> str:
    return f"`{text}`" if "`" not in text else text


class SummaryPane(LinesPane):
    """Shows a summary written in Markdown, sanitised."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._text = ""
        self._shown: tuple[str, int | None] | None = None

    def show(self, task: Task | None, markdown: str | None = None) -> None:
        """Show a task's summary; without one, what was asked. The same task again keeps the place."""
        text = "" if task is None else markdown if markdown is not None else unfinished(task)
        if len(text) > _LONGEST:
            text = text[:_LONGEST] + _CUT
        before = self._shown
        self._shown = None if task is None else (task.id, task.attempt.number if task.attempt else None)
        self._text = sanitise_keep_newlines(text)
        self.lay_anew(from_top=self._shown != before)

    def lay_out(self, width: int) -> list[Line]:
        """The summary's lines."""
        return lay_out(self._text, width)
