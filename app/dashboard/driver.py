"""The terminal driver: Textual's own, kept alive when the terminal sends bytes that are not text."""

from __future__ import annotations

import asyncio
import signal
import sys
from functools import partial

from textual.drivers.linux_driver import LinuxDriver

from app.cli.output import on_terminal

TERMINATED = 128 + signal.SIGTERM
"""The exit code of a program that was told to end."""


class GuardedDriver(LinuxDriver):
    """Textual's driver, with an input thread that survives mouse reports in the old encoding.

    A terminal that forgets the mouse mode (a tmux re-attach) reports positions past column 95 as single
    bytes. They are no UTF-8, the decoder raises, and the thread would take the whole screen with it (Textual
    issue 6668). The rest of that one read is lost, at most 4 KiB of input.

    The terminal is given back as it was also where a signal tells the program to end.
    """

    def start_application_mode(self) -> None:
        """Take the terminal, and leave it in order when told to end."""
        if not on_terminal(self._file):
            self._file = sys.__stdout__  # Textual draws on standard error, which may well go to a file
        super().start_application_mode()  # type: ignore[no-untyped-call]
        leave = partial(self._app.exit, return_code=TERMINATED)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leave)

    def run_input_thread(self) -> None:
        """Read input until the app ends, starting afresh after bytes that cannot be decoded."""
        while not self.exit_event.is_set():
            try:
                super().run_input_thread()
            except UnicodeDecodeError:
                continue
