"""A small app around one widget, and what a person sees of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.widget import Widget

from app.dashboard.theming import load_themes, shipped_themes, variable_defaults

PATIENCE_S = 10.0
"""How long a test waits for something that must happen."""


class Host(App[None]):
    """Shows one widget that fills the screen, and keeps the messages it was told to listen to."""

    CSS = "Screen { background: $background; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, widget: Widget, theme: str = "dark") -> None:
        super().__init__()
        self.widget = widget
        for loaded in load_themes((shipped_themes(),)).themes.values():
            self.register_theme(loaded.for_textual())
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The variables of our themes."""
        return variable_defaults()

    def compose(self) -> ComposeResult:
        """The one widget."""
        yield self.widget

    def on_mount(self) -> None:
        """Keys go to it."""
        self.widget.focus()


def screen_lines(app: App[None]) -> list[str]:
    """The lines on the screen as text, without the blanks at their ends."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def screen_text(app: App[None]) -> str:
    """The whole screen as text."""
    return "\n".join(screen_lines(app))


def colours_of(app: App[None], needle: str) -> tuple[str, str]:
    """Foreground and background of the first stretch on the screen that holds a text."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            if needle in segment.text and segment.style and segment.style.color and segment.style.bgcolor:
                return segment.style.color.name, segment.style.bgcolor.name
    raise AssertionError(f"{needle!r} is not on the screen")


async def eventually(condition: Callable[[], object], what: str = "it") -> None:
    """Wait until a condition holds; fail when it does not within `PATIENCE_S`."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} never happened"
        await asyncio.sleep(0.01)
