"""The terminal driver: Textual's own, kept alive when the terminal sends bytes that are not text."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from functools import partial

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from app.cli.output import on_terminal

TERMINATED = 128 + signal.SIGTERM
"""The exit code of a program that was told to end."""

_IN_ONE = ("\x1b\r", "\x1b-")
"""Escape and another key in one, where Textual takes the two for a key of its own: enter, and a dash."""


class KeyParser(XTermParser):
    """Textual's parser, which says of every sign and of enter that it came with alt, not of letters only.

    tmux waits for what may follow an escape and sends both in one: without this, escape and enter would be an
    enter.
    """

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterator[events.Key]:
        with_alt = alt or sequence in _IN_ONE
        for event in super()._sequence_to_key_events(sequence[-1] if with_alt else sequence, alt):
            said = not with_alt or event.key.startswith("alt+")
            pressed = event.is_printable or event.key == "enter"
            yield events.Key(f"alt+{event.key}", event.character) if pressed and not said else event


setattr(linux_driver, "XTermParser", KeyParser)  # noqa: B010 - Textual asks nobody for the parser to use


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
