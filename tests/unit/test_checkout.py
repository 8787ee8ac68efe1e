"""Which tasks may write in the same place at once, and which have touched the same file."""

from __future__ import annotations

import pytest

from app.model.checkout import Claim, Touched, busy, collisions, holder

WANTS = Claim(12, "/p/shop")


@pytest.mark.parametrize(
    ("running", "words"),
    [
        (Claim(9, "/p/shop"), "folder busy with #9"),
        (Claim(9, "/p/shop", writes=False), None),
        (Claim(9, "/p/shop-2"), None),
        (Claim(9, "/p/shop/vendored"), None),
        (Claim(9, "/p"), None),
        (Claim(9, "/w/9-task"), None),
        (Claim(9, "/p/shop/docs", repository=False), "folder busy with #9"),
    ],
)
def test_one_task_at_a_time_writes_in_a_checkout(running: Claim, words: str | None) -> None:
    assert busy(WANTS, [running]) == words


def test_plain_folders_hold_what_lies_below_them() -> None:
    outer, inner = Claim(1, "/data", repository=False), Claim(2, "/data/sets", repository=False)
    assert holder(outer, [inner]) == inner
    assert holder(inner, [outer]) == outer
    assert holder(inner, [Claim(3, "/data/set", repository=False)]) is None
    assert holder(inner, [Claim(4, "/", repository=False)]) is not None


def test_a_reader_never_waits() -> None:
    assert holder(Claim(12, "/p/shop", writes=False), [Claim(9, "/p/shop")]) is None


def test_the_first_that_holds_it_is_named() -> None:
    assert busy(WANTS, [Claim(3, "/q"), Claim(8, "/p/shop"), Claim(9, "/p/shop")]) == "folder busy with #8"


def test_tasks_that_touched_the_same_file_are_marked_on_both() -> None:
    touched = {
        7: Touched("/p/.git", frozenset({"a", "b"})),
        8: Touched("/p/.git", frozenset({"b", "c"})),
        9: Touched("/p/.git", frozenset({"c"})),
        10: Touched("/other/.git", frozenset({"a"})),
    }
    assert collisions(touched) == {7: (8,), 8: (7, 9), 9: (8,)}
