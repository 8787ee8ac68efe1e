"""The lower pane: what the selected task is saying, what it reported, and the facts about it."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from app.dashboard.changes.diffpane import DiffPane
from app.dashboard.changes.listpane import ListPane
from app.dashboard.changes.tab import ChangesTab
from app.dashboard.details.factspane import FactsPane
from app.dashboard.details.summary import SummaryPane
from app.dashboard.details.tabs import TabsLine
from app.dashboard.log.pane import LogPane
from app.dashboard.table.rows import title
from app.logs.source import lies_at
from app.logs.summary import compose_summary, log_remark, with_remarks
from app.model.status import Status
from app.model.task import Task
from app.registry.files import read_regular
from app.registry.paths import Home
from app.registry.store import Registry

LOG, SUMMARY, CHANGES, FACTS = "log", "summary", "changes", "details"
TABS = (LOG, SUMMARY, CHANGES, FACTS)
"""The tabs, in their order."""


class Details(Vertical):
    """Title, tabs, and under them the log, the summary, the changes or the details of one task."""

    DEFAULT_CSS = """
    Details { height: 1fr; }
    Details LogPane, Details SummaryPane, Details ChangesTab, Details FactsPane { display: none; }
    Details.-on-log LogPane, Details.-on-summary SummaryPane, Details.-on-changes ChangesTab,
    Details.-on-details FactsPane {
        display: block;
    }
    """

    class TabChanged(Message):
        """Another tab is in view."""

    def __init__(self, home: Home) -> None:
        super().__init__(id="details", classes="-on-log")
        self._home = home
        self._shown: Task | None = None
        self._tab = LOG
        self._line = TabsLine(id="tabs")
        self.log_pane = LogPane(id="log")
        self.summary_pane = SummaryPane(id="summary")
        self.changes = ChangesTab(home, id="changes")
        self.facts_pane = FactsPane(Registry(home), id="facts")

    def compose(self) -> ComposeResult:
        """The rule with the tabs, and the panes, of which one is in view."""
        yield self._line
        yield self.log_pane
        yield self.summary_pane
        yield self.changes
        yield self.facts_pane

    @property
    def shown(self) -> Task | None:
        """The task in the pane."""
        return self._shown

    @property
    def tab(self) -> str:
        """The tab in view: ``log``, ``summary``, ``changes`` or ``details``."""
        return self._tab

    @property
    def pane(self) -> LogPane | SummaryPane | ListPane | DiffPane | FactsPane:
        """The pane in view."""
        if self._tab == LOG:
            return self.log_pane
        if self._tab == CHANGES:
            return self.changes.pane
        return self.summary_pane if self._tab == SUMMARY else self.facts_pane

    def shows_end_of(self, task: Task) -> bool:
        """Whether whoever looks at the pane sees how the task ended."""
        if self._shown is None or self._shown.id != task.id or not self.display:
            return False
        return self._tab != LOG or self.log_pane.following

    def show(self, task: Task | None) -> None:
        """Show a task, or how the shown one stands now."""
        before, self._shown = self._shown, task
        if before is None or task is None or _differs(before, task):
            self._fill()
        self._write_title()

    def select_tab(self, tab: str) -> None:
        """Bring a tab into view; the focus goes along if it was in the pane."""
        if tab == self._tab:
            return
        had_focus = self.pane.has_focus
        self._tab = tab
        for name in TABS:
            self.set_class(name == tab, f"-on-{name}")
        self._fill()
        self._write_title()
        if had_focus:
            self.pane.focus()
        self.post_message(self.TabChanged())

    def next_tab(self) -> None:
        """Bring the next tab into view, after the last one the first."""
        self.select_tab(TABS[(TABS.index(self._tab) + 1) % len(TABS)])

    def _fill(self) -> None:
        task = self._shown
        attempt = task.attempt if task else None
        path = self._home.log(attempt.log) if attempt else None
        if self._tab == LOG:
            self.log_pane.show(path, bool(task and task.status.live), _why_empty(task))
        elif self._tab == SUMMARY:
            self.summary_pane.show(task, self._summary(task) if task else None)
        elif self._tab == CHANGES:
            self.changes.show(task)
        else:
            self.facts_pane.show(task)

    def _summary(self, task: Task) -> str | None:
        """What the task wrote as its summary, else one composed from the record; None before its end."""
        attempt = task.attempt
        if attempt is None or not task.status.ended:
            return None
        written = _read_text(self._home.task_file(task.id, attempt.summary)) if attempt.summary else None
        if written:
            return with_remarks(written, attempt)
        return compose_summary(task, attempt, str(lies_at(self._home.log(attempt.log))))

    def _write_title(self) -> None:
        task = self._shown
        note = ""
        if self._tab == LOG and task is not None and task.status.live:
            note = "following" if self.log_pane.following else self._new_since
        self._line.show(f"#{task.number} {title(task)}" if task else "", TABS, self._tab, note)

    _new_since = "scrolled: G follows"

    def on_log_pane_follow_changed(self, event: LogPane.FollowChanged) -> None:
        """Say whether the end stays in view, and how much came since it does not."""
        new = f"+{_size(event.new_bytes)} new · " if event.new_bytes else ""
        self._new_since = f"{new}G follows"
        self._write_title()

    def on_tabs_line_selected(self, event: TabsLine.Selected) -> None:
        """A click on a tab brings it into view."""
        self.select_tab(event.tab)


SUMMARY_BYTES = 256 * 1024
"""The most of a summary file that is shown."""


def _read_text(path: Path) -> str | None:
    try:
        return read_regular(path, SUMMARY_BYTES).decode("utf-8", "replace")
    except OSError:
        return None


def _differs(before: Task, task: Task) -> bool:
    """Whether the panes must be filled anew, rather than follow by themselves."""
    return (before.id, before.attempt, before.status, before.queue_reason, before.report, before.asks) != (
        task.id,
        task.attempt,
        task.status,
        task.queue_reason,
        task.report,
        task.asks,
    )


def _why_empty(task: Task | None) -> str:
    if task is None:
        return ""
    if task.status is Status.QUEUED:
        return f"It has not started yet: {task.queue_reason or 'it waits for its turn'}."
    if task.status.live:
        return "It has written nothing yet."
    return log_remark(task.attempt) or "It wrote nothing."


def _size(count: int) -> str:
    if count < 1024:
        return f"{count} B"
    if count < 1024 * 1024:
        return f"{count // 1024} KiB"
    return f"{count / 1024 / 1024:.1f} MiB"
