"""The dashboard in a pseudo-terminal of the bench's own, so that each byte it writes can be counted."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Sequence

import psutil


class Screen:
    """A program in a terminal of 160 × 45 cells; a thread takes in what it writes, as a terminal would."""

    def __init__(self, command: Sequence[str], width: int = 160, height: int = 45) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        self.written = 0
        self.text = b""
        self.grown = threading.Condition()
        threading.Thread(target=self._take_in, daemon=True).start()

    def _take_in(self) -> None:
        while True:
            try:
                select.select([self.master], [], [])
                data = os.read(self.master, 65536)
            except OSError:
                return
            with self.grown:
                self.written += len(data)
                self.text = (self.text + data)[-1_000_000:]
                self.grown.notify_all()

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self.master, keys.encode())

    def wait_for(self, text: str, seconds: float = 10.0) -> float:
        """Milliseconds until the program has written a text; raises TimeoutError."""
        start = time.perf_counter()
        with self.grown:
            if not self.grown.wait_for(lambda: text.encode() in self.text, seconds):
                raise TimeoutError(f"{text!r} was not written in {seconds} s")
        return (time.perf_counter() - start) * 1000

    def forget(self) -> None:
        """Let ``wait_for`` see only what is written from now on."""
        with self.grown:
            self.text = b""

    def idle(self, seconds: float) -> tuple[float, float]:
        """Percent of a core used, and bytes a second written, over so many seconds."""
        process = psutil.Process(self.process.pid)
        before, written, start = process.cpu_times(), self.written, time.perf_counter()
        time.sleep(seconds)
        after, passed = process.cpu_times(), time.perf_counter() - start
        used = after.user - before.user + after.system - before.system
        return used / passed * 100, (self.written - written) / passed

    def close(self) -> None:
        """End the program and the terminal."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
