"""Panes that scroll by rows, with the same keys and the wheel."""

from __future__ import annotations

from textual import events

from app.dashboard.drawing.painted import Painted

WHEEL_ROWS = 3
"""Rows that one notch of the wheel scrolls."""


class Scrolled(Painted):
    """A pane whose first row in view moves; it says itself what that means in ``shift_view``."""

    def shift_view(self, rows: int) -> None:
        """Scroll down by rows, up when negative."""
        raise NotImplementedError

    def action_move(self, rows: int) -> None:
        """Scroll by rows."""
        self.shift_view(rows)

    def action_page(self, pages: int) -> None:
        """Scroll by screens; one row stays in view."""
        self.shift_view(pages * max(1, self.size.height - 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        self.shift_view(WHEEL_ROWS)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        self.shift_view(-WHEEL_ROWS)
        event.stop()
