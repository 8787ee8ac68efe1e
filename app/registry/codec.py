"""Records to TOML and back. TOML has no null and no raw bytes: absent keys and tagged text stand for them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from types import ModuleType
from typing import Any, cast

from app.model.outcome import Outcome
from app.model.status import Attention, Status
from app.model.task import Attempt, Identity, Live, Request, State
from app.registry import values
from app.registry.values import SCHEMA, BadRecord, naming_the_fault


def parse(data: bytes) -> dict[str, Any]:
    """Read a TOML document. Raises BadRecord with the parser's reason."""
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:  # also of a number with too many digits
        raise BadRecord(str(error)) from None


def dump(record: Mapping[str, Any]) -> bytes:
    """Write a TOML document; keys whose value is None are left out."""
    import tomli_w  # only writers pay for it

    return tomli_w.dumps(values.without_none(record)).encode()


def request_to_record(request: Request) -> dict[str, Any]:
    """The content of ``task.toml``."""
    return {
        "schema": SCHEMA,
        "id": request.id,
        "number": request.number,
        "name": request.name,
        "text": values.to_toml(request.text),
        "agent": request.agent,
        "command": [values.to_toml(word) for word in request.command],
        "folder": values.to_toml(request.folder),
        "created": request.created,
        "priority": request.priority.word,
        "timeout_s": 0 if request.timeout_s is None else request.timeout_s,
        "after": list(request.after),
        "tags": list(request.tags),
        "commit": request.commit,
        "after_any": list(request.after_any) or None,
        "not_before": request.not_before,
        "retries": request.retries or None,
        "twice": request.twice or None,
        "keep_leftovers": request.keep_leftovers or None,
        "quiet_timeout_s": request.quiet_timeout_s,
        "memory_bytes": request.memory_bytes,
        "workspace": None if request.workspace is None else _agents().workspace_to_record(request.workspace),
        "check": None if request.check is None else values.to_toml(request.check),
        "check_timeout_s": request.check_timeout_s if request.check else None,
        "run": None if request.run is None else _agents().run_to_record(request.run),
    }


def request_from_record(record: Mapping[str, Any]) -> Request:
    """Read ``task.toml``. Raises BadRecord naming the key that is missing or of the wrong kind."""
    with naming_the_fault(record):
        return Request(
            id=values.string(record, "id"),
            number=values.integer(record, "number"),
            name=values.string(record, "name"),
            text=values.string(record, "text"),
            agent=values.string(record, "agent"),
            command=values.strings(record, "command"),
            folder=values.string(record, "folder"),
            created=values.moment(record, "created"),
            priority=values.priority(record.get("priority", "normal")),
            timeout_s=float(record.get("timeout_s", 3600.0)) or None,
            after=tuple(int(number) for number in record.get("after", ())),
            tags=tuple(str(tag) for tag in record.get("tags", ())),
            commit=cast("bool | None", record.get("commit")),
            after_any=tuple(int(number) for number in record.get("after_any", ())),
            not_before=values.moment(record, "not_before") if "not_before" in record else None,
            retries=int(record.get("retries", 0)),
            twice=bool(record.get("twice", False)),
            keep_leftovers=bool(record.get("keep_leftovers", False)),
            quiet_timeout_s=float(record["quiet_timeout_s"]) if "quiet_timeout_s" in record else None,
            memory_bytes=values.integer(record, "memory_bytes") if "memory_bytes" in record else None,
            workspace=_agents().workspace_from_record(record["workspace"]) if "workspace" in record else None,
            check=values.string(record, "check") if "check" in record else None,
            check_timeout_s=float(record.get("check_timeout_s", 600.0)),
            run=_agents().run_from_record(record["run"]) if "run" in record else None,
            schema=values.schema(record),
        )


