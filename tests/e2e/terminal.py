"""A real terminal for the tests: tmux with a server of its own, keys sent in, the screen read back."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support import need, until

_PASSED_ON = (
    "HOME",
    "PATH",
    "DELEGATE_HOME",
    "XDG_STATE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
)


class Terminal:
    """One window of a given size, in cells. To be closed; closing it hangs up on what runs inside."""

    def __init__(self, folder: Path, width: int, height: int, command: Sequence[str] = ()) -> None:
        self.tmux = need("tmux")
        self.socket = folder / "tmux.socket"
        self.environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self.environment |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor"}
        command = command or (sys.executable, "-m", "app")
        size = ["-x", str(width), "-y", str(height)]
        self("-f", "/dev/null", "new-session", "-d", *size, "-c", str(folder), shlex.join(command))
        self("set-option", "-g", "remain-on-exit", "on")

    def __call__(self, *words: str) -> str:
        """Run a tmux command on this server and return what it prints."""
        done = subprocess.run(
            [self.tmux, "-S", str(self.socket), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    def type(self, text: str) -> None:
        """Type a text, letter for letter."""
        self("send-keys", "-l", "--", text)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: Enter, Escape, Tab, C-c, x."""
        self("send-keys", *keys)

    def screen(self) -> str:
        """What the terminal shows now."""
        return self("capture-pane", "-p")

    def shows(self, *texts: str, seconds: float = 15.0) -> bool:
        """Wait until the screen shows all of these texts."""
        return until(lambda: all(text in self.screen() for text in texts), seconds)

    def expect(self, *texts: str, seconds: float = 15.0) -> str:
        """The screen once it shows all of these texts; fails, with the screen, where it does not."""
        shown = self.shows(*texts, seconds=seconds)
        screen = self.screen()
        missing = [text for text in texts if text not in screen]
        assert shown, f"{missing} not on the screen:\n{screen}"
        return screen

    def gone(self, text: str, seconds: float = 15.0) -> None:
        """Wait until a text has left the screen."""
        assert until(lambda: text not in self.screen(), seconds), self.screen()

    def row(self, text: str) -> str:
        """The first line of the screen that holds a text; empty when none does."""
        return next((line for line in self.screen().splitlines() if text in line), "")

    def record(self, path: Path) -> None:
        """Keep every byte that the program writes from now on."""
        self("pipe-pane", "-o", f"cat > {shlex.quote(str(path))}")

    def ended(self, seconds: float = 10.0) -> bool:
        """Wait until the program in the window has ended."""
        return until(lambda: self("display-message", "-p", "#{pane_dead}").strip() == "1", seconds)

    def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        self("resize-window", "-x", str(width), "-y", str(height))

    def close(self) -> None:
        """End the server and with it the window."""
        self("kill-server")
