"""Which agents are held, and why: ``holds.toml`` in the registry folder, written within transactions."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.model.hold import Hold
from app.registry import values
from app.registry.codec import dump, parse
from app.registry.damage import keep_copy, put_away
from app.registry.files import read_regular, write_atomic
from app.registry.paths import Home
from app.registry.values import SCHEMA, BadRecord, naming_the_fault

if TYPE_CHECKING:
    from app.registry.transaction import Transaction

_NO_FILE = frozenset({errno.ELOOP, errno.EINVAL, errno.EISDIR, errno.ENXIO})
"""What reading says when a link, a pipe or a folder lies in the file's place."""

LIMIT = 1024 * 1024
"""The largest ``holds.toml`` that is read, in bytes."""


def read_holds(home: Home) -> tuple[Hold, ...]:
    """The agents that are held, in the order in which they were. Raises BadRecord and OSError."""
    try:
        record = parse(read_regular(home.holds, LIMIT))
    except FileNotFoundError:
        return ()
    with naming_the_fault(record):
        return tuple(_from_record(item) for item in record.get("hold", ()))


def holds(home: Home, hold_s: float | None = None, now: datetime | None = None) -> tuple[Hold, ...]:
    """The agents that are held, as far as that can be read: a damaged file holds nobody.

    Those whose hold has lasted for ``hold_s`` seconds ``now`` are held no more.
    """
    try:
        found = read_holds(home)
    except (BadRecord, OSError):
        return ()
    if hold_s is None or now is None:
        return found
    return tuple(hold for hold in found if not _is_over(hold, hold_s, now))


def hold(change: Transaction, new: Hold) -> None:
    """Hold an agent; one that is held already stays so, from now on and for this reason. Raises OSError."""
    home = change.registry.home
    _save(change, [*(known for known in _known(home) if known.agent != new.agent), new])


def release(change: Transaction, agent: str | None = None) -> tuple[Hold, ...]:
    """Hold this agent no more, or none at all; returns what has been let go. Raises OSError."""
    known = _known(change.registry.home)
    freed = tuple(found for found in known if agent in (None, found.agent))
    if freed:
        _save(change, [found for found in known if found not in freed])
    return freed


def _known(home: Home) -> tuple[Hold, ...]:
    """What the file holds; a damaged one is kept in quarantine before it is replaced."""
    try:
        return read_holds(home)
    except BadRecord as error:
        keep_copy(home, home.holds, home.holds.name, str(error))
    except OSError as error:
        if error.errno not in _NO_FILE:
            raise
        put_away(home, home.holds, home.holds.name, error.strerror or str(error))
    return ()


def _save(change: Transaction, found: Iterable[Hold]) -> None:
    change.changed = True
    path = change.registry.home.holds
    records = [_to_record(item) for item in found]
    if records:
        write_atomic(path, dump({"schema": SCHEMA, "hold": records}))
    else:
        path.unlink(missing_ok=True)


def _to_record(item: Hold) -> dict[str, Any]:
    record: dict[str, Any] = {field.name: getattr(item, field.name) for field in fields(Hold)}
    return {**record, "reason": values.to_toml(item.reason), "agent": values.to_toml(item.agent)}


def _from_record(record: Mapping[str, Any]) -> Hold:
    if not isinstance(record, dict):
        raise BadRecord("a hold is not a table")
    return Hold(
        agent=values.string(record, "agent"),
        trouble=values.string(record, "trouble"),
        reason=values.string(record, "reason"),
        since=values.moment(record, "since"),
        number=values.integer(record, "number"),
    )


def _is_over(item: Hold, hold_s: float, now: datetime) -> bool:
    end = item.until(hold_s)
    return end is not None and now >= end
