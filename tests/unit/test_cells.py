"""Cutting a text of several facts to the cells there are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dashboard.drawing.cells import cut, cut_between, width_of


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("5 files +9 −4 · 1 commit", 24, "5 files +9 −4 · 1 commit"),
        ("5 files +9 −4 · 1 commit", 18, "5 files +9 −4 …"),
        ("2 files +2 −0 · 1 commit · checked", 26, "2 files +2 −0 · 1 commit …"),
        ("npm · the package was not found", 20, "npm · the package w…"),
        ("nothing to divide", 10, "nothing t…"),
        ("a · b", 0, ""),
    ],
)
def test_whole_facts_are_left_out_where_most_stays(text: str, width: int, expected: str) -> None:
    assert cut_between(text, width) == expected


@given(st.text(st.sampled_from("ab 漢·"), max_size=40), st.integers(0, 30))
def test_it_never_takes_more_cells_than_there_are(text: str, width: int) -> None:
    short = cut_between(text, width)
    assert width_of(short) <= width
    if width_of(text) <= width:
        assert short == text == cut(text, width)
    else:
        assert short.endswith("…") or not width
