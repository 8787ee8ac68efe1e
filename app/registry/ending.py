"""How an attempt ended, from the moment its runner has written it down until it stands in ``state.toml``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.model.task import Attempt, State
from app.registry.codec import end_from_record, parse
from app.registry.files import read_regular
from app.registry.values import BadRecord

END_LIMIT = 1024 * 1024
"""The largest ``end.toml`` that is read, in bytes; a runner writes some hundred."""


def read_end(path: Path, attempt: Attempt | None) -> Attempt | None:
    """The attempt with its end as ``end.toml`` tells it; None when it does not (yet).

    An end of another attempt, or one that makes no sense, is none. Raises OSError for what may be readable
    later.
    """
    if attempt is None:
        return None
    try:
        end = end_from_record(parse(read_regular(path, END_LIMIT)), attempt.log)
    except (FileNotFoundError, NotADirectoryError, BadRecord):
        return None
    return _of_attempt(attempt, end)


def with_end(state: State, end: Attempt | None) -> State:
    """The state with this end for its newest attempt, if it is one of it."""
    known = _of_attempt(state.attempts[-1], end) if end is not None and state.attempts else None
    return state if known is None else replace(state, attempts=(*state.attempts[:-1], known))


def _of_attempt(attempt: Attempt, end: Attempt) -> Attempt | None:
    """The end with what only the record of the attempt knows; None when it is that of another one."""
    if end.number != attempt.number:
        return None
    return replace(
        end, log=attempt.log, text=attempt.text, continues=attempt.continues, unknown=attempt.unknown
    )