def state_to_record(state: State) -> dict[str, Any]:
    """The content of ``state.toml``."""
    return {
        **state.unknown,
        "schema": SCHEMA,
        "status": state.status.value,
        "attention": state.attention,
        "priority": state.priority.word if state.priority is not None else None,
        "text": None if state.text is None else values.to_toml(state.text),
        "command": None if state.command is None else [values.to_toml(word) for word in state.command],
        "not_before": state.not_before,
        "retried": state.retried or None,
        "freed": state.freed or None,
        "continues": state.continues,
        "run": None if state.run is None else _agents().run_to_record(state.run),
        "revoked": state.revoked or None,
        "attempt": [_attempt_to_record(attempt) for attempt in state.attempts],
    }


def state_from_record(record: Mapping[str, Any]) -> State:
    """Read ``state.toml``. Raises BadRecord naming the key that is missing or of the wrong kind."""
    with naming_the_fault(record):
        priority = record.get("priority")
        return State(
            status=_recorded_status(record),
            attention=Attention(record["attention"]) if "attention" in record else None,
            priority=None if priority is None else values.priority(priority),
            text=values.string(record, "text") if "text" in record else None,
            command=values.strings(record, "command") if "command" in record else None,
            not_before=values.moment(record, "not_before") if "not_before" in record else None,
            retried=int(record.get("retried", 0)),
            freed=bool(record.get("freed", False)),
            continues=values.integer(record, "continues") if "continues" in record else None,
            run=_agents().run_from_record(record["run"]) if "run" in record else None,
            revoked=bool(record.get("revoked", False)),
            schema=values.schema(record),
            attempts=tuple(_attempt_from_record(item) for item in record.get("attempt", ())),
            unknown=values.rest(record, _STATE_KEYS),
        )


def _recorded_status(record: Mapping[str, Any]) -> Status:
    """The status in a record, which never says that something runs: only a runner's lock does."""
    status = Status(values.string(record, "status"))
    if status in (Status.RUNNING, Status.ASKING):
        raise BadRecord(f"status {status.value} is none of a record")
    return status


def live_from_record(record: Mapping[str, Any]) -> Live:
    """Read what a runner says of itself. Raises BadRecord."""
    with naming_the_fault(record):
        boot = str(record.get("boot", ""))
        return Live(
            attempt=values.integer(record, "attempt"),
            runner=_identity(boot, record, "runner"),
            child=_identity(boot, record, "child"),
            started=values.moment(record, "started") if "started" in record else None,
            since=float(record["since"]) if "since" in record else None,
            stopping=bool(record.get("stopping", False)),
            phase=values.string(record, "phase") if "phase" in record else None,
            unsaved=values.string(record, "unsaved") if "unsaved" in record else None,
            end=end_from_record(record, _NO_LOG) if "verdict" in record else None,
        )


def end_from_record(record: Mapping[str, Any], log: str) -> Attempt:
    """Read how a runner says that an attempt ended, ``log`` being its log's file name. Raises BadRecord."""
    with naming_the_fault(record):
        attempt = _attempt_from_record({**record, "number": record["attempt"], "log": log})
        if attempt.verdict is None or not attempt.verdict.ended:
            raise BadRecord("verdict is not an end")
        return attempt


def outcome_from_record(record: Mapping[str, Any]) -> Outcome:
    """Read figures that a task wrote about itself: what is of the wrong kind is left out, never believed."""
    return Outcome(
        **{key: record[key] for key in _WORDS if values.is_kind(record, key, str)},
        **{key: record[key] for key in _COUNTS if values.is_kind(record, key, int)},
        files=tuple(item for item in record.get("files", ()) if isinstance(item, str))
        if values.is_kind(record, "files", list)
        else (),
    )


_NO_LOG = "unknown"
"""Stands for the log's name where a record does not tell it: whoever reads that has it from another one."""

_WORDS = ("tool", "headline", "error", "commit")
_COUNTS = ("passed", "failed", "skipped", "errors", "warnings", "fixed")
_STATE_KEYS = frozenset(
    {"schema", "attempt"} | {item.name for item in fields(State)} - {"unknown", "attempts"}
)
_ATTEMPT_KEYS = frozenset({"text"} | {item.name for item in fields(Attempt)} - {"unknown"})


