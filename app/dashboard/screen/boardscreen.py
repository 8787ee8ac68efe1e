"""What the main screen shows: table over details over input bar, kept true to the board of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from app.agents.expectation import expected
from app.dashboard.details.details import CHANGES, TABS, Details
from app.dashboard.drawing.hint import Hint
from app.dashboard.drawing.tone import Line
from app.dashboard.input.bar import InputBar, Target
from app.dashboard.input.choices import choices_for
from app.dashboard.news.attention import next_for_me
from app.dashboard.news.board import Board
from app.dashboard.plans.newtask import Setting, describe
from app.dashboard.plans.plan import Known, plan_for
from app.dashboard.prompt.prompt import Prompt
from app.dashboard.screen.footer import FooterBar, hints_for
from app.dashboard.screen.header import Facts, HeaderBar, short_folder
from app.dashboard.screen.place import branch_of
from app.dashboard.screen.stage import Stage
from app.dashboard.screen.taking import has_work
from app.dashboard.session import Session
from app.dashboard.table.filtering import parse_filter, visible
from app.dashboard.table.rows import Counts
from app.dashboard.table.table import TaskTable
from app.model.hold import Hold
from app.model.request import Draft
from app.model.sentences import Kind
from app.model.status import Status
from app.model.task import Task
from app.registry.queueing import memory_free, waiting

_SHORTEST_WITH_HEADER, _SHORTEST_WITH_FOOTER, _SHORTEST_WITH_RULE, _SHORTEST_ROOMY = 10, 8, 18, 28


class BoardScreen(Screen[None]):
    """The widgets, and what of the board each of them shows."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    BoardScreen { background: $background; layout: vertical; }
    BoardScreen #away { background: $panel; color: $foreground; padding: 0 1; display: none; }
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.board = Board()
        self.stage = Stage(session.registry.home)
        self.table: TaskTable = self.stage.table
        self.details: Details = self.stage.details
        self.bar = InputBar(session.inputs, self._known, self._describe)
        self.prompt = Prompt()
        self.paused = False
        self.holds: tuple[Hold, ...] = ()
        self.trouble = ""
        self.filter_words = ""
        self._head, self._foot, self._away = HeaderBar(id="header"), FooterBar(id="footer"), Hint(id="away")
        self._counts = Counts()
        self._visited: set[tuple[str, int]] = set()
        self._branch = branch_of(session.folder)

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._head
        yield self._away
        yield self.stage
        yield self.prompt
        yield self.bar
        yield self._foot

    def on_resize(self) -> None:
        """Leave out what there is no room for."""
        height = self.size.height
        self._head.display = height >= _SHORTEST_WITH_HEADER
        self._foot.display = height >= _SHORTEST_WITH_FOOTER
        self.bar.set_class(height >= _SHORTEST_WITH_RULE, "-ruled")
        self.prompt.set_class(height >= _SHORTEST_ROOMY, "-roomy")

    # Where the focus is

    @property
    def pane(self) -> str:
        """Where the focus is: ``table``, ``input``, ``prompt``, or the tab in view."""
        if self.prompt.panel is not None:
            return "prompt"
        if self.bar.field.has_focus:
            return "input"
        return self.details.tab if self.details.pane.has_focus else "table"

    def focus_pane(self, pane: str) -> None:
        """Give the focus at once to ``table``, ``details`` or ``input``, brought into view if need be."""
        self.set_focus(self.widget_of(pane))

    def widget_of(self, pane: str) -> Widget:
        """The widget of ``table``, ``details`` or ``input`` that takes the focus, brought into view."""
        return self.bar.field if pane == "input" else self.stage.bring(pane)

    def next_pane(self) -> None:
        """Give the focus to the next pane."""
        following = {"table": "details" if self.details.shown else "input", "input": "table"}
        self.focus_pane(following.get(self.pane, "input"))

    def zoom(self) -> None:
        """Give all the room to the pane with the focus, or take it back."""
        self.stage.zoom("details" if self.pane in TABS else "table")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:  # noqa: ARG002
        """The keys that make sense have changed."""
        self.refresh_footer()

    # What is shown

    def select(self, task: Task) -> None:
        """Put the cursor on a task; a filter that hides it goes."""
        if not self.table.select(task.id):
            self.set_filter("")
            self.table.select(task.id)

    def set_filter(self, words: str) -> None:
        """Show only the tasks that fit these words; none of them shows all."""
        self.filter_words = words.strip()
        self.refresh_table()
        self.bar.refresh_preview()

    def next_for_me(self) -> Task | None:
        """The next task that asks, or whose end nobody has seen; None when there is none."""
        cursor = self.table.cursor_task
        if cursor is not None:
            self.visited(cursor)
        return next_for_me(self.board.rows(), cursor, self.board.unread, self._visited)

    def visited(self, task: Task) -> None:
        """Remember that somebody has been led to the questions of a task."""
        self._visited.update((task.id, ask.number) for ask in task.asks)

    def show_away(self, line: str) -> None:
        """Say over the table what happened during an absence; an empty line takes it away."""
        self._away.say(line)
        self._away.display = bool(line)

    def on_task_table_highlighted(self, event: TaskTable.Highlighted) -> None:
        """Show the task under the cursor."""
        self.details.show(event.task)
        self.stage.share_out()
        self.refresh_bars()

    def refresh_table(self) -> None:
        """Lay the table out anew: tasks came, went or changed places."""
        board = self.board
        rows = visible(board.rows(), parse_filter(self.filter_words))
        self.bar.filtered(self.filter_words, f"{len(rows)} of {len(board.tasks)}")
        if board.tasks and not rows:
            self.table.set_tasks(rows, empty=(f"No task fits: {self.filter_words}", "", "esc shows all"))
        else:
            self.table.set_tasks(
                rows,
                board.progress,
                board.last_lines,
                silences=board.silences,
                estimates=board.estimates,
            )
        if self.details.shown is None:
            self.details.show(self.table.cursor_task)
        self._counts = board.counts(datetime.now().astimezone().date())
        self.refresh_choices()
        self.stage.share_out()

    def refresh_choices(self) -> None:
        """Let the input bar complete with what there is now."""
        names, folder = self.session.agents.names, self.session.folder
        self.bar.field.choices = choices_for(names, self.table.tasks, self.themes, folder)

    def refresh_row(self, task: Task) -> None:
        """Show one task as it is now."""
        board, known = self.board, task.id
        said = board.progress.get(known), board.last_lines.get(known, ""), board.silences.get(known)
        self.table.update_task(task, *said, board.estimates.get(known))

    def refresh_details(self) -> None:
        """Show the selected task as it is now."""
        shown = self.details.shown
        if shown is not None:
            self.details.show(self.board.tasks.get(shown.id, self.table.cursor_task))

    def refresh_bars(self) -> None:
        """Write the top and the bottom line anew, where they differ."""
        folder = short_folder(str(self.session.folder), str(Path.home()))
        held = tuple((hold.agent, hold.words) for hold in self.holds)
        facts = Facts(self._counts, folder, self._branch, self.paused, self.trouble, held)
        self._head.update_facts(facts)
        self.refresh_footer()

    def refresh_footer(self) -> None:
        """Show the keys that make sense now."""
        task, pane, changes = self.table.cursor_task, self.pane, self.details.changes
        if pane == CHANGES and changes.in_diff:
            pane = "diff"
        elif pane == "input" and self.bar.target is Target.FILTER:
            pane = "filter"
        hints = hints_for(
            task.status if task else None,
            pane,
            unread=bool(self.board.unread),
            asking=any(one.asks for one in self.board.open.values()),
            talks=task is not None and plan_for(Kind.CONTINUE, task).problem is None,
            takes=task is not None and has_work(self.session.registry.home, task),
            paused=self.paused,
            changed=bool(changes.pane.check_action("choose", ())),
            revoked=task is not None and task.status is Status.QUEUED and task.state.revoked,
        )
        self._foot.show(hints)

    # What readings are resolved against

    @property
    def themes(self) -> Sequence[str]:
        """The names of the themes there are."""
        return list(self.app.available_themes)

    def _known(self) -> Known:
        return Known(
            tuple(self.board.tasks.values()),
            self.table.cursor_task,
            self.themes,
            self.session.config.on_quit,
        )

    def _describe(self, draft: Draft) -> Line:
        tasks = self.board.tasks.values() if draft.after or draft.after_any else ()
        config = self.session.config
        live = [task for task in self.board.open.values() if task.status.live]
        setting = Setting(
            config=config,
            folder=self.session.folder,
            running=len(live),
            paused=self.paused,
            statuses={task.number: task.status for task in tasks},
            home=str(Path.home()),
            busy=tuple(map(waiting, live)),
            memory_free=memory_free() if config.memory_floor else None,
            find=lambda name, folder: self.session.agents.find(name, config, folder),
            needs_yes=self.session.agents.needs_yes,
            expected=partial(expected, self.session.registry),
        )
        return describe(draft, setting)
