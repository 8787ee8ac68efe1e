"""JSON-RPC 2.0, one object a line: bytes into messages, and messages into bytes. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

METHOD_NOT_FOUND = -32601

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """The agent asks, and waits for an answer under its own id."""

    id: object
    method: str
    params: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notification:
    """The agent tells something."""

    method: str
    params: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a request of ours; ``key`` is `key_of` its id."""

    key: str
    result: Any = None
    error: Json | None = None


@dataclass(frozen=True, slots=True)
class Noise:
    """A line that is no message: some clients print to where they speak."""

    text: str


Message = Request | Notification | Response | Noise


def read_message(text: str) -> Message | None:
    """The message in a line; None for an empty one."""
    if not text.strip():
        return None
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return Noise(text)
    if "\\ud" in text or "\\uD" in text:
        record = _without_surrogates(record)
    return (_message(record) if isinstance(record, dict) else None) or Noise(text)


def _message(record: dict[str, Any]) -> Message | None:
    method, identifier = record.get("method"), record.get("id")
    params = mapping(record.get("params"))
    if isinstance(method, str):
        return Notification(method, params) if identifier is None else Request(identifier, method, params)
    if "method" in record or not ("result" in record or "error" in record):
        return None
    error = record.get("error")
    if error is not None and not isinstance(error, dict):
        error = {"message": str(error)}
    return Response(key_of(identifier), record.get("result"), error)


def key_of(identifier: object) -> str:
    """An id of ours as it comes back: some agents make text of a number."""
    if isinstance(identifier, bool) or not isinstance(identifier, (int, float, str)):
        return ""
    return (
        str(int(identifier)) if isinstance(identifier, float) and identifier.is_integer() else str(identifier)
    )


def request_line(identifier: int, method: str, params: Json) -> bytes:
    """A request of ours."""
    return _line({"id": identifier, "method": method, "params": params})


def notification_line(method: str, params: Json) -> bytes:
    """A notification of ours."""
    return _line({"method": method, "params": params})


def result_line(identifier: object, result: Json) -> bytes:
    """The answer to a request of the agent's."""
    return _line({"id": identifier, "result": result})


def error_line(identifier: object, code: int, message: str) -> bytes:
    """The refusal of a request of the agent's."""
    return _line({"id": identifier, "error": {"code": code, "message": message}})


def mapping(value: object) -> Json:
    """A value that should be an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Json]:
    """The objects in a value that should be a list of them."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(value: object) -> str | None:
    """A value that should be text; None for anything else."""
    return value if isinstance(value, str) else None


def number_of(value: object) -> int | None:
    """A value that should be a whole number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return int(value)
    except (ValueError, OverflowError):  # not a number, infinity
        return None


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=True).encode() + b"\n"


def _without_surrogates(value: Any) -> Any:
    """The same without halves of characters, which no record and no file can hold."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    return value
