"""Records to TOML and back. TOML has no null and no raw bytes: absent keys and tagged text stand for them."""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, cast

from app.model.outcome import Outcome
from app.model.status import Attention, Priority, Status
from app.model.task import Attempt, Identity, Live, Request, State

SCHEMA = 1
"""The major version of every record. A newer one is read as far as it is understood, and never written."""

_BYTES = "base64"
"""The key of the inline table that stands for a string which is not UTF-8 (arguments, paths)."""


class BadRecord(Exception):  # noqa: N818 - names the record, not the exception
    """A record that is not what its name promises; the message says what is wrong with it."""


def parse(data: bytes) -> dict[str, Any]:
    """Read a TOML document. Raises BadRecord with the parser's reason."""
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:  # also of a number with too many digits
        raise BadRecord(str(error)) from None


def dump(record: Mapping[str, Any]) -> bytes:
    """Write a TOML document; keys whose value is None are left out."""
    import tomli_w  # only writers pay for it

    return tomli_w.dumps(_without_none(record)).encode()


def request_to_record(request: Request) -> dict[str, Any]:
    """The content of ``task.toml``."""
    return {
        "schema": SCHEMA,
        "id": request.id,
        "number": request.number,
        "name": request.name,
        "text": _text(request.text),
        "agent": request.agent,
        "command": [_text(word) for word in request.command],
        "folder": _text(request.folder),
        "created": request.created,
        "priority": request.priority.word,
        "timeout_s": 0 if request.timeout_s is None else request.timeout_s,
        "after": list(request.after),
        "tags": list(request.tags),
        "commit": request.commit,
    }


def request_from_record(record: Mapping[str, Any]) -> Request:
    """Read ``task.toml``. Raises BadRecord naming the key that is missing or of the wrong kind."""
    with _naming_the_fault(record):
        return Request(
            id=_string(record, "id"),
            number=_integer(record, "number"),
            name=_string(record, "name"),
            text=_string(record, "text"),
            agent=_string(record, "agent"),
            command=_strings(record, "command"),
            folder=_string(record, "folder"),
            created=_time(record, "created"),
            priority=_priority(record.get("priority", "normal")),
            timeout_s=float(record.get("timeout_s", 3600.0)) or None,
            after=tuple(int(number) for number in record.get("after", ())),
            tags=tuple(str(tag) for tag in record.get("tags", ())),
            commit=cast("bool | None", record.get("commit")),
        )


def state_to_record(state: State) -> dict[str, Any]:
    """The content of ``state.toml``."""
    return {
        **state.unknown,
        "schema": SCHEMA,
        "status": state.status.value,
        "attention": state.attention,
        "priority": state.priority.word if state.priority is not None else None,
        "text": None if state.text is None else _text(state.text),
        "command": None if state.command is None else [_text(word) for word in state.command],
        "attempt": [_attempt_to_record(attempt) for attempt in state.attempts],
    }


def state_from_record(record: Mapping[str, Any]) -> State:
    """Read ``state.toml``. Raises BadRecord naming the key that is missing or of the wrong kind."""
    with _naming_the_fault(record):
        priority = record.get("priority")
        return State(
            status=Status(_string(record, "status")),
            attention=Attention(record["attention"]) if "attention" in record else None,
            priority=None if priority is None else _priority(priority),
            text=_string(record, "text") if "text" in record else None,
            command=_strings(record, "command") if "command" in record else None,
            attempts=tuple(_attempt_from_record(item) for item in record.get("attempt", ())),
            unknown=_rest(record, _STATE_KEYS),
        )


def live_from_record(record: Mapping[str, Any]) -> Live:
    """Read what a runner says of itself. Raises BadRecord."""
    with _naming_the_fault(record):
        boot = str(record.get("boot", ""))
        return Live(
            attempt=_integer(record, "attempt"),
            runner=_identity(boot, record, "runner"),
            child=_identity(boot, record, "child"),
            started=_time(record, "started") if "started" in record else None,
            since=float(record["since"]) if "since" in record else None,
            stopping=bool(record.get("stopping", False)),
        )


def end_from_record(record: Mapping[str, Any], log: str) -> Attempt:
    """Read how a runner says that an attempt ended, ``log`` being its log's file name. Raises BadRecord."""
    with _naming_the_fault(record):
        attempt = _attempt_from_record({**record, "number": record["attempt"], "log": log})
        if attempt.verdict is None or not attempt.verdict.ended:
            raise BadRecord("verdict is not an end")
        return attempt


def outcome_from_record(record: Mapping[str, Any]) -> Outcome:
    """Read figures that a task wrote about itself: what is of the wrong kind is left out, never believed."""
    return Outcome(
        **{key: record[key] for key in ("tool", "headline", "error", "commit") if _is(record, key, str)},
        **{key: record[key] for key in _COUNTS if _is(record, key, int)},
        files=tuple(item for item in record.get("files", ()) if isinstance(item, str))
        if _is(record, "files", list)
        else (),
    )


