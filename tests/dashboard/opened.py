"""The whole dashboard on a test's own registry, and what a person does with it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from app.dashboard.app import DelegateApp
from app.dashboard.screen.mainscreen import MainScreen
from app.dashboard.session import Session
from app.registry.config import Config
from app.registry.store import Registry
from tests.dashboard.screens import eventually, screen_lines, screen_text

WIDE, NARROW, COLUMN, SHORT = (160, 45), (80, 24), (50, 30), (80, 14)


class Seat:
    """A person in front of the dashboard: presses keys, types, and reads the screen."""

    def __init__(self, app: DelegateApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def main(self) -> MainScreen:
        """The main screen."""
        return self.app.main

    @property
    def screen(self) -> str:
        """Everything that can be read."""
        return screen_text(self.app)

    @property
    def hint(self) -> str:
        """The line under the input."""
        return self.main.bar.hint.render().plain

    def row(self, needle: str) -> str:
        """The first line of the table that holds a text, or an empty string."""
        height = self.main.table.region.bottom
        return next((line for line in screen_lines(self.app)[:height] if needle in line), "")

    async def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type a text, character by character."""
        await self.pilot.press(*text)
        await self.pilot.pause()

    async def enter(self, text: str) -> None:
        """Type a text and press Enter."""
        await self.type(text)
        await self.press("enter")

    async def sees(self, *texts: str) -> None:
        """Wait until all of these can be read at once."""
        try:
            await eventually(lambda: all(text in self.screen for text in texts))
        except AssertionError:
            missing = [text for text in texts if text not in self.screen]
            raise AssertionError(f"{missing} cannot be read on\n{self.screen}") from None

    async def sees_no(self, text: str) -> None:
        """Wait until this can no longer be read."""
        try:
            await eventually(lambda: text not in self.screen)
        except AssertionError:
            raise AssertionError(f"{text!r} is still on\n{self.screen}") from None

    async def finds(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        try:
            await eventually(condition)
        except AssertionError:
            raise AssertionError(f"it never came to that on\n{self.screen}") from None


@asynccontextmanager
async def opened(
    registry: Registry,
    size: tuple[int, int] = (120, 30),
    config: Config | None = None,
    folder: Path | None = None,
) -> AsyncIterator[Seat]:
    """Open the dashboard, and close it at the end; tasks go on."""
    session = Session(registry, config or Config(grace_s=0.5), folder or Path.cwd(), dict(os.environ))
    app = DelegateApp(session)
    async with app.run_test(size=size, notifications=True) as pilot:
        await eventually(lambda: app.focused is not None)
        yield Seat(app, pilot)
