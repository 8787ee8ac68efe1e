"""The main screen: how news from the registry, keys and typed words reach what is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import SuspendNotSupported
from textual.binding import BindingType

from app.dashboard.details.details import LOG, SUMMARY
from app.dashboard.drawing.tone import Tone
from app.dashboard.input.bar import InputBar, Target
from app.dashboard.input.editor import edit
from app.dashboard.input.field import TaskInput
from app.dashboard.keys import PRESSED, bindings
from app.dashboard.news.feed import Feed
from app.dashboard.news.messages import (
    Collided,
    Expected,
    FellSilent,
    LogSpoke,
    ReadingFailed,
    RecordsChanged,
)
from app.dashboard.news.watching import Watcher
from app.dashboard.plans.actions import Done, edit_and_retry
from app.dashboard.plans.commanding import Commander, Finished
from app.dashboard.prompt.prompter import Approving, Prompter
from app.dashboard.screen.footer import FooterBar
from app.dashboard.screen.header import short_folder
from app.dashboard.screen.pressing import PRESSES
from app.dashboard.screen.taking import Taker
from app.dashboard.screen.talkingscreen import TalkingScreen
from app.dashboard.session import Session
from app.dashboard.table.table import TaskTable
from app.model.commands import keys_of
from app.model.task import Task
from app.registry.config import save_setting
from app.supervisor import operations


class MainScreen(TalkingScreen):
    """Shows the tasks of one session, and takes orders about them."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(PRESSED)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.feed = Feed(
            session.registry, lambda: session.config.limits, self.post_message, session.config.quiet_after_s
        )
        self.watcher = Watcher(self)
        self.commander = Commander(self)
        self.prompter = Prompter(self)
        self.taker = Taker(self)
        self.retrying: Task | None = None
        self._damaged = 0
        self._resting_pane = ""

    def on_mount(self) -> None:
        """Begin to read and to watch."""
        self.refresh_bars()
        self.feed.start()
        self.run_worker(self._tidy, thread=True, exit_on_error=False)
        self.look_for_agents()
        for problem in self.session.config.problems[:1]:
            self.bar.say(problem, Tone.PROBLEM)

    def on_unmount(self) -> None:
        """Let the threads go, and keep what was being typed."""
        self.feed.stop()
        self.bar.save_draft()

    def _tidy(self) -> None:
        operations.tidy(self.session.registry, self.session.config)

    # News

    def on_records_changed(self, event: RecordsChanged) -> None:
        """Show records as they are now, and tell of the ends among them."""
        changes = self.board.apply(event.tasks, event.removed)
        self.paused, self.holds = event.paused, event.holds
        if changes.reordered:
            self.refresh_table()
        else:
            for task in event.tasks:
                self.refresh_row(task)
        self.refresh_details()
        self.refresh_bars()
        self.watcher.tell(changes.ended, changes.asking)
        self.watcher.consider_seen()
        self.commander.tasks_changed()
        self.prompter.tasks_changed()
        self.bar.tasks_changed()
        self._tell_damaged(event.damaged)
        if not self._resting_pane:
            self._resting_pane = "table" if self.board.tasks and not self.bar.draft else "input"
        self.settle_focus()

    def settle_focus(self) -> None:
        """Have a pane take the keys: after the first news the one that a person will want, later the table.

        While the terminal has lost the focus no pane has it; Textual gives it back where it was.
        """
        if self.focused is None and self.app.app_focus and self._resting_pane:
            self.set_focus(self.widget_of(self._resting_pane))
            self._resting_pane = "table"

    def on_descendant_blur(self) -> None:
        """The pane with the focus may have gone, with the last task."""
        self.call_after_refresh(self.settle_focus)

    def on_reading_failed(self, event: ReadingFailed) -> None:
        """Say that what is shown may be old, for as long as that is so."""
        self.trouble = event.problem
        self.refresh_bars()

    def on_log_spoke(self, event: LogSpoke) -> None:
        """Show how far a task has come."""
        self.board.read_log(event.task_id, event.progress, event.last_line)
        if event.task_id in self.board.tasks:
            self.refresh_row(self.board.tasks[event.task_id])

    def on_fell_silent(self, event: FellSilent) -> None:
        """Show since when a task has said nothing."""
        self.board.fall_silent(event.task_id, event.silence)
        if event.task_id in self.board.tasks:
            self.refresh_row(self.board.tasks[event.task_id])

    def on_expected(self, event: Expected) -> None:
        """Show how long tasks like a running one took."""
        self.board.expect(event.task_id, event.estimate)
        if event.task_id in self.board.tasks:
            self.refresh_row(self.board.tasks[event.task_id])

    def on_collided(self, event: Collided) -> None:
        """Mark the running tasks that have changed the same file."""
        self.table.mark_shared(event.shared)

    def on_finished(self, event: Finished) -> None:
        """Say how an action went; a new task's row stands at once."""
        if event.wanted is not None and event.action is not None:
            self.prompter.approve(Approving(event.wanted, event.action, event.typed))
            return
        if event.done is None:
            self.bar.give_back(event.typed)
            self.bar.say(event.problem, Tone.PROBLEM)
            self.prompter.remark(event.problem, Tone.PROBLEM)
            return
        done = event.done
        if done.leave:
            self.leave()
        if sum(self.board.add(task) for task in done.new):
            self.refresh_table()
            self.refresh_bars()
        self.feed.look(done.ids)
        if done.select is not None and done.select in self.board.tasks:
            self.select(self.board.tasks[done.select])
        if done.line:
            self.bar.say(done.line, Tone.DONE, self._holds(done))
            self.prompter.remark(done.line)

    def _holds(self, done: Done) -> Callable[[], bool] | None:
        """Whether what was said of an action is still so; None for what is so for ever."""
        tasks = self.board.tasks
        if not done.while_in:
            return None
        return lambda: any(tasks[one].status in done.while_in for one in done.ids if one in tasks)

    def _tell_damaged(self, damaged: int) -> None:
        if damaged > self._damaged:
            what = "1 record is" if damaged == 1 else f"{damaged} records are"
            where = short_folder(str(self.session.registry.home.quarantine), str(Path.home()))
            self.bar.say(f"{what} damaged: kept whole in {where}", Tone.PROBLEM)
        self._damaged = damaged

    # Orders

    def action_press(self, identity: str) -> None:
        """Do what the key of that id in the command table does."""
        PRESSES[identity](self)

    def on_footer_bar_pressed(self, event: FooterBar.Pressed) -> None:
        """A click on a hint is a press of its key."""
        if self.pane == "prompt":
            self.prompter.leave()
        elif self.pane == "input" and self.bar.field.press(event.id):
            return
        elif event.id == "open" and self.pane == "table":
            self.table.action_open()
        elif event.id in PRESSES:
            self.action_press(event.id)
        else:
            self.app.simulate_key(keys_of(event.id).keys[0])

    def on_input_bar_planned(self, event: InputBar.Planned) -> None:
        """Carry out what was typed."""
        self.commander.by_sentence(event.plan)

    def on_input_bar_filtered(self, event: InputBar.Filtered) -> None:
        """Filter while it is typed."""
        self.set_filter(event.words)
        if event.final:
            self.focus_pane("table")

    def on_input_bar_retry_wanted(self, event: InputBar.RetryWanted) -> None:
        """Run the edited task again."""
        task, self.retrying = self.retrying, None
        self.focus_pane("table")
        if task is not None:
            self.commander.work(partial(edit_and_retry, task, event.text, self.session))

    def on_task_input_left(self, event: TaskInput.Left) -> None:
        """Go back to the table; the draft is kept."""
        if event.onward:
            self.bar.save_draft()
            self.focus_pane("table")
        else:
            self.leave_input()
        if event.then:
            self.app.simulate_key(event.then)

    def leave_input(self) -> None:
        """Go back to the table; a filter or an edit that is being typed is given up."""
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

    def on_task_table_opened(self, event: TaskTable.Opened) -> None:
        """Open a task: its log while it runs, its summary when it is over."""
        self.details.show(event.task)
        self.details.select_tab(SUMMARY if event.task.status.ended else LOG)
        self.focus_pane("details")
        self.watcher.mark_seen([event.task])

    def on_task_table_highlighted(self, event: TaskTable.Highlighted) -> None:
        """Show the task under the cursor; its end may be seen now."""
        super().on_task_table_highlighted(event)
        event.prevent_default()
        self.watcher.consider_seen()
        self.taker.consider(event.task)

    def on_details_tab_changed(self) -> None:
        """The keys that make sense have changed, and perhaps what is being seen."""
        self.refresh_footer()
        self.watcher.consider_seen()

    def set_theme(self, name: str) -> None:
        """Change the colours, now and for later sessions."""
        self.app.theme = name
        try:
            save_setting("theme", name)
        except OSError as error:
            self.bar.say(f"the theme is not saved: {error.strerror}", Tone.PROBLEM)

    def quit(self) -> None:
        """Leave as the settings want it: tasks go on, or are stopped, or it is asked."""
        self.prompter.close()
        self.commander.leave(self.session.config.on_quit, tuple(self.board.open.values()))

    def leave(self) -> None:
        """End the dashboard, and nothing else."""
        self.bar.save_draft()
        self.app.exit()