_COUNTS = ("passed", "failed", "skipped", "errors", "warnings", "fixed")
_STATE_KEYS = frozenset({"schema", "status", "attention", "priority", "text", "command", "attempt"})
_ATTEMPT_KEYS = frozenset({"text"} | {item.name for item in fields(Attempt)} - {"unknown"})


def _attempt_to_record(attempt: Attempt) -> dict[str, Any]:
    return {
        **attempt.unknown,
        "number": attempt.number,
        "log": attempt.log,
        "text": None if attempt.text is None else _text(attempt.text),
        "verdict": attempt.verdict,
        "started": attempt.started,
        "ended": attempt.ended,
        "duration_s": attempt.duration_s,
        "exit_code": attempt.exit_code,
        "signal": attempt.signal,
        "reason": attempt.reason,
        "summary": attempt.summary,
        "swept": attempt.swept or None,
        "survivors": list(attempt.survivors) or None,
        "dropped_bytes": attempt.dropped_bytes or None,
        "outcome": _outcome_to_record(attempt.outcome) or None,
    }


def _attempt_from_record(record: Mapping[str, Any]) -> Attempt:
    return Attempt(
        number=_integer(record, "number"),
        log=_file_name(record, "log"),
        text=_string(record, "text") if "text" in record else None,
        verdict=Status(record["verdict"]) if "verdict" in record else None,
        started=_time(record, "started") if "started" in record else None,
        ended=_time(record, "ended") if "ended" in record else None,
        duration_s=float(record["duration_s"]) if "duration_s" in record else None,
        exit_code=_integer(record, "exit_code") if "exit_code" in record else None,
        signal=_integer(record, "signal") if "signal" in record else None,
        reason=_string(record, "reason") if "reason" in record else None,
        summary=_file_name(record, "summary") if "summary" in record else None,
        swept=int(record.get("swept", 0)),
        survivors=tuple(int(pid) for pid in record.get("survivors", ())),
        dropped_bytes=int(record.get("dropped_bytes", 0)),
        outcome=outcome_from_record(record.get("outcome", {})),
        unknown=_rest(record, _ATTEMPT_KEYS),
    )


def _outcome_to_record(outcome: Outcome) -> dict[str, Any]:
    record = {item.name: getattr(outcome, item.name) for item in fields(Outcome)}
    record["files"] = list(outcome.files) or None
    return {key: value for key, value in record.items() if value is not None}


def _identity(boot: str, record: Mapping[str, Any], who: str) -> Identity | None:
    if f"{who}_pid" not in record:
        return None
    return Identity(boot, _integer(record, f"{who}_pid"), _integer(record, f"{who}_start"))


def _text(value: str) -> str | dict[str, str]:
    """A string as TOML can hold it: one with bytes that are not UTF-8 becomes a tagged inline table."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return {_BYTES: base64.b64encode(value.encode(errors="surrogateescape")).decode()}
    return value


def _untext(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get(_BYTES), str):
        return base64.b64decode(value[_BYTES]).decode(errors="surrogateescape")
    raise BadRecord(f"expected text, found {type(value).__name__}")


def _string(record: Mapping[str, Any], key: str) -> str:
    return _untext(record[key])


def _strings(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = record[key]
    if not isinstance(value, list):
        raise BadRecord(f"{key} is not a list")
    return tuple(_untext(item) for item in value)


def _file_name(record: Mapping[str, Any], key: str) -> str:
    """A plain file name: a record must not be able to point out of the registry."""
    name = _string(record, key)
    if not name or "/" in name or "\0" in name or name.startswith("."):
        raise BadRecord(f"{key} is not a plain file name")
    return name


def _integer(record: Mapping[str, Any], key: str) -> int:
    value = record[key]
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadRecord(f"{key} is not a whole number")
    return value


def _time(record: Mapping[str, Any], key: str) -> datetime:
    value = record[key]
    if not isinstance(value, datetime):
        raise BadRecord(f"{key} is not a time")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _priority(word: object) -> Priority:
    try:
        return Priority[str(word).upper()]
    except KeyError:
        raise BadRecord(f"priority {word!r} is unknown") from None


def _is(record: Mapping[str, Any], key: str, kind: type) -> bool:
    value = record.get(key)
    return isinstance(value, kind) and not isinstance(value, bool)


def _rest(record: Mapping[str, Any], known: frozenset[str]) -> dict[str, object]:
    return {key: value for key, value in record.items() if key not in known}


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_none(item) for item in value]
    return value


class _naming_the_fault:  # noqa: N801 - reads as a phrase in a with statement
    """Turns the errors of reading a record of the wrong shape into a BadRecord that says where."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._schema = record.get("schema", SCHEMA)

    def __enter__(self) -> None:
        if not isinstance(self._schema, int):
            raise BadRecord("schema is not a whole number")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, KeyError):
            raise BadRecord(f"{error.args[0]} is missing") from None
        if isinstance(error, (ValueError, TypeError, AttributeError)):
            raise BadRecord(str(error)) from None
