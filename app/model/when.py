"""When a task may start, as people say it: ``18:00``, ``2026-11-21T18:00``, or a time from now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.model.duration import parse_duration, spell_duration


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A moment on the local wall clock: of that day, or without one the next time the clock shows it."""

    clock: time
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Delay:
    """So many seconds after the task is accepted."""

    seconds: float


When = TimeOfDay | Delay
"""A start that lies ahead. Only `moment_of` needs a clock."""

_AT = r"(?:(?P<day>\d{4}-\d{2}-\d{2})[Tt_])?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
_ALLOWED = "write 18:00 or 2026-11-21T18:00"


def parse_time_of_day(text: str) -> TimeOfDay:
    """Read ``18:00``, ``7:30:15`` or ``2026-11-21T18:00``. Raises ValueError with what is allowed."""
    found = re.fullmatch(_AT, text.strip(), re.ASCII)
    if found is None:
        raise ValueError(_ALLOWED)
    try:
        day = date.fromisoformat(found["day"]) if found["day"] else None
        return TimeOfDay(time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0)), day)
    except ValueError:
        raise ValueError(f"there is no such time: {_ALLOWED}") from None


def parse_delay(text: str) -> Delay:
    """Read ``10m`` or ``1h30m``. Raises ValueError with what is allowed."""
    seconds = parse_duration(text)
    if seconds is None:
        raise ValueError("write how long to wait, as in 10m or 2h")
    return Delay(seconds)


def spell_time_of_day(moment: TimeOfDay) -> str:
    """Write it so that `parse_time_of_day` reads it back; exact to a second."""
    clock = moment.clock.isoformat("seconds" if moment.clock.second else "minutes")
    return f"{moment.day.isoformat()}T{clock}" if moment.day else clock


def spell_delay(delay: Delay) -> str:
    """Write it so that `parse_delay` reads it back."""
    return spell_duration(delay.seconds)


def moment_of(when: When, now: datetime) -> datetime:
    """The moment in UTC that is meant, seen from ``now`` (with its zone); days are those of the local clock.

    Raises ValueError in words when the day's moment has passed already, or lies beyond the calendar.
    """
    try:
        moment = _moment(when, now)
    except OverflowError:
        raise ValueError("that is beyond the calendar") from None
    if isinstance(when, TimeOfDay) and when.day is not None and moment < now:
        raise ValueError(f"{when.day} {when.clock:%H:%M} has passed already")
    return moment


def _moment(when: When, now: datetime) -> datetime:
    if isinstance(when, Delay):
        return (now + timedelta(seconds=when.seconds)).astimezone(UTC)
    if when.day is not None:
        return _on(when.day, when.clock)[0]
    today = now.astimezone().date()
    shown = [*_on(today, when.clock), *_on(today + timedelta(days=1), when.clock)]
    return next((moment for moment in shown if moment > now), shown[-1])


def _on(day: date, clock: time) -> list[datetime]:
    """When the local clock shows this time on a day: twice where it is put back over it, and where it is put
    forward over it, the moment that would have been it."""
    moments = [datetime.combine(day, clock.replace(fold=fold)).astimezone(UTC) for fold in (0, 1)]
    true = [moment for moment in moments if moment.astimezone().time() == clock]
    return true or [max(moments)]


def clock_words(moment: datetime, now: datetime) -> str:
    """A moment as people say it, on the local clock: ``18:00``, or ``Sat 21 Nov 18:00`` on another day."""
    local = moment.astimezone()
    if local.date() == now.astimezone().date():
        return f"{local:%H:%M}"
    return f"{local:%a %d %b %H:%M}"
