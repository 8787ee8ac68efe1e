"""Messages of the user to a running agent, as files in the task's folder.

Each belongs to one attempt. They go with its end; what was not delivered until then stays in its record.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.model.message import Message
from app.registry import values
from app.registry.codec import dump, parse
from app.registry.files import read_regular, write_atomic, write_new
from app.registry.paths import Home, message_name
from app.registry.values import BadRecord, naming_the_fault

LIMIT = 4 * 1024 * 1024
"""The largest of these files that is read, in bytes."""

_NAME = re.compile(r"message-(\d{1,9})\.toml", re.ASCII)


def write_message(home: Home, task_id: str, attempt: int, text: str) -> int:
    """Leave a message for the agent of an attempt, and return its number. Raises OSError.

    Two that write at once get two numbers, and nobody reads half a message.
    """
    number = max(_numbers(home, task_id), default=0) + 1
    aside = home.task_file(task_id, f".message-{os.getpid()}.{time.monotonic_ns()}")
    while True:
        message = Message(number, attempt, text, datetime.now(UTC))
        write_new(aside, dump(_to_record(message)))
        try:
            os.link(aside, home.task_file(task_id, message_name(number)))
        except FileExistsError:
            number += 1
        else:
            return number
        finally:
            aside.unlink(missing_ok=True)


def all_messages(home: Home, task_id: str, attempt: int) -> tuple[Message, ...]:
    """The messages to the agent of an attempt, oldest first; what does not parse is none."""
    messages: list[Message] = []
    for number in _numbers(home, task_id):
        with contextlib.suppress(OSError, BadRecord):
            message = _read(home, task_id, number)
            if message.attempt == attempt and message.number == number:
                messages.append(message)
    return tuple(messages)


def waiting_messages(home: Home, task_id: str, attempt: int) -> tuple[Message, ...]:
    """Those of the messages to the agent of an attempt that it has not been told yet, oldest first."""
    return tuple(message for message in all_messages(home, task_id, attempt) if message.delivered is None)


def mark_delivered(home: Home, task_id: str, number: int) -> None:
    """Note that the agent was told. Raises OSError and BadRecord."""
    message = replace(_read(home, task_id, number), delivered=datetime.now(UTC))
    write_atomic(home.task_file(task_id, message_name(number)), dump(_to_record(message)))


def _read(home: Home, task_id: str, number: int) -> Message:
    return _from_record(parse(read_regular(home.task_file(task_id, message_name(number)), LIMIT)))


def _to_record(message: Message) -> dict[str, Any]:
    return {
        "number": message.number,
        "attempt": message.attempt,
        "text": values.to_toml(message.text),
        "written": message.written,
        "delivered": message.delivered,
    }


def _from_record(record: Mapping[str, Any]) -> Message:
    with naming_the_fault(record):
        return Message(
            number=values.integer(record, "number"),
            attempt=values.integer(record, "attempt"),
            text=values.string(record, "text"),
            written=values.moment(record, "written"),
            delivered=values.moment(record, "delivered") if "delivered" in record else None,
        )


def _numbers(home: Home, task_id: str) -> list[int]:
    with contextlib.suppress(OSError):
        found = (_NAME.fullmatch(name) for name in os.listdir(home.task(task_id)))  # noqa: PTH208
        return sorted(int(match[1]) for match in found if match)
    return []
