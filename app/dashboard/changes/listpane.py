"""The list of what a task has changed: totals, files, commits, with a cursor on one of them."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.strip import Strip

from app.dashboard.changes.listing import Listing
from app.dashboard.drawing.painted import thumb
from app.dashboard.drawing.scrolled import Scrolled
from app.dashboard.keys import MOVES, bindings
from app.dashboard.table.rowpaint import CURSOR, THUMB

_NOTHING = Listing(())


class ListPane(Scrolled, can_focus=True):
    """Shows a listing; only the lines in view are made."""

    BINDINGS = bindings({**MOVES, "diff": "choose", "editor-at": "edit", "pager": "page_out"})
    ALLOW_SELECT = False
    ALLOW_MAXIMIZE = True
    DEFAULT_CSS = """
    ListPane { height: 1fr; background: $background; color: $foreground; }
    """

    class Chosen(Message):
        """The file or commit under the cursor is wanted; ``in_editor`` says where."""

        def __init__(self, choice: int, *, in_editor: bool = False) -> None:
            super().__init__()
            self.choice = choice
            self.in_editor = in_editor

    class PagerWanted(Message):
        """All differences are wanted in a pager."""

    class Resized(Message):
        """The list has to be laid out for another width."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._shown = _NOTHING
        self._top = 0
        self.cursor = 0

    def show(self, shown: Listing, *, from_top: bool = False) -> None:
        """Show a listing; the cursor stays on its file as far as that is still there."""
        before = self._called(self._shown, self.cursor)
        self._shown = shown
        if from_top:
            self._top = self.cursor = 0
        elif before is not None:
            found = (index for index in range(shown.choices) if self._called(shown, index) == before)
            self.cursor = next(found, self.cursor)
        self.cursor = max(0, min(self.cursor, shown.choices - 1))
        self._top = max(0, min(self._top, len(shown) - self.size.height))
        self.refresh()

    @property
    def inner_width(self) -> int:
        """The cells that there are for a line."""
        return max(8, self.size.width - 2)

    def point_at(self, choice: int) -> None:
        """Put the cursor on a file or commit, and bring it into view."""
        if not self._shown.choices:
            return
        self.cursor = max(0, min(choice, self._shown.choices - 1))
        row = self._shown.row_of(self.cursor)
        if row < self._top or self.cursor == 0:
            self._top = row if self.cursor else 0
        self._top = max(self._top, row - self.size.height + 1)
        self.refresh()

    @staticmethod
    def _called(shown: Listing, choice: int) -> str | None:
        if choice < len(shown.files):
            return shown.files[choice].path
        at = choice - len(shown.files)
        return shown.commits[at].id if at < len(shown.commits) else None

    # Moving

    def action_first(self) -> None:
        """Go to the first file."""
        self.point_at(0)

    def action_last(self) -> None:
        """Go to the last line."""
        self.point_at(self._shown.choices - 1)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.point_at(self.cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by screens."""
        self.point_at(self.cursor + pages * max(1, self.size.height - 1))

    def shift_view(self, rows: int) -> None:
        """Scroll by rows; the cursor stays."""
        self._top = max(0, min(self._top + rows, len(self._shown) - self.size.height))
        self.refresh()

    def action_choose(self) -> None:
        """Show how what is under the cursor changed."""
        if self._shown.choices:
            self.post_message(self.Chosen(self.cursor))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Leave Enter to the screen where there is nothing to be opened."""
        return action not in ("choose", "edit", "page_out") or self._shown.choices > 0

    def action_edit(self) -> None:
        """Open the file under the cursor in an editor."""
        if self._shown.choices:
            self.post_message(self.Chosen(self.cursor, in_editor=True))

    def action_page_out(self) -> None:
        """Read all differences in a pager."""
        self.post_message(self.PagerWanted())

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked line; a double click opens it."""
        choice = self._shown.choice_at(self._top + event.y)
        if choice is not None:
            self.point_at(choice)
            if event.chain == 2:
                self.action_choose()

    def on_resize(self) -> None:
        """Lay the lines out anew."""
        self.post_message(self.Resized())

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One line of the list."""
        row, width = self._top + y, self.size.width - 1
        chosen = self._shown.choices > 0 and row == self._shown.row_of(self.cursor)
        back = "" if not chosen else "selection" if self.has_focus else "surface"
        ground = self.ink(ground=back)
        pieces = [(CURSOR if chosen else " ", self.ink("accent" if self.has_focus else "muted", ground=back))]
        for text, colour in self._shown.line(row):
            heading = colour == "heading"
            pieces.append((text, self.ink("foreground" if heading else colour, ground=back, bold=heading)))
        total = max(1, len(self._shown))
        bar = thumb(self.size.height, self._top / total, (self._top + self.size.height) / total)
        mark = self.strip([(THUMB if y in bar else " ", self.ink("rule"))], 1, self.ink())
        return Strip.join([self.strip(pieces, width, ground), mark])
