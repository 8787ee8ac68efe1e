"""The main screen: table over details over input bar, and how news and typed words reach them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import BindingType
from textual.screen import Screen

from app.dashboard.actions import edit_and_retry
from app.dashboard.bindings import screen_bindings
from app.dashboard.board import Board
from app.dashboard.choices import choices_for
from app.dashboard.commanding import Commander, Finished
from app.dashboard.details import LOG, SUMMARY, Details
from app.dashboard.editor import edit
from app.dashboard.feed import Feed, LogSpoke, RecordsChanged
from app.dashboard.filtering import parse_filter, visible
from app.dashboard.footer import FooterBar, hints_for
from app.dashboard.header import HeaderBar, short_folder
from app.dashboard.hint import Hint
from app.dashboard.inputbar import InputBar, Target
from app.dashboard.newtask import Setting, describe
from app.dashboard.place import branch_of
from app.dashboard.plan import Known
from app.dashboard.pressing import PRESSES
from app.dashboard.rows import Counts, count, ordered
from app.dashboard.session import Session
from app.dashboard.table import TaskTable
from app.dashboard.taskinput import TaskInput
from app.dashboard.tone import Tone
from app.dashboard.watching import Watcher
from app.model.request import Draft
from app.model.task import Task
from app.supervisor import operations

SHORT = 16
"""Below this height there is room for the table or the details, not for both."""

_SHORTEST_WITH_HEADER, _SHORTEST_WITH_FOOTER = 10, 8
_FEWEST_ROWS = 5
_TABLE_SHARE = 0.45


class MainScreen(Screen[None]):
    """Shows the tasks of one session and takes orders about them."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings()
    DEFAULT_CSS = """
    MainScreen { background: $background; layout: vertical; }
    MainScreen #away { background: $panel; color: $foreground; padding: 0 1; display: none; }
    ToastRack { dock: top; align: right top; margin: 1 0 0 0; }
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.board = Board()
        self.table = TaskTable(id="table")
        self.details = Details(session.registry.home)
        self.bar = InputBar(session.inputs, self._known, self._describe)
        self.feed = Feed(session.registry, session.config.limit, self.post_message)
        self.watcher = Watcher(self)
        self.commander = Commander(self)
        self.paused = False
        self.zoomed = False
        self.filter_words = ""
        self.retrying: Task | None = None
        self._head, self._foot, self._away = HeaderBar(id="header"), FooterBar(id="footer"), Hint(id="away")
        self._in_details = False
        self._damaged = 0
        self._counts = Counts()
        self._branch = ""

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._head
        yield self._away
        yield self.table
        yield self.details
        yield self.bar
        yield self._foot

    def on_mount(self) -> None:
        """Begin to read and to watch."""
        self._branch = branch_of(self.session.folder)
        self._arrange()
        self._refresh_bars()
        self.feed.start()
        self.run_worker(self._tidy, thread=True, exit_on_error=False)
        for problem in self.session.config.problems[:1]:
            self.bar.say(problem, Tone.PROBLEM)

    def on_unmount(self) -> None:
        """Let the threads go, and keep what was being typed."""
        self.feed.stop()
        self.bar.save_draft()

    def _tidy(self) -> None:
        operations.tidy(self.session.registry, self.session.config)

    # News from the registry

    def on_records_changed(self, event: RecordsChanged) -> None:
        """Show records as they are now, and tell of the ends among them."""
        first = not self.board.tasks
        changes = self.board.apply(event.tasks, event.removed)
        self.paused = event.paused
        if changes.reordered:
            self._refresh_table()
        else:
            for task in event.tasks:
                self._refresh_row(task)
        self._refresh_details()
        self._refresh_bars()
        self.watcher.tell(changes.ended)
        self.watcher.consider_seen()
        self._tell_damaged(event.damaged)
        if first:
            self._focus_first()

    def on_log_spoke(self, event: LogSpoke) -> None:
        """Show how far a task has come."""
        self.board.read_log(event.task_id, event.progress, event.last_line)
        if event.task_id in self.board.tasks:
            self._refresh_row(self.board.tasks[event.task_id])

    def on_finished(self, event: Finished) -> None:
        """Say how an action went; a new task's row stands at once."""
        if event.done is None:
            self.bar.give_back(event.typed)
            self.bar.say(event.problem, Tone.PROBLEM)
            return
        done = event.done
        if sum(self.board.add(task) for task in done.new):
            self._refresh_table()
            self._refresh_bars()
        self.feed.look(done.ids)
        if done.select is not None and done.select in self.board.tasks:
            self.select(self.board.tasks[done.select])
        self.bar.say(done.line, Tone.DONE)

    def _tell_damaged(self, damaged: int) -> None:
        if damaged > self._damaged:
            what = "1 record is" if damaged == 1 else f"{damaged} records are"
            where = short_folder(str(self.session.registry.home.quarantine), str(Path.home()))
            self.bar.say(f"{what} damaged and lies whole in {where}", Tone.PROBLEM)
        self._damaged = damaged

    # Orders

    def action_press(self, identity: str) -> None:
        """Do what the key of that id in the command table does."""
        PRESSES[identity](self)

    def on_footer_bar_pressed(self, event: FooterBar.Pressed) -> None:
        """A click on a hint is a press of its key."""
        if event.id == "open" and self.table.cursor_task is not None:
            self._open(self.table.cursor_task)
        elif event.id in PRESSES:
            self.action_press(event.id)
        else:
            self.run_worker(self.details.log_pane.run_action(f"toggle_{event.id}"), exit_on_error=False)

    def on_input_bar_planned(self, event: InputBar.Planned) -> None:
        """Carry out what was typed."""
        self.commander.by_sentence(event.plan)

    def on_input_bar_filtered(self, event: InputBar.Filtered) -> None:
        """Filter while it is typed."""
        self.set_filter(event.words)
        if event.final:
            self.bar.aim_at_task()
            self.focus_pane("table")

    def on_input_bar_retry_wanted(self, event: InputBar.RetryWanted) -> None:
        """Run the edited task again."""
        task, self.retrying = self.retrying, None
        self.bar.aim_at_task()
        self.focus_pane("table")
        if task is not None:
            self.commander.work(partial(edit_and_retry, task, event.text, self.session))

    def on_task_input_left(self, event: TaskInput.Left) -> None:
        """Go back to the table; escape also ends a filter or an edit, and a draft is kept."""
        if not event.onward:
            if self.bar.target is Target.FILTER:
                self.set_filter("")
            self.bar.aim_at_task()
        self.bar.save_draft()
        self.focus_pane("table")

    def on_task_input_editor_wanted(self) -> None:
        """Let the user write in their own editor, with the terminal to itself."""
        try:
            with self.app.suspend():
                text = edit(self.bar.text)
        except SuspendNotSupported:
            self.bar.say("this terminal cannot be lent to an editor", Tone.PROBLEM)
        except (OSError, ValueError) as error:
            self.bar.say(f"the editor: {error}", Tone.PROBLEM)
        else:
            self.bar.field.value = text

    def set_filter(self, words: str) -> None:
        """Show only the tasks that fit these words; none of them shows all."""
        self.filter_words = words.strip()
        self.bar.idle = (
            f"filter: {self.filter_words} · / changes it, esc shows all" if self.filter_words else ""
        )
        self._refresh_table()
        self.bar.refresh_preview()

    def set_theme(self, name: str) -> None:
        """Change the colours, now and for later sessions."""
        from app.registry.config import save_setting

        self.app.theme = name
        try:
            save_setting("theme", name)
        except OSError as error:
            self.bar.say(f"the theme is not saved: {error.strerror}", Tone.PROBLEM)

    def leave(self) -> None:
        """End the dashboard; tasks go on."""
        self.bar.save_draft()
        self.app.exit()

    # The view

    @property
    def pane(self) -> str:
        """Where the focus is: ``table``, ``log``, ``summary`` or ``input``."""
        if self.bar.field.has_focus:
            return "input"
        return self.details.tab if self.details.pane.has_focus else "table"

    def focus_pane(self, pane: str) -> None:
        """Give the focus to ``table``, ``details`` or ``input``, and bring it into view if need be."""
        if pane != "input":
            self._in_details = pane == "details" and self.details.shown is not None
            self._arrange()
        target = {"input": self.bar.field, "details": self.details.pane}.get(pane, self.table)
        target = target if target.focusable else self.table
        target.focus()

    def next_pane(self) -> None:
        """Give the focus to the next pane."""
        following = {"table": "details" if self.details.shown else "input", "input": "table"}
        self.focus_pane(following.get(self.pane, "input"))

    def zoom(self) -> None:
        """Give all the room to the pane with the focus, or take it back."""
        self.zoomed = not self.zoomed
        self._in_details = self.pane in (LOG, SUMMARY)
        self._arrange()

    def select(self, task: Task) -> None:
        """Put the cursor on a task; a filter that hides it goes."""
        if not self.table.select(task.id):
            self.set_filter("")
            self.table.select(task.id)

    def next_unread(self) -> Task | None:
        """The next task below the cursor whose end nobody has seen, going round; None when there is none."""
        rows = ordered(self.board.tasks.values())
        cursor = self.table.cursor_task
        start = next((i for i, task in enumerate(rows) if cursor and task.id == cursor.id), -1) + 1
        return next((task for task in (*rows[start:], *rows[:start]) if task.id in self.board.unread), None)

    def show_away(self, line: str) -> None:
        """Say over the table what happened during an absence; an empty line takes it away."""
        self._away.say(line)
        self._away.display = bool(line)

    def on_task_table_highlighted(self, event: TaskTable.Highlighted) -> None:
        """Show the task under the cursor."""
        self.details.show(event.task)
        self._refresh_bars()
        self.watcher.consider_seen()

    def on_task_table_opened(self, event: TaskTable.Opened) -> None:
        """Open a task: its log while it runs, its summary when it is over."""
        self._open(event.task)

    def _open(self, task: Task) -> None:
        self.details.show(task)
        self.details.select_tab(SUMMARY if task.status.ended else LOG)
        self.focus_pane("details")
        self.watcher.mark_seen([task])

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:  # noqa: ARG002
        """The keys that make sense have changed."""
        self._refresh_footer()

    def on_details_tab_changed(self) -> None:
        """The keys that make sense have changed, and perhaps what is being seen."""
        self._refresh_footer()
        self.watcher.consider_seen()

    def on_resize(self) -> None:
        """Share out the room anew."""
        self._arrange()

    def _focus_first(self) -> None:
        """Where to begin: typing, if there is nothing to look at or something is half written."""
        if self.focused is None:
            self.focus_pane("input" if not self.board.tasks or self.bar.draft else "table")

    def _arrange(self) -> None:
        """Share out the room: both panes, or the one in use where there is room for one."""
        height = self.size.height
        single = self.zoomed or height < SHORT
        has_tasks = bool(self.board.tasks)
        self.details.display = has_tasks and (self._in_details or not single)
        self.table.display = not (single and self.details.display)
        self._head.display = height >= _SHORTEST_WITH_HEADER
        self._foot.display = height >= _SHORTEST_WITH_FOOTER
        if self.details.display and self.table.display:
            rows = len(self.table.tasks) + 1
            self.table.styles.height = min(max(rows, 2), max(_FEWEST_ROWS, int(height * _TABLE_SHARE)))
        else:
            self.table.styles.height = "1fr"

    def _refresh_table(self) -> None:
        rows = ordered(visible(self.board.tasks.values(), parse_filter(self.filter_words)))
        board = self.board
        if board.tasks and not rows:
            self.table.set_tasks(rows, empty=(f"No task fits: {self.filter_words}", "", "esc shows all"))
        else:
            self.table.set_tasks(rows, board.progress, board.last_lines)
        self._counts = count(board.tasks.values(), datetime.now().astimezone().date())
        self.bar.field.choices = choices_for(self.session.config, rows, self._themes, self.session.folder)
        self._arrange()

    def _refresh_row(self, task: Task) -> None:
        board = self.board
        self.table.update_task(task, board.progress.get(task.id), board.last_lines.get(task.id, ""))

    def _refresh_details(self) -> None:
        shown = self.details.shown
        if shown is not None:
            self.details.show(self.board.tasks.get(shown.id, self.table.cursor_task))

    def _refresh_bars(self) -> None:
        folder = short_folder(str(self.session.folder), str(Path.home()))
        self._head.update_facts(self._counts, folder, self._branch, self.paused)
        self._refresh_footer()

    def _refresh_footer(self) -> None:
        task = self.table.cursor_task
        hints = hints_for(task.status if task else None, self.pane, unread=bool(self.board.unread))
        self._foot.show(hints)

    # What readings are resolved against

    @property
    def _themes(self) -> Sequence[str]:
        return [name for name in self.app.available_themes if not name.startswith("textual-")]

    def _known(self) -> Known:
        return Known(tuple(self.board.tasks.values()), self.table.cursor_task, self._themes)

    def _describe(self, draft: Draft) -> str:
        tasks = self.board.tasks.values()
        setting = Setting(
            config=self.session.config,
            folder=self.session.folder,
            running=sum(task.status.live for task in tasks),
            paused=self.paused,
            statuses={task.number: task.status for task in tasks} if draft.after else {},
            home=str(Path.home()),
        )
        return describe(draft, setting)
