"""Single values of records: what TOML can hold, what is expected, and what is wrong with what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from app.model.status import Priority
from app.model.task import SCHEMA as SCHEMA

_BYTES = "base64"
"""The key of the inline table that stands for a string which is not UTF-8 (arguments, paths)."""


class BadRecord(Exception):  # noqa: N818 - names the record, not the exception
    """A record that is not what its name promises; the message says what is wrong with it."""


class NewerRecord(BadRecord):
    """A record that a newer version wrote in a shape that is not understood here: not damaged, only newer."""


def to_toml(value: str) -> str | dict[str, str]:
    """A string as TOML can hold it: one with bytes that are not UTF-8 becomes a tagged inline table."""
    try:
        value.encode()
    except UnicodeEncodeError:
        import base64  # hardly any record needs it

        return {_BYTES: base64.b64encode(value.encode(errors="surrogateescape")).decode()}
    return value


def from_toml(value: object) -> str:
    """The string that ``to_toml`` made into a TOML value. Raises BadRecord."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get(_BYTES), str):
        import base64

        return base64.b64decode(value[_BYTES]).decode(errors="surrogateescape")
    raise BadRecord(f"expected text, found {type(value).__name__}")


def string(record: Mapping[str, Any], key: str) -> str:
    """The text under a key. Raises KeyError and BadRecord."""
    return from_toml(record[key])


def strings(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The list of texts under a key. Raises KeyError and BadRecord."""
    value = record[key]
    if not isinstance(value, list):
        raise BadRecord(f"{key} is not a list")
    return tuple(from_toml(item) for item in value)


def file_name(record: Mapping[str, Any], key: str) -> str:
    """A plain file name: a record must not be able to point out of the registry."""
    name = string(record, key)
    if not name or "/" in name or "\0" in name or name.startswith("."):
        raise BadRecord(f"{key} is not a plain file name")
    return name


def integer(record: Mapping[str, Any], key: str) -> int:
    """The whole number under a key. Raises KeyError and BadRecord."""
    value = record[key]
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadRecord(f"{key} is not a whole number")
    return value


def schema(record: Mapping[str, Any]) -> int:
    """The version that wrote a record; one that does not say is of the first. Raises BadRecord."""
    return integer(record, "schema") if "schema" in record else 1


def moment(record: Mapping[str, Any], key: str) -> datetime:
    """The time under a key; one without an offset is UTC. Raises KeyError and BadRecord."""
    value = record[key]
    if not isinstance(value, datetime):
        raise BadRecord(f"{key} is not a time")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def priority(word: object) -> Priority:
    """The priority of a word. Raises BadRecord."""
    try:
        return Priority[str(word).upper()]
    except KeyError:
        raise BadRecord(f"priority {word!r} is unknown") from None


def is_kind(record: Mapping[str, Any], key: str, kind: type) -> bool:
    """Whether there is a value of this kind under a key."""
    value = record.get(key)
    return isinstance(value, kind) and not isinstance(value, bool)


def rest(record: Mapping[str, Any], known: frozenset[str]) -> dict[str, object]:
    """What a record holds beyond the keys that are known."""
    return {key: value for key, value in record.items() if key not in known}


def without_none(value: Any) -> Any:
    """A record without the keys whose value is None, at every depth."""
    if isinstance(value, Mapping):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [without_none(item) for item in value]
    return value


class naming_the_fault:  # noqa: N801 - reads as a phrase in a with statement
    """Turns the errors of reading a record of the wrong shape into a BadRecord that says where."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._schema = record.get("schema", SCHEMA)

    def __enter__(self) -> None:
        if not isinstance(self._schema, int):
            raise BadRecord("schema is not a whole number")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, Exception) and self._schema > SCHEMA:
            raise NewerRecord("it was written by a newer delegate") from None
        if isinstance(error, KeyError):
            raise BadRecord(f"{error.args[0]} is missing") from None
        if isinstance(error, (ValueError, TypeError, AttributeError)):
            raise BadRecord(str(error)) from None
