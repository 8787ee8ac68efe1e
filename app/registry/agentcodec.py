"""What agents add to records, to TOML and back: how one is run, what it asks, what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from app.model.ask import Answer, Ask, Choice, ChoiceKind
from app.model.outcome import Progress
from app.model.report import Report, Usage
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.model.workspace import Workspace
from app.registry import values
from app.registry.values import BadRecord, naming_the_fault


def run_to_record(run: AgentRun) -> dict[str, Any]:
    """How an agent is run, as a table of ``task.toml``."""
    record: dict[str, Any] = {item.name: getattr(run, item.name) for item in fields(AgentRun)}
    for name in ("command", "resume", "allow", "deny"):
        record[name] = [values.to_toml(word) for word in record[name]] or None
    record["definition"] = None if run.definition is None else values.to_toml(run.definition)
    record["environment"] = {name: values.to_toml(value) for name, value in run.environment} or None
    return record


def run_from_record(record: Mapping[str, Any]) -> AgentRun:
    """Read how an agent is run. Raises BadRecord, KeyError and ValueError."""
    return AgentRun(
        channel=Channel(values.string(record, "channel")),
        command=values.strings(record, "command"),
        client=values.string(record, "client"),
        resume=_texts(record, "resume"),
        events=values.string(record, "events"),
        definition=_text(record, "definition"),
        fingerprint=values.string(record, "fingerprint"),
        trusted=bool(record.get("trusted", False)),
        mode=_text(record, "mode"),
        model=_text(record, "model"),
        allow=_texts(record, "allow"),
        deny=_texts(record, "deny"),
        answer_s=float(record.get("answer_s", 600.0)),
        retries=values.integer(record, "retries"),
        sandbox=values.string(record, "sandbox"),
        network=bool(record.get("network", True)),
        environment=tuple(
            (name, values.from_toml(value)) for name, value in record.get("environment", {}).items()
        ),
    )


def workspace_to_record(workspace: Workspace) -> dict[str, Any]:
    """The place that is made for a task, as a table of ``task.toml``."""
    return {item.name: getattr(workspace, item.name) for item in fields(Workspace)}


def workspace_from_record(record: Mapping[str, Any]) -> Workspace:
    """Read the place that is made for a task. Raises BadRecord and KeyError."""
    return Workspace(
        worktree=bool(record.get("worktree", False)),
        base=_text(record, "base"),
        with_changes=bool(record.get("with_changes", False)),
    )


def usage_to_record(usage: Usage) -> dict[str, Any]:
    """What a run has cost, as a table."""
    return {item.name: getattr(usage, item.name) for item in fields(Usage)}


def usage_from_record(record: Mapping[str, Any]) -> Usage:
    """Read what a run has cost. Raises BadRecord and KeyError."""
    return Usage(
        input_tokens=_number(record, "input_tokens"),
        output_tokens=_number(record, "output_tokens"),
        cost=float(record["cost"]) if "cost" in record else None,
        currency=str(record.get("currency", "USD")),
    )


def ask_to_record(ask: Ask) -> dict[str, Any]:
    """The content of ``ask-1.toml``."""
    record: dict[str, Any] = {item.name: getattr(ask, item.name) for item in fields(Ask)}
    for name in ("title", "detail", "tool"):
        record[name] = values.to_toml(record[name])
    record["choices"] = [
        {"id": choice.id, "name": choice.name, "kind": choice.kind.value} for choice in ask.choices
    ]
    return record


def ask_from_record(record: Mapping[str, Any]) -> Ask:
    """Read ``ask-1.toml``. Raises BadRecord."""
    with naming_the_fault(record):
        return Ask(
            number=values.integer(record, "number"),
            attempt=values.integer(record, "attempt"),
            title=values.string(record, "title"),
            choices=tuple(
                Choice(values.string(item, "id"), values.string(item, "name"), ChoiceKind(item["kind"]))
                for item in record["choices"]
            ),
            asked=values.moment(record, "asked"),
            expires=values.moment(record, "expires"),
            detail=values.string(record, "detail"),
            tool=values.string(record, "tool"),
        )


def answer_to_record(answer: Answer) -> dict[str, Any]:
    """The content of ``answer-1.toml``."""
    return {"number": answer.number, "kind": answer.kind.value, "by": values.to_toml(answer.by)}


def answer_from_record(record: Mapping[str, Any]) -> Answer:
    """Read ``answer-1.toml``. Raises BadRecord."""
    with naming_the_fault(record):
        return Answer(
            number=values.integer(record, "number"),
            kind=ChoiceKind(values.string(record, "kind")),
            by=values.string(record, "by"),
        )


def report_to_record(report: Report) -> dict[str, Any]:
    """The content of ``report.toml``."""
    record: dict[str, Any] = {item.name: getattr(report, item.name) for item in fields(Report)}
    for name in _REPORT_TEXTS:
        record[name] = None if record[name] is None else values.to_toml(record[name])
    for name in ("denied", "answered"):
        record[name] = [values.to_toml(words) for words in getattr(report, name)] or None
    record["usage"] = None if report.usage is None else usage_to_record(report.usage)
    if report.progress is not None:
        record["progress"] = {item.name: getattr(report.progress, item.name) for item in fields(Progress)}
    return record


def report_from_record(record: Mapping[str, Any]) -> Report:
    """Read ``report.toml``. Raises BadRecord."""
    with naming_the_fault(record):
        progress = record.get("progress")
        verdict = Status(record["verdict"]) if "verdict" in record else None
        if verdict not in (None, Status.COMPLETE, Status.FAILED):
            raise BadRecord("verdict is neither complete nor failed")
        return Report(
            attempt=values.integer(record, "attempt"),
            progress=None if progress is None else _progress(progress),
            usage=usage_from_record(record["usage"]) if "usage" in record else None,
            denied=_texts(record, "denied"),
            answered=_texts(record, "answered"),
            messages=int(record.get("messages", 0)),
            verdict=verdict,
            **{name: _text(record, name) for name in _REPORT_TEXTS},
        )


_REPORT_TEXTS = ("session", "model", "mode", "doing", "retrying", "reason", "qualifier", "trouble")


def _progress(record: Mapping[str, Any]) -> Progress:
    return Progress(
        done=_number(record, "done"),
        total=_number(record, "total"),
        percent=_number(record, "percent"),
        text=_text(record, "text"),
    )


def _text(record: Mapping[str, Any], key: str) -> str | None:
    return values.string(record, key) if key in record else None


def _texts(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return values.strings(record, key) if key in record else ()


def _number(record: Mapping[str, Any], key: str) -> int | None:
    return values.integer(record, key) if key in record else None
