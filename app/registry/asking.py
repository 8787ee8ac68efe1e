"""Questions of agents and their answers, as files in the task's folder: the first answer holds."""

from __future__ import annotations

import contextlib
import os
import re
from datetime import UTC, datetime

from app.model.ask import Answer, Ask
from app.model.report import Report
from app.registry.agentcodec import (
    answer_from_record,
    answer_to_record,
    ask_from_record,
    ask_to_record,
    report_from_record,
    report_to_record,
)
from app.registry.codec import dump, parse
from app.registry.files import read_regular, write_atomic, write_new
from app.registry.paths import Home, answer_name, ask_name, report_name
from app.registry.values import BadRecord

LIMIT = 4 * 1024 * 1024
"""The largest of these files that is read, in bytes."""

_ASK = re.compile(r"(?:ask|answer)-(\d{1,9})\.toml", re.ASCII)


def open_asks(home: Home, task_id: str, attempt: int) -> tuple[Ask, ...]:
    """The questions of an attempt that wait for an answer, oldest first; what does not parse is none."""
    asks: list[Ask] = []
    for number in _numbers(home, task_id):
        if home.task_file(task_id, answer_name(number)).exists():
            continue
        with contextlib.suppress(OSError, BadRecord):
            ask = ask_from_record(parse(read_regular(home.task_file(task_id, ask_name(number)), LIMIT)))
            if ask.attempt == attempt and ask.number == number:
                asks.append(ask)
    return tuple(asks)


def next_ask(home: Home, task_id: str) -> int:
    """The number of a task's next question, never one that was used before while its files are there."""
    return max(_numbers(home, task_id), default=0) + 1


def write_ask(home: Home, task_id: str, ask: Ask) -> None:
    """Put a question. Raises OSError."""
    write_atomic(home.task_file(task_id, ask_name(ask.number)), dump(ask_to_record(ask)))


def remove_ask(home: Home, task_id: str, number: int) -> None:
    """Take a question back, with its answer: it is answered, or nobody wants to know any more."""
    for name in (ask_name(number), answer_name(number)):
        with contextlib.suppress(OSError):
            home.task_file(task_id, name).unlink(missing_ok=True)


def write_answer(home: Home, task_id: str, answer: Answer) -> bool:
    """Answer a question; False when somebody else was first. Raises OSError."""
    path = home.task_file(task_id, answer_name(answer.number))
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        aside.unlink()
    write_new(aside, dump(answer_to_record(answer)))
    try:
        os.link(aside, path)  # unlike a rename it never replaces an answer that is there
    except FileExistsError:
        return False
    finally:
        aside.unlink(missing_ok=True)
    return True


def read_answer(home: Home, task_id: str, number: int) -> Answer | None:
    """The answer to a question, None while there is none."""
    try:
        return answer_from_record(parse(read_regular(home.task_file(task_id, answer_name(number)), LIMIT)))
    except (OSError, BadRecord):
        return None


def write_report(home: Home, task_id: str, report: Report) -> None:
    """Replace what is told of an agent. Raises OSError."""
    write_atomic(home.task_file(task_id, report_name(report.attempt)), dump(report_to_record(report)))


def read_report(home: Home, task_id: str, attempt: int) -> Report | None:
    """What was last told of an attempt's agent; None where nothing was, or where it makes no sense."""
    try:
        report = report_from_record(parse(read_regular(home.task_file(task_id, report_name(attempt)), LIMIT)))
    except (OSError, BadRecord):
        return None
    return report if report.attempt == attempt else None


def expired(ask: Ask, now: datetime | None = None) -> bool:
    """Whether a question has waited for its whole time."""
    return (now or datetime.now(UTC)) >= ask.expires


def _numbers(home: Home, task_id: str) -> list[int]:
    with contextlib.suppress(OSError):
        found = (_ASK.fullmatch(name) for name in os.listdir(home.task(task_id)))  # noqa: PTH208
        return sorted({int(match[1]) for match in found if match})
    return []
