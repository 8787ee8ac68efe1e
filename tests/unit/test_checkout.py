"""Which tasks have changed the same file."""

from __future__ import annotations

from app.model.checkout import Touched, collisions


def test_tasks_that_touched_the_same_file_are_marked_on_both() -> None:
    touched = {
        7: Touched("/p/.git", frozenset({"a", "b"})),
        8: Touched("/p/.git", frozenset({"b", "c"})),
        9: Touched("/p/.git", frozenset({"c"})),
        10: Touched("/other/.git", frozenset({"a"})),
    }
    assert collisions(touched) == {7: (8,), 8: (7, 9), 9: (8,)}
