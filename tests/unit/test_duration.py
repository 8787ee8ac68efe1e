"""Lengths of time, as typed and as shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.duration import format_duration, parse_duration, spell_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800.0),
        ("1h30m", 5400.0),
        ("1h30", 5400.0),
        ("90s", 90.0),
        ("90", 90.0),
        ("2d", 172800.0),
        ("1.5h", 5400.0),
        ("0.5", 0.5),
        (" 5M ", 300.0),
        ("2d3h4m5s", 183845.0),
        ("none", None),
        ("None", None),
    ],
)
def test_what_people_type(text: str, seconds: float | None) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "m",
        "-5m",
        "0",
        "0s",
        "1m1h",
        "5m5m",
        "1s5",
        "1x",
        "1 h",
        "1e9",
        "inf",
        "nan",
        "٣m",
        "9999999d",
    ],
)
def test_anything_else_is_refused_in_one_line_that_says_what_to_do(text: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_duration(text)
    message = str(refusal.value)
    assert "\n" not in message
    assert "none" in message


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0s"),
        (-3, "0s"),
        (8.9, "8s"),
        (59.99, "59s"),
        (60, "1m00"),
        (242, "4m02"),
        (754, "12m34"),
        (3599, "59m59"),
        (3900, "1h05"),
        (86399, "23h59"),
        (86400, "1d0h"),
        (273600, "3d4h"),
        (8640000, "100d"),
    ],
)
def test_how_it_is_shown(seconds: float, shown: str) -> None:
    assert format_duration(seconds) == shown


@given(st.floats(min_value=-1e3, max_value=1e9))
def test_it_fits_in_six_cells(seconds: float) -> None:
    assert 2 <= len(format_duration(seconds)) <= 6


@given(st.none() | st.integers(1, 10 * 365 * 86400 * 1000).map(lambda ms: ms / 1000))
def test_what_is_spelled_reads_back(seconds: float | None) -> None:
    again = parse_duration(spell_duration(seconds))
    assert again == pytest.approx(seconds, abs=0.0006) if seconds is not None else again is None


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        seconds = parse_duration(text)
    except ValueError:
        return
    assert seconds is None or 0 < seconds <= 10 * 365 * 86400
