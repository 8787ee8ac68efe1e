"""Bytes from the terminal that are no text must not end the screen."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from textual import events
from textual.app import App
from textual.message import Message

from app.dashboard.driver import GuardedDriver
from tests.support import until

LEGACY_MOUSE_FAR_RIGHT = b"\x1b[M \xe9\x25"
"""A press at column 201 in the encoding of 1988, as tmux sends it after a re-attach."""


class Ear(GuardedDriver):
    """The guarded driver reading from a pipe; keeps what it would tell the app."""

    def __init__(self, source: int) -> None:
        super().__init__(App(), size=(80, 24))
        self.fileno = source
        self.keys: list[str] = []

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.Key):
            self.keys.append(message.key)


@contextmanager
def listening() -> Iterator[tuple[Ear, int]]:
    source, sink = os.pipe()
    ear = Ear(source)
    thread = threading.Thread(target=ear.run_input_thread)
    thread.start()
    try:
        yield ear, sink
    finally:
        ear.exit_event.set()
        os.write(sink, b"x")
        thread.join(5)
        os.close(source)
        os.close(sink)
    assert not thread.is_alive()


@pytest.mark.parametrize("bad", [LEGACY_MOUSE_FAR_RIGHT, b"\xff\xfe", b"\xc3("])
async def test_keys_go_on_after_bytes_that_are_not_text(bad: bytes) -> None:
    with listening() as (ear, sink):
        os.write(sink, b"a")
        assert until(lambda: ear.keys == ["a"])
        os.write(sink, bad)
        assert until(lambda: _pressed(sink, ear, b"z"))


def _pressed(sink: int, ear: Ear, key: bytes) -> bool:
    os.write(sink, key)
    return until(lambda: key.decode() in ear.keys, seconds=0.5)


async def test_letters_of_two_bytes_arrive_whole_even_in_two_pieces() -> None:
    with listening() as (ear, sink):
        os.write(sink, "ä".encode()[:1])
        os.write(sink, "ä".encode()[1:])
        assert until(lambda: len(ear.keys) == 1)
