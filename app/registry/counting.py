"""What ``registry.toml`` counts: the numbers and ids of tasks, neither of which is ever given twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.registry.paths import is_task_id
from app.registry.values import SCHEMA, BadRecord

LARGEST_NUMBER = 10**9
"""No task has a larger number: the names of waiting tasks have room for ten digits."""

FAR = timedelta(days=1)
"""A last id that is further ahead of the clock than this must be the id of a task that is there."""

_END_OF_TIME = "agent_9000"
"""The calendar ends soon behind this, and then there would be no next id."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``registry.toml`` holds. ``last_id`` keeps ids in the order of numbers if the clock steps back.

    ``boot`` is the boot in which ``queued`` and ``running`` were last made to agree with the records.
    """

    next_number: int = 1
    last_id: str = ""
    paused: bool = False
    boot: str = ""
    schema: int = SCHEMA


def settings_from_record(record: Mapping[str, Any]) -> Settings:
    """Read ``registry.toml``; of a newer schema nothing but that it is one. Raises BadRecord."""
    sensible = salvaged(record)
    if sensible.schema > SCHEMA:
        return Settings(paused=sensible.paused, schema=sensible.schema)
    for key, fits in _IS_SENSIBLE.items():
        if key in record and not fits(record[key]):
            raise BadRecord(f"{key} is not what it should be")
    return sensible


def salvaged(record: Mapping[str, Any]) -> Settings:
    """What makes sense of a record of settings, each key by itself, and the default for what does not."""
    return Settings(**{key: record[key] for key, fits in _IS_SENSIBLE.items() if fits(record.get(key))})


def contradiction(settings: Settings, newest_id: str, newest_number: int, now: datetime) -> str:
    """What the tasks prove to be wrong with settings; empty when they may be so.

    ``newest_id`` is that of the newest task which is there or can come back, empty when there is none, and
    ``newest_number`` its number, 0 where that cannot be read.
    """
    if newest_id > settings.last_id:
        return f"last_id is older than {newest_id}"
    if newest_number >= settings.next_number:
        return f"next_number is not above that of #{newest_number}"
    last = moment_of(settings.last_id)
    if last is not None and last > now + FAR and newest_id != settings.last_id:
        return "last_id is in the future"
    return ""


def moment_of(task_id: str) -> datetime | None:
    """The second that an id is made of; None when it is none. `strptime` would load the locale's calendar."""
    if not is_task_id(task_id) or task_id >= _END_OF_TIME:
        return None
    try:
        return datetime.fromisoformat(task_id.removeprefix("agent_").replace("_", "T")).replace(tzinfo=UTC)
    except ValueError:
        return None


def next_id(last_id: str, now: datetime) -> str:
    """The first free second from ``now``: ids keep the order of numbers even if the clock steps back."""
    last = moment_of(last_id)
    candidate = _format_id(now)
    if last is None or candidate > last_id:
        return candidate
    return _format_id(last + timedelta(seconds=1))


def _format_id(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("agent_%Y%m%d_%H%M%S")


_IS_SENSIBLE: Mapping[str, Callable[[Any], bool]] = {
    "next_number": lambda value: type(value) is int and 1 <= value <= LARGEST_NUMBER,
    "last_id": lambda value: isinstance(value, str) and (not value or moment_of(value) is not None),
    "paused": lambda value: isinstance(value, bool),
    "boot": lambda value: isinstance(value, str),
    "schema": lambda value: type(value) is int,
}
