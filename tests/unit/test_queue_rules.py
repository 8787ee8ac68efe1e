"""What starts next, decided without a process."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.model.queue import Load, Waiting, blocked_by, choose, why_waiting
from app.model.status import Status

STATUSES = {1: Status.COMPLETE, 2: Status.RUNNING, 3: Status.FAILED, 4: Status.QUEUED}


@given(
    st.lists(st.lists(st.integers(1, 6), max_size=3).map(tuple)),
    st.integers(0, 8),
    st.integers(1, 8),
    st.booleans(),
)
def test_never_over_the_limit_and_never_past_a_dependency(
    afters: list[tuple[int, ...]], running: int, limit: int, paused: bool
) -> None:
    waiting = [Waiting(str(index), after) for index, after in enumerate(afters)]
    starts = choose(waiting, Load(running, limit, paused), STATUSES.get)
    free = 0 if paused else max(0, limit - running)
    ready = [task.id for task in waiting if all(STATUSES.get(n) is Status.COMPLETE for n in task.after)]
    assert starts == ready[:free]


def test_candidates_are_read_only_as_far_as_slots_go() -> None:
    read = []

    def candidates() -> object:
        for index in range(1000):
            read.append(index)
            yield Waiting(str(index))

    assert choose(candidates(), Load(2, 4), STATUSES.get) == ["0", "1"]  # type: ignore[arg-type]
    assert read == [0, 1]


def test_the_reason_is_said_in_words() -> None:
    full = Load(4, 4)
    assert why_waiting((), full, STATUSES.get) == "slot 4/4"
    assert why_waiting((1,), full, STATUSES.get) == "slot 4/4"
    assert why_waiting((1, 2), full, STATUSES.get) == "after #2"
    assert why_waiting((3,), full, STATUSES.get) == "after #3, which failed"
    assert why_waiting((9,), full, STATUSES.get) == "after #9, which is gone"
    assert why_waiting((3,), Load(0, 4, paused=True), STATUSES.get) == "queue paused"
    assert blocked_by((1,), STATUSES.get) is None
