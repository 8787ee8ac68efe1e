"""The colours of a line, and what remains of one that writes over itself."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.logs.sanitise import plain, sanitise
from app.logs.sgr import StyledLine, parse_line
from app.logs.style import PLAIN, Style, apply_sgr

sequences = st.one_of(
    st.text("0123456789;:", max_size=12).map("\x1b[{}m".format),
    st.sampled_from(
        ["\x1b[K", "\x1b[2K", "\x1b[1K", "\x1b[1G", "\x1b[5G", "\r", "\b", "\x1b[?25l", "\x1b]0;t\x07"]
    ),
)
pieces = st.one_of(sequences, st.text("abc xyz", min_size=1, max_size=6))
lines_of_a_tool = st.lists(pieces, max_size=30).map("".join)


@given(st.binary())
def test_no_bytes_get_through_unsafe(raw: bytes) -> None:
    categories = {unicodedata.category(char) for char in parse_line(raw).text}
    assert not categories & {"Cc", "Cs", "Zl", "Zp"}


@given(st.text(st.one_of(st.characters(), st.sampled_from("\x1b[]m;:0123456789\r\b\t\x9b"))))
def test_spans_are_never_empty_and_neighbours_differ(text: str) -> None:
    spans = parse_line(text).spans
    assert all(stretch for stretch, _ in spans)
    assert all(left[1] != right[1] for left, right in pairwise(spans))


@given(lines_of_a_tool)
def test_cells_and_plain_text_agree_on_what_remains(text: str) -> None:
    assert parse_line(text).text == plain(text)


@given(st.text(st.characters(exclude_characters="\r\b\x1b\x9b")))
def test_a_line_without_sequences_is_just_sanitised(text: str) -> None:
    assert parse_line(text).text == sanitise(text)


@given(st.text("abc \t日", max_size=20), st.text("abc \t日", max_size=20))
def test_a_change_of_colour_does_not_move_the_tab_stops(left: str, right: str) -> None:
    assert parse_line(f"{left}\x1b[31m{right}").text == sanitise(left + right)


@given(st.text("0123456789;:", max_size=300))
def test_any_parameters_give_colours_in_range(parameters: str) -> None:
    style = apply_sgr(PLAIN, parameters)
    for color in (style.fg, style.bg):
        parts = color if isinstance(color, tuple) else (color or 0,)
        assert all(0 <= part <= 255 for part in parts)


@pytest.mark.parametrize(
    ("parameters", "style"),
    [
        ("", PLAIN),
        ("0", PLAIN),
        ("31", Style(fg=1)),
        ("97", Style(fg=15)),
        ("44", Style(bg=4)),
        ("103", Style(bg=11)),
        ("01;31", Style(fg=1, bold=True)),
        ("1;2;3;4;7;9", Style(bold=True, dim=True, italic=True, underline=True, reverse=True, strike=True)),
        ("38;5;208", Style(fg=208)),
        ("48;5;0", Style(bg=0)),
        ("38;2;1;2;3;1", Style(fg=(1, 2, 3), bold=True)),
        ("38:5:208", Style(fg=208)),
        ("38:2:1:2:3", Style(fg=(1, 2, 3))),
        ("48:2::1:2:3", Style(bg=(1, 2, 3))),
        ("58;5;9;1", Style(bold=True)),
        ("58:2::1:2:3;3", Style(italic=True)),
        ("4:3", Style(underline=True)),
        ("4;4:0", PLAIN),
        ("38;5;999;1", Style(bold=True)),
        ("38;2;1;2", PLAIN),
        ("38;5", PLAIN),
        ("38;:;1", Style(bold=True)),
        ("38;2;1:2;3;4", PLAIN),
        ("31;39;44;49", PLAIN),
        ("1;2;22;3;23;4;24;7;27;9;29", PLAIN),
        ("5;8;51;31", Style(fg=1)),
        ("31;0;1", Style(bold=True)),
        (">4;1", PLAIN),
        ("9" * 10_000, PLAIN),
        ("1" + ";1" * 500, PLAIN),
    ],
)
def test_parameters(parameters: str, style: Style) -> None:
    assert apply_sgr(PLAIN, parameters) == style


def test_a_style_lasts_until_it_is_changed() -> None:
    line = parse_line(b"\x1b[1;32mPASS\x1b[0m test_pay.py \x1b[2m(3 ms)\x1b[m")
    assert line.spans == (
        ("PASS", Style(fg=2, bold=True)),
        (" test_pay.py ", PLAIN),
        ("(3 ms)", Style(dim=True)),
    )


def test_the_c1_form_of_a_sequence_is_read_too() -> None:
    assert parse_line("\x9b31mred").spans == (("red", Style(fg=1)),)


def test_other_sequences_leave_the_style_alone() -> None:
    assert parse_line("\x1b[31ma\x1b]0;title;1m\x07\x1b[>4;1mb\x1b[5;5Hc").spans == (("abc", Style(fg=1)),)


def test_each_line_begins_plain() -> None:
    parse_line("\x1b[31mleft switched on")
    assert parse_line("next").spans == (("next", PLAIN),)


def test_an_empty_line_has_no_spans() -> None:
    assert parse_line(b"") == parse_line("\x1b[31m") == StyledLine(())


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("abc\r", "abc"),
        ("日本\rx", "x 本"),
        ("日本\x1b[2Gx", " x本"),
        ("xy\r日", "日"),
        ("e\bx", "x"),
        ("ab\r\u0301cd", "cd"),
        ("ae\u0301\r\tz", "ae\u0301      z"),
        ("日\u0301\r", "日\u0301"),
        ("日\u0301\bx", " x"),
        ("a\x1b[99999999999Gb", "ab"),
        ("a\x1b[9999Gb", "ab"),
    ],
)
def test_writing_over_cells(raw: str, shown: str) -> None:
    assert parse_line(raw).text == shown


def test_what_is_written_over_takes_its_colour_with_it() -> None:
    line = parse_line("\x1b[31m1/2 running\r\x1b[32m2/2")
    assert line.spans == (("2/2", Style(fg=2)), (" running", Style(fg=1)))
