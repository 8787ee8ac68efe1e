"""The summary tab: what a finished task reports, or what is known of one that has not finished."""

from __future__ import annotations

from textual.strip import Strip

from app.dashboard.details.markdown import Line, lay_out
from app.dashboard.drawing.painted import thumb
from app.dashboard.drawing.scrolled import Scrolled
from app.dashboard.keys import MOVES, bindings
from app.dashboard.table.rowpaint import THUMB
from app.logs.sanitise import sanitise_keep_newlines
from app.model.duration import spell_duration
from app.model.task import Task

_INKS = {
    "": ("foreground", False),
    "heading": ("foreground", True),
    "bold": ("foreground", True),
    "code": ("accent", False),
    "quote": ("muted", False),
    "mark": ("muted", False),
}
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


class SummaryPane(Scrolled, can_focus=True):
    """Shows a summary written in Markdown, sanitised, scrolled by the same keys as the log."""

    BINDINGS = bindings(MOVES)
    ALLOW_MAXIMIZE = True

    DEFAULT_CSS = """
    SummaryPane { height: 1fr; padding: 0 0 0 1; background: $background; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._text = ""
        self._shown: tuple[str, int | None] | None = None
        self._lines: list[Line] = []
        self._top = 0

    def show(self, task: Task | None, markdown: str | None = None) -> None:
        """Show a task's summary; without one, what was asked. The same task again keeps the place."""
        text = "" if task is None else markdown if markdown is not None else unfinished(task)
        if len(text) > _LONGEST:
            text = text[:_LONGEST] + _CUT
        shown = None if task is None else (task.id, task.attempt.number if task.attempt else None)
        if shown != self._shown:
            self._top = 0
        self._shown, self._text = shown, sanitise_keep_newlines(text)
        self._arrange()

    # Moving

    def action_first(self) -> None:
        """Scroll to the beginning."""
        self._go(0)

    def action_last(self) -> None:
        """Scroll to the end."""
        self._go(len(self._lines))

    def shift_view(self, rows: int) -> None:
        """Scroll by rows."""
        self._go(self._top + rows)

    def _go(self, top: int) -> None:
        top = max(0, min(top, len(self._lines) - self.size.height))
        if top != self._top:
            self._top = top
            self.refresh()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._arrange()

    # Drawing

    def _arrange(self) -> None:
        if not self.size:
            return
        self._lines = lay_out(self._text, max(8, self.size.width - 2))
        self._top = max(0, min(self._top, len(self._lines) - self.size.height))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the summary."""
        width, ground = self.size.width - 1, self.ink()
        line = self._lines[self._top + y] if self._top + y < len(self._lines) else ()
        pieces = [(text, self.ink(_INKS[kind][0], bold=_INKS[kind][1])) for text, kind in line]
        total = max(1, len(self._lines))
        in_thumb = y in thumb(self.size.height, self._top / total, (self._top + self.size.height) / total)
        mark = self.strip([(THUMB if in_thumb else " ", self.ink("rule"))], 1, ground)
        return Strip.join([self.strip(pieces, width, ground), mark])
