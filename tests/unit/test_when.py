"""A start that lies ahead: the moment that people mean, on their own clock."""

from __future__ import annotations

import time as clock
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.when import Delay, TimeOfDay, clock_words, moment_of


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock shows the time of Berlin."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    clock.tzset()
    yield
    monkeypatch.undo()
    clock.tzset()


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("now", "at", "moment"),
    [
        ("2026-11-20T15:00+00:00", TimeOfDay(time(18)), "2026-11-20T17:00+00:00"),
        ("2026-11-20T17:00+00:00", TimeOfDay(time(18)), "2026-11-21T17:00+00:00"),
        ("2026-11-20T23:30+00:00", TimeOfDay(time(0, 15)), "2026-11-21T23:15+00:00"),
        ("2026-11-20T15:00+00:00", TimeOfDay(time(18), date(2026, 11, 25)), "2026-11-25T17:00+00:00"),
        ("2026-11-20T15:00+00:00", Delay(600.0), "2026-11-20T15:10+00:00"),
        # The night in which the clock goes back: the same time of day is 25 hours away.
        ("2026-10-24T16:00+00:00", TimeOfDay(time(18)), "2026-10-25T17:00+00:00"),
        # In that night 2:30 comes twice.
        ("2026-10-25T00:20+00:00", TimeOfDay(time(2, 30)), "2026-10-25T00:30+00:00"),
        ("2026-10-25T00:40+00:00", TimeOfDay(time(2, 30)), "2026-10-25T01:30+00:00"),
        # The night in which it goes forward: 2:30 does not exist, and is taken for what follows.
        ("2026-03-28T20:00+00:00", TimeOfDay(time(2, 30)), "2026-03-29T01:30+00:00"),
    ],
)
def test_a_time_of_day_is_the_next_one_on_the_local_clock(
    now: str, at: TimeOfDay | Delay, moment: str
) -> None:
    assert moment_of(at, datetime.fromisoformat(now)) == datetime.fromisoformat(moment)


@pytest.mark.usefixtures("berlin")
def test_a_moment_is_said_as_the_clock_on_the_wall_shows_it() -> None:
    now = datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert clock_words(now + timedelta(hours=2), now) == "18:00"
    assert clock_words(now + timedelta(hours=10), now) == "Sat 21 Nov 02:00"


def test_a_day_that_has_passed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"2020-01-02 03:04 has passed already"):
        moment_of(TimeOfDay(time(3, 4), date(2020, 1, 2)), datetime.now(UTC))


@given(
    when=st.builds(TimeOfDay, st.times(), st.dates()) | st.builds(TimeOfDay, st.times()) | st.builds(Delay),
    now=st.datetimes(datetime(1970, 1, 2), datetime(9990, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC)),
)
def test_every_moment_lies_ahead_or_is_refused(when: TimeOfDay | Delay, now: datetime) -> None:
    if isinstance(when, Delay):
        return
    try:
        moment = moment_of(when, now)
    except ValueError:
        assert when.day is not None
        return
    assert moment >= now
    if when.day is None:
        assert moment - now <= timedelta(hours=26)
