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


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (b"\x1b/", ["alt+slash"]),
        (b"\x1b?", ["alt+question_mark"]),
        (b"\x1b ", ["alt+space"]),
        (b"\x1b-", ["alt+minus"]),
        (b"\x1bj", ["alt+j"]),
        (b"\x1bG", ["alt+shift+g"]),
        (b"\x1b\r", ["alt+enter"]),
        (b"\x1b", ["escape"]),
        (b"\x1b[A", ["up"]),
        (b"/\r?", ["slash", "enter", "question_mark"]),
    ],
)
async def test_a_key_that_comes_with_an_escape_is_told_from_one_that_comes_alone(
    typed: bytes, keys: list[str]
) -> None:
    """tmux sends escape and what follows within half a second in one: that enter must not send a draft."""
    with listening() as (ear, sink):
        os.write(sink, typed)
        assert until(lambda: ear.keys == keys)
