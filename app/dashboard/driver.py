"""The terminal driver: Textual's own, kept alive when the terminal sends bytes that are not text."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver


class GuardedDriver(LinuxDriver):
    """Textual's driver, with an input thread that survives mouse reports in the old encoding.

    A terminal that forgets the mouse mode (a tmux re-attach) reports positions past column 95 as single
    bytes. They are no UTF-8, the decoder raises, and the thread would take the whole screen with it (Textual
    issue 6668). The rest of that one read is lost, at most 4 KiB of input.
    """

    def run_input_thread(self) -> None:
        """Read input until the app ends, starting afresh after bytes that cannot be decoded."""
        while not self.exit_event.is_set():
            try:
                super().run_input_thread()
            except UnicodeDecodeError:
                continue