def _attempt_to_record(attempt: Attempt) -> dict[str, Any]:
    return {
        **attempt.unknown,
        "number": attempt.number,
        "log": attempt.log,
        "text": None if attempt.text is None else values.to_toml(attempt.text),
        "verdict": attempt.verdict,
        "started": attempt.started,
        "ended": attempt.ended,
        "duration_s": attempt.duration_s,
        "exit_code": attempt.exit_code,
        "signal": attempt.signal,
        "reason": attempt.reason,
        "summary": attempt.summary,
        "swept": attempt.swept or None,
        "kept": attempt.kept or None,
        "peak_bytes": attempt.peak_bytes,
        "survivors": list(attempt.survivors) or None,
        "dropped_bytes": attempt.dropped_bytes or None,
        "log_dropped": attempt.log_dropped,
        "session": attempt.session,
        "continues": attempt.continues,
        "qualifier": attempt.qualifier,
        "check": attempt.check,
        "model": attempt.model,
        "usage": None if attempt.usage is None else _agents().usage_to_record(attempt.usage),
        "undelivered": [values.to_toml(text) for text in attempt.undelivered] or None,
        "taken": None if attempt.taken is None else values.to_toml(attempt.taken),
        "outcome": _outcome_to_record(attempt.outcome) or None,
    }


def _attempt_from_record(record: Mapping[str, Any]) -> Attempt:
    return Attempt(
        number=values.integer(record, "number"),
        log=values.file_name(record, "log"),
        text=values.string(record, "text") if "text" in record else None,
        verdict=Status(record["verdict"]) if "verdict" in record else None,
        started=values.moment(record, "started") if "started" in record else None,
        ended=values.moment(record, "ended") if "ended" in record else None,
        duration_s=float(record["duration_s"]) if "duration_s" in record else None,
        exit_code=values.integer(record, "exit_code") if "exit_code" in record else None,
        signal=values.integer(record, "signal") if "signal" in record else None,
        reason=values.string(record, "reason") if "reason" in record else None,
        summary=values.file_name(record, "summary") if "summary" in record else None,
        swept=int(record.get("swept", 0)),
        kept=int(record.get("kept", 0)),
        peak_bytes=values.integer(record, "peak_bytes") if "peak_bytes" in record else None,
        survivors=tuple(int(pid) for pid in record.get("survivors", ())),
        dropped_bytes=int(record.get("dropped_bytes", 0)),
        log_dropped=values.moment(record, "log_dropped") if "log_dropped" in record else None,
        session=values.string(record, "session") if "session" in record else None,
        continues=values.integer(record, "continues") if "continues" in record else None,
        qualifier=values.string(record, "qualifier") if "qualifier" in record else None,
        check=values.string(record, "check") if "check" in record else None,
        model=values.string(record, "model") if "model" in record else None,
        usage=_agents().usage_from_record(record["usage"]) if "usage" in record else None,
        undelivered=values.strings(record, "undelivered") if "undelivered" in record else (),
        taken=values.string(record, "taken") if "taken" in record else None,
        outcome=outcome_from_record(record.get("outcome", {})),
        unknown=values.rest(record, _ATTEMPT_KEYS),
    )


def _outcome_to_record(outcome: Outcome) -> dict[str, Any]:
    record = {item.name: getattr(outcome, item.name) for item in fields(Outcome)}
    record["files"] = list(outcome.files) or None
    return {key: value for key, value in record.items() if value is not None}


def _agents() -> ModuleType:
    from app.registry import agentcodec  # a task that is only a command has nothing of it

    return agentcodec


def _identity(boot: str, record: Mapping[str, Any], who: str) -> Identity | None:
    if f"{who}_pid" not in record:
        return None
    return Identity(boot, values.integer(record, f"{who}_pid"), values.integer(record, f"{who}_start"))
