"""Records survive the way to TOML and back, whatever they hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.outcome import Outcome
from app.model.status import Attention, Priority, Status
from app.model.task import Attempt, Request, State
from app.registry.codec import (
    dump,
    outcome_from_record,
    parse,
    request_from_record,
    request_to_record,
    state_from_record,
    state_to_record,
)
from app.registry.values import BadRecord

anything = st.text(st.characters(exclude_categories=["Cs"]))
arguments = st.binary().map(lambda raw: raw.decode(errors="surrogateescape"))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
counts = st.none() | st.integers(0, 10**6)
outcomes = st.builds(
    Outcome, headline=st.none() | anything, passed=counts, files=st.lists(anything).map(tuple)
)
attempts = st.builds(
    Attempt,
    number=st.integers(1, 99),
    log=st.just("agent_20260101_000000.log"),
    text=st.none() | arguments,
    verdict=st.sampled_from([Status.COMPLETE, Status.FAILED, None]),
    started=st.none() | moments,
    ended=st.none() | moments,
    duration_s=st.none() | st.floats(0, 1e9),
    exit_code=counts,
    signal=counts,
    reason=st.none() | anything,
    outcome=outcomes,
    summary=st.none() | st.just("summary.md"),
    swept=st.integers(0, 99),
    survivors=st.lists(st.integers(1, 2**22)).map(tuple),
    dropped_bytes=st.integers(0, 2**60),
    unknown=st.just({"tokens": 12}),
)


@given(
    st.builds(
        Request,
        id=anything,
        number=st.integers(1, 10**9),
        name=anything,
        text=arguments,
        agent=anything,
        command=st.lists(arguments).map(tuple),
        folder=arguments,
        created=moments,
        priority=st.sampled_from(Priority),
        timeout_s=st.none() | st.floats(0.001, 1e9),
        after=st.lists(st.integers(1, 99)).map(tuple),
        tags=st.lists(anything).map(tuple),
        commit=st.none() | st.booleans(),
    )
)
def test_a_request_survives(request: Request) -> None:
    assert request_from_record(parse(dump(request_to_record(request)))) == request


@given(
    st.builds(
        State,
        status=st.sampled_from([item for item in Status if item not in (Status.RUNNING, Status.ASKING)]),
        attention=st.none() | st.sampled_from(Attention),
        priority=st.none() | st.sampled_from(Priority),
        text=st.none() | arguments,
        command=st.none() | st.lists(arguments).map(tuple),
        attempts=st.lists(attempts, max_size=3).map(tuple),
        unknown=st.just({"from_the_future": {"deep": [1, 2]}}),
    )
)
def test_a_state_survives_with_keys_it_does_not_know(state: State) -> None:
    assert state_from_record(parse(dump(state_to_record(state)))) == state


@given(st.dictionaries(st.sampled_from(sorted(Outcome.__slots__)), st.none() | st.integers() | anything))
def test_what_a_task_says_of_itself_is_believed_only_in_kind(record: dict[str, object]) -> None:
    outcome = outcome_from_record(record)
    assert outcome.headline is None or isinstance(outcome.headline, str)
    assert outcome.passed is None or isinstance(outcome.passed, int)
    assert all(isinstance(name, str) for name in outcome.files)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"", "status is missing"),
        (b'status = "asleep"', "asleep"),
        (b"status = 7", "expected text"),
        (b'status = "running"', "none of a record"),
        (b"\0\0\0\0", "Invalid"),
        (b'status = "queued', "Illegal|Unterminated|Expected"),
        (b'status = "queued"\n[[attempt]]\nnumber = 1\nlog = "../../etc/passwd"', "not a plain file name"),
    ],
)
def test_a_bad_record_says_what_is_wrong(text: bytes, fault: str) -> None:
    with pytest.raises(BadRecord, match=fault):
        state_from_record(parse(text))
