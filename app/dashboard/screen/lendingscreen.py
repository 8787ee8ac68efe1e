"""Lends the terminal to programs of the user's that show a task's changes: an editor, a pager."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.app import SuspendNotSupported

from app.dashboard.changes.outside import open_in_editor, open_in_pager
from app.dashboard.changes.tab import ChangesTab
from app.dashboard.drawing.tone import Tone
from app.dashboard.screen.boardscreen import BoardScreen
from app.workspace.git import GitError


class LendingScreen(BoardScreen):
    """What the changes tab wants that only a whole screen can give."""

    def on_changes_tab_pane_changed(self) -> None:
        """The keys that make sense have changed."""
        self.refresh_footer()

    def on_changes_tab_editor_wanted(self, event: ChangesTab.EditorWanted) -> None:
        """Let the user look at a file in their own editor, with the terminal to itself."""
        self.lend(partial(open_in_editor, event.found, event.path, event.line))

    def on_changes_tab_pager_wanted(self, event: ChangesTab.PagerWanted) -> None:
        """Let the user read a difference in their own pager."""
        self.lend(partial(open_in_pager, event.found, event.choice))

    def lend(self, program: Callable[[], None]) -> None:
        """Run a program of the user's with the terminal to itself; what is wrong is said in a line."""
        try:
            with self.app.suspend():
                program()
        except SuspendNotSupported:
            self.bar.say("this terminal cannot be lent to another program", Tone.PROBLEM)
        except (OSError, ValueError, GitError) as error:
            self.bar.say(str(error), Tone.PROBLEM)
