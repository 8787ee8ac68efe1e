"""The changes tab: looks at what a task has changed while somebody sees it, and opens differences."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer

from app.dashboard.changes.diffpane import DiffPane
from app.dashboard.changes.difftable import DiffTable
from app.dashboard.changes.listing import listing
from app.dashboard.changes.listpane import ListPane
from app.dashboard.changes.reading import drop, in_a_line, key_of, place_in, table_of
from app.model.task import Task
from app.registry.paths import Home
from app.workspace.git import GitError
from app.workspace.review import Review, review, scratch_store

PERIOD_S = 3.0
"""The shortest time between two looks at a task that runs."""

SHARE = 10
"""A look that takes long is followed by so many times its duration without one."""


class ChangesTab(Vertical):
    """The list of what a task has changed, or the difference of one of its files.

    Threads run git; nothing runs while the tab is out of view.
    """

    DEFAULT_CSS = """
    ChangesTab { height: 1fr; }
    ChangesTab DiffPane { display: none; }
    ChangesTab.-diff DiffPane { display: block; }
    ChangesTab.-diff ListPane { display: none; }
    """

    @dataclass
    class Looked(Message):
        """A look came to its end; ``store`` holds the objects it wrote."""

        key: object
        found: Review
        store: tempfile.TemporaryDirectory[str] | None
        took_s: float

    @dataclass
    class Opened(Message):
        """A difference was read, or not: then ``problem`` says why."""

        key: object
        table: DiffTable | None
        problem: str = ""
        last: bool = False

    class PaneChanged(Message):
        """The list has made way for a difference, or the other way round, or it has other entries."""

    @dataclass
    class EditorWanted(Message):
        """A file is wanted in an editor, at a line."""

        found: Review
        path: str
        line: int

    @dataclass
    class PagerWanted(Message):
        """A difference is wanted in a pager: that of a file or commit by its number, or all of it."""

        found: Review
        choice: int | None

    def __init__(self, home: Home, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._home = home
        self._about: Task | None = None
        self._found: Review | None = None
        self._store: tempfile.TemporaryDirectory[str] | None = None
        self._looking = False
        self._due: Timer | None = None
        self._in_view = False
        self._choice = 0
        self._opening: object = None
        self._list = ListPane(id="changed-files")
        self._diff = DiffPane(id="difference")

    def compose(self) -> ComposeResult:
        """The list, and the difference that takes its place."""
        yield self._list
        yield self._diff

    @property
    def pane(self) -> ListPane | DiffPane:
        """The pane in view."""
        return self._diff if self.has_class("-diff") else self._list

    @property
    def in_diff(self) -> bool:
        """Whether a difference is in view, and not the list."""
        return self.has_class("-diff")

    @property
    def found(self) -> Review | None:
        """What is known of the task in view."""
        return self._found

    def show(self, task: Task | None) -> None:
        """Show a task's changes, or look at them anew; the same attempt again keeps the place."""
        before, self._about = self._about, task
        if key_of(before) != key_of(task):
            self._found = None
            self._drop_store()
            self._show_list()
            self._lay_out(from_top=True)
        elif before is not None and task is not None and before.status is task.status and self._found:
            return
        self._look()

    def look_again(self) -> None:
        """Look now: something was done to the changes, such as a merge."""
        self._look()

    # Looking

    def on_show(self) -> None:
        """Begin to look."""
        self._in_view = True
        self._look()

    def on_hide(self) -> None:
        """Look no more."""
        self._in_view = False
        self._rest()

    def on_unmount(self) -> None:
        """Let everything go."""
        self._rest()
        self._diff.close()
        self._drop_store()

    def _rest(self) -> None:
        if self._due is not None:
            self._due.stop()
            self._due = None

    def _look(self) -> None:
        """Let a thread look, unless one does already."""
        self._rest()
        if self._about is None or not self._in_view or self._looking or not self.is_running:
            return
        self._looking = True
        self.run_worker(partial(self._see, self._about), thread=True, exit_on_error=False)

    def _see(self, task: Task) -> None:
        """Run git; in a thread."""
        begin, store = time.monotonic(), None
        try:
            store = scratch_store(self._home, task)
            found = review(self._home, task, store=Path(store.name))
        except (GitError, OSError) as error:
            found = Review(remark=f"What changed cannot be told: {in_a_line(error)}")
        self.post_message(self.Looked(key_of(task), found, store, time.monotonic() - begin))

    def on_changes_tab_looked(self, event: Looked) -> None:
        """Show what was found, and look again later if the task goes on."""
        event.stop()
        self._looking = False
        if event.key != key_of(self._about):
            drop(event.store)
            self._look()
            return
        fresh = self._found is None
        self._drop_store()
        self._store, self._found = event.store, event.found
        self._lay_out(from_top=fresh)
        self.post_message(self.PaneChanged())
        if self._about is not None and self._about.status.live and self._in_view:
            self._due = self.set_timer(max(PERIOD_S, event.took_s * SHARE), self._look)

    def _drop_store(self) -> None:
        drop(self._store)
        self._store = None

    def _lay_out(self, *, from_top: bool = False) -> None:
        if self._about is None:
            shown = listing(Review(), self._list.inner_width, live=False)
        elif self._found is None:
            shown = listing(Review(remark="looking …"), self._list.inner_width, live=False)
        else:
            shown = listing(self._found, self._list.inner_width, live=self._about.status.live)
        self._list.show(shown, from_top=from_top)

    def on_list_pane_resized(self) -> None:
        """Lay the list out for its width."""
        self._lay_out()

    # Opening

    def on_list_pane_chosen(self, event: ListPane.Chosen) -> None:
        """Show how a file changed, or open it."""
        if not event.in_editor:
            self._open(event.choice)
            return
        path = self._path_of(event.choice)
        if self._found is not None and path is not None:
            self.post_message(self.EditorWanted(self._found, path, 1))

    def _open(self, choice: int, *, last: bool = False) -> None:
        """Read a difference in a thread; the list makes way for it."""
        found = self._found
        if found is None or found.changes is None:
            return
        count = len(found.changes.files) + len(found.changes.commits)
        if not 0 <= choice < count:
            return
        self._choice = choice
        self._list.point_at(choice)
        self._opening = (self._about and self._about.id, choice)
        self._diff.show(None, "reading the difference …", self._where)
        self._show_diff()
        work = partial(self._read, self._opening, found, choice, last)
        self.run_worker(work, thread=True, exit_on_error=False)

    def _read(self, key: object, found: Review, choice: int, last: bool) -> None:
        """Run git and find out what reads the language; in a thread."""
        try:
            opened = self.Opened(key, table_of(found, choice), last=last)
        except (GitError, OSError) as error:
            opened = self.Opened(key, None, in_a_line(error))
        self.post_message(opened)

    def on_changes_tab_opened(self, event: Opened) -> None:
        """Show the difference, unless another one is wanted by now."""
        event.stop()
        if event.key != self._opening or not self.has_class("-diff"):
            if event.table is not None:
                event.table.close()
            return
        note = event.problem or "nothing to compare line by line"
        self._diff.show(event.table, note, self._where, last=event.last)

    @property
    def _where(self) -> str:
        return place_in(self._found.changes, self._choice) if self._found and self._found.changes else ""

    def _path_of(self, choice: int) -> str | None:
        changes = self._found.changes if self._found else None
        return changes.files[choice].path if changes and choice < len(changes.files) else None

    def on_diff_pane_file_wanted(self, event: DiffPane.FileWanted) -> None:
        """Go to the next file or the one before; at the ends nothing happens."""
        self._open(self._choice + event.step, last=event.last)

    def on_diff_pane_left(self) -> None:
        """Back to the list."""
        self._show_list()

    def on_diff_pane_editor_wanted(self, event: DiffPane.EditorWanted) -> None:
        """Open the file in an editor."""
        if self._found is not None:
            self.post_message(self.EditorWanted(self._found, event.path, event.line))

    def on_diff_pane_pager_wanted(self) -> None:
        """Read this difference in a pager."""
        if self._found is not None:
            self.post_message(self.PagerWanted(self._found, self._choice))

    def on_list_pane_pager_wanted(self) -> None:
        """Read all differences in a pager."""
        if self._found is not None:
            self.post_message(self.PagerWanted(self._found, None))

    def _show_diff(self) -> None:
        self._switch(to_diff=True)

    def _show_list(self) -> None:
        self._opening = None
        self._switch(to_diff=False)
        self._diff.show(None)

    def _switch(self, *, to_diff: bool) -> None:
        if self.has_class("-diff") == to_diff:
            return
        had_focus = self.pane.has_focus
        self.set_class(to_diff, "-diff")
        if had_focus:
            self.pane.focus()
        self.post_message(self.PaneChanged())
