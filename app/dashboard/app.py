"""The dashboard as a program: terminal, themes, and the one screen."""

from __future__ import annotations

import gc
import os
from pathlib import Path

# Most of a start is imports, and collecting garbage among them finds none.
gc.disable()

from textual import events  # noqa: E402
from textual.app import App  # noqa: E402
from textual.driver import Driver  # noqa: E402

from app.dashboard.drawing.tone import Tone  # noqa: E402
from app.dashboard.input.field import TaskInput, after_escape  # noqa: E402
from app.dashboard.prompt.prompt import PromptText  # noqa: E402
from app.dashboard.screen.mainscreen import MainScreen  # noqa: E402
from app.dashboard.session import Session  # noqa: E402
from app.dashboard.theming import load_themes, variable_defaults  # noqa: E402
from app.registry.config import load_config  # noqa: E402
from app.registry.paths import Home  # noqa: E402
from app.registry.store import Registry  # noqa: E402

gc.freeze()
gc.enable()

FALLBACK_THEME = "dark"
"""The theme of those whose own cannot be found."""


class DelegateApp(App[None]):
    """Shows one registry. Ending it, in whatever way, ends no task."""

    TITLE = "delegate"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    ToastRack { margin: 0 0 4 0; }
    Toast { width: 48; max-width: 90%; padding: 0 1; background: $panel; color: $foreground; }
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.main = MainScreen(session)
        self._theme_problems = self._load_themes()

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver for this platform, guarded against bytes that are not text."""
        found = super().get_driver_class()
        from textual.drivers.linux_driver import LinuxDriver

        if found is not LinuxDriver:
            return found
        from app.dashboard.driver import GuardedDriver

        return GuardedDriver

    def get_default_screen(self) -> MainScreen:
        """The main screen is the only one that is always there."""
        return self.main

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of ours that a theme from elsewhere does not know."""
        return variable_defaults()

    def on_mount(self) -> None:
        """Say what is wrong with a theme, once there is a place to say it."""
        for problem in self._theme_problems[:1]:
            self.main.bar.say(problem, Tone.PROBLEM)

    async def on_event(self, event: events.Event) -> None:
        """Notice that somebody is there, and let an open question have the first say about a key."""
        if isinstance(event, events.Key | events.MouseDown) and not event.is_forwarded:
            self.main.watcher.sign_of_life()
            if isinstance(event, events.Key) and await self._does_at_once(event):
                return
        await super().on_event(event)

    async def _does_at_once(self, event: events.Key) -> bool:
        """Do what a key is bound to before the next one is looked at, unless its pane takes keys itself.

        Textual hands each key to the pane with the focus, and looks for its binding when it comes back: of
        keys that come together, as over a slow line, all would meet the pane that the first one left.
        """
        if self.main.commander.hears(event.key):
            return True
        if isinstance(self.focused, TaskInput) or not self.app_focus:
            return False
        then = after_escape(event)
        if isinstance(self.focused, PromptText) or self.screen is not self.main:
            return bool(then) and await self._leave_and_press(then)
        if then:
            await self._check_bindings("escape")
        return await self._check_bindings(then or event.key)

    async def _leave_and_press(self, then: str) -> bool:
        """Close what was opened over the rest, and press a key there, but none on what is opened next."""
        if self.screen is self.main:
            self.main.prompter.leave()
        else:
            await self._check_bindings("escape")
        if self.screen is self.main and not self.main.prompter.is_open:
            self.simulate_key(then)
        return True

    def on_app_focus(self) -> None:
        """The terminal says that it is being looked at."""
        self.main.watcher.sign_of_life(focused=True)
        self.call_later(self.main.settle_focus)

    def on_app_blur(self) -> None:
        """The terminal says that something else is being looked at."""
        self.main.watcher.sign_of_life(focused=False)

    async def action_quit(self) -> None:
        """Leave as the q key does; a screen over the main one goes first."""
        while self.screen is not self.main:
            self.pop_screen()
        self.main.quit()

    def action_help_quit(self) -> None:
        """Ctrl+c copies elsewhere and ends nothing here; say what does."""
        then = "; running tasks go on" if self.session.config.on_quit == "keep" else ""
        self.main.bar.say(f"q leaves (esc first, if you are typing){then}")

    def _load_themes(self) -> list[str]:
        loaded = load_themes()
        for name in list(self.available_themes):
            self.unregister_theme(name)
        for theme in loaded.themes.values():
            self.register_theme(theme.for_textual())
        wanted = self.session.config.theme
        self.theme = wanted if wanted in loaded.themes else FALLBACK_THEME
        missing = [] if wanted in loaded.themes else [f"there is no theme {wanted}; {FALLBACK_THEME} is used"]
        return [*loaded.problems, *missing]


def run(home: Path | None = None) -> int:
    """Open the dashboard on this terminal, until the user leaves, and return the exit code.

    ``home`` is the registry folder.
    """
    registry = Registry(Home(home) if home else Home.find()).open()
    folder = Path(os.environ.get("PWD") or ".")
    folder = folder if folder.is_dir() and folder.samefile(".") else Path.cwd()
    app = DelegateApp(Session(registry, load_config(), folder, dict(os.environ)))
    app.run()
    return app.return_code or 0
