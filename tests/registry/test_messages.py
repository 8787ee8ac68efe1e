"""Messages to a running agent wait in its task's folder, each told once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.registry.messages import all_messages, mark_delivered, waiting_messages, write_message
from app.registry.paths import Home

TASK = "agent_20261121_120000"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.task(TASK).mkdir(parents=True)
    return home


def test_messages_wait_in_their_order_until_they_are_delivered(home: Home) -> None:
    texts = ("also the docs", "and\nthe\x00tests \udcff", "")
    assert [write_message(home, TASK, 2, text) for text in texts] == [1, 2, 3]
    assert [message.text for message in waiting_messages(home, TASK, 2)] == list(texts)
    mark_delivered(home, TASK, 2)
    assert [message.number for message in waiting_messages(home, TASK, 2)] == [1, 3]
    told = [message.number for message in all_messages(home, TASK, 2) if message.delivered]
    assert told == [2]


def test_a_message_is_for_one_attempt(home: Home) -> None:
    write_message(home, TASK, 1, "for the first")
    write_message(home, TASK, 2, "for the second")
    assert [message.text for message in waiting_messages(home, TASK, 1)] == ["for the first"]
    assert [message.text for message in waiting_messages(home, TASK, 2)] == ["for the second"]


def test_two_that_write_at_once_lose_nothing(home: Home) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 10):
            write_message(home, TASK, 1, str(number))

    writers = [threading.Thread(target=write, args=(first,)) for first in (0, 10)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    texts = {message.text for message in all_messages(home, TASK, 1)}
    assert texts == {str(number) for number in range(20)}
    assert all(path.name.startswith("message-") for path in home.task(TASK).iterdir())


@pytest.mark.parametrize("text", [b"", b"\0", b"number = 1", b'number = 1\nattempt = "x"'])
def test_a_message_that_makes_no_sense_is_none(home: Home, text: bytes) -> None:
    home.task_file(TASK, "message-1.toml").write_bytes(text)
    assert all_messages(home, TASK, 1) == ()
    assert write_message(home, TASK, 1, "next") == 2
