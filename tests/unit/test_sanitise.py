"""Text from elsewhere can do nothing to a terminal but show itself."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.logs.sanitise import decode, expand_tabs, plain, sanitise, sanitise_keep_newlines, width

VISIBLE_FORMAT_CHARACTERS = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2") | {
    "\U000110bd",
    "\U000110cd",
}
"""Category Cf, but they are drawn: signs of Arabic, Syriac and Kaithi."""

hostile_text = st.text(
    st.one_of(
        st.sampled_from(
            "\x1b\x1b\x1b[]P^_X\\;:?0123456789mKGJHhlABk\x07\x08\t\r\n\x00\x18\x1a\x7f\x85\x9b\x9c\x9d\u202e\u200b"
        ),
        st.characters(),
    )
)


def unsafe_characters(text: str) -> set[str]:
    """The characters of a text that a terminal would obey or not draw."""
    found = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    return found - VISIBLE_FORMAT_CHARACTERS


@given(hostile_text)
def test_nothing_of_a_random_text_stays_unsafe(text: str) -> None:
    assert unsafe_characters(sanitise(text)) == set()


@given(hostile_text)
def test_sanitising_twice_changes_nothing_more(text: str) -> None:
    assert sanitise(sanitise(text)) == sanitise(text)


@given(hostile_text)
def test_only_newlines_are_kept_in_text_of_several_lines(text: str) -> None:
    assert unsafe_characters(sanitise_keep_newlines(text)) <= {"\n"}


@given(hostile_text)
def test_plain_text_keeps_only_newlines_and_tabs(text: str) -> None:
    assert unsafe_characters(plain(text)) <= {"\n", "\t"}


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"])))
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert sanitise(text) == text
    assert plain(text) == text


def test_no_character_of_unicode_passes_unsafe() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    chunks = (every[start : start + 64] for start in range(0, len(every), 64))
    assert unsafe_characters("".join(map(sanitise, chunks))) == set()


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[31m",
        "\x1b[2J",
        "\x1b[?1049h",
        "\x1b[38:2::1:2:3m",
        "\x1b[ q",
        "\x9b2J",
        "\x1b]0;title\x07",
        "\x1b]0;title\x1b\\",
        "\x1b]8;;http://example.invalid\x1b\\",
        "\x9d0;title\x9c",
        "\x1bPq#0;2;0;0;0\x1b\\",
        "\x90payload\x9c",
        "\x1b_payload\x1b\\",
        "\x1b^payload\x1b\\",
        "\x1bXpayload\x1b\\",
        "\x1bktitle\x1b\\",
        "\x1b(B",
        "\x1b#8",
        "\x1bc",
        "\x1b7",
        "\x1b[31\x1b[0m",
        "\x1b]0;tit\x1b[0m",
        "\x0e",
        "\x0f",
        "\x07",
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\ufe0f",
        "\U000e0041",
        "\u3164",
    ],
)
def test_sequences_and_invisible_characters_go_without_a_trace(sequence: str) -> None:
    assert sanitise(f"before{sequence}after") == "beforeafter"


@pytest.mark.parametrize("start", ["\x1b]0;", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x9d", "\x90"])
def test_an_unfinished_string_takes_the_rest_of_its_line_and_no_more(start: str) -> None:
    assert sanitise(f"seen{start}hidden") == "seen"
    assert sanitise_keep_newlines(f"seen{start}hidden\nnext") == "seen\nnext"


@pytest.mark.parametrize("start", ["\x1b", "\x1b[", "\x1b[1;3", "\x1b(", "\x9b"])
def test_an_unfinished_short_sequence_goes_as_far_as_it_got(start: str) -> None:
    assert sanitise(f"seen{start}") == "seen"


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_line_separators_become_one_space(line_break: str) -> None:
    assert sanitise(f"a{line_break}b") == "a b"


@pytest.mark.parametrize("control", ["\x00", "\x01", "\b", "\x7f", "\x81"])
def test_other_controls_are_marked(control: str) -> None:
    assert sanitise(f"a{control}b") == "a·b"


def test_a_surrogate_becomes_a_replacement_character() -> None:
    assert sanitise("name-\udcff") == "name-\ufffd"


def test_markup_shows_as_typed() -> None:
    assert sanitise("[/foo] [bold]x") == "[/foo] [bold]x"


def test_combining_marks_and_wide_characters_stay() -> None:
    assert sanitise("e\u0301 日本 \ue0b0") == "e\u0301 日本 \ue0b0"


@pytest.mark.parametrize(
    ("text", "column", "expanded"),
    [
        ("\tx", 0, "        x"),
        ("a\tx", 0, "a       x"),
        ("12345678\tx", 0, "12345678        x"),
        ("日\tx", 0, "日      x"),
        ("e\u0301\tx", 0, "e\u0301       x"),
        ("a\tx", 5, "a  x"),
    ],
)
def test_tabs_reach_the_next_stop_in_cells(text: str, column: int, expanded: str) -> None:
    assert expand_tabs(text, column) == expanded


def test_width_counts_cells() -> None:
    assert [width("abc"), width("日本"), width("e\u0301")] == [3, 4, 1]


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    assert decode(b"caf\xc3\xa9 \xff!") == "café \ufffd!"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("10%\r20%", "20%"),
        ("10%\r", "10%"),
        ("100 of 200\rDone", "Doneof 200"),
        ("100 of 200\r\x1b[KDone", "Done"),
        ("100 of 200\x1b[2K\rDone", "Done"),
        ("100 of 200\x1b[2K\x1b[1GDone", "Done"),
        ("\x1b[32m1/2\x1b[0m\r\x1b[32m2/2\x1b[0m", "2/2"),
        ("|\b/\b-", "-"),
        ("  5%\b\b\b\b100%", "100%"),
        ("abc\x1b[1K", "   "),
        ("abcdef\r\x1b[3GX", "abXdef"),
        ("windows\r\nline ends\r\n", "windows\nline ends\n"),
        ("a\tb", "a\tb"),
    ],
)
def test_plain_text_shows_what_a_terminal_shows_at_last(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_only_the_newest_part_of_a_huge_progress_line_is_looked_at() -> None:
    updates = "".join(f"\r{count:7} of 1000000" for count in range(100_000))
    assert plain("an old and longer line, not looked at any more" + updates) == "  99999 of 1000000"
