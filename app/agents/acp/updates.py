"""What a ``session/update`` says, as events. Pure; what is not understood is nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.agents.acp import content
from app.agents.acp.wire import Json, items, mapping, number_of, text_of
from app.agents.events import Event, Plan, Retrying, Step, Text, Tool, ToolStatus

KINDS = ("read", "edit", "delete", "move", "search", "execute", "think", "fetch", "switch_mode", "other")
"""The protocol's words for what a tool does."""

TODO_LIST = "todo_list"
"""The name of Kiro's tool for lists of things to do, which it has instead of plans."""

_STATUS = {
    "pending": ToolStatus.PENDING,
    "in_progress": ToolStatus.RUNNING,
    "completed": ToolStatus.DONE,
    "failed": ToolStatus.FAILED,
    "cancelled": ToolStatus.FAILED,
    "rejected": ToolStatus.DENIED,
    "denied": ToolStatus.DENIED,
}
_COUNTED = re.compile(r"\b(\d{1,4})\s?(?:/|of)\s?(\d{1,4})\b")
_STEP_STATUS = {"done": "completed", "complete": "completed", "active": "in_progress"}


def events_of(update: Json, name: str | None = None) -> Iterator[Event]:
    """The events of one update; ``name`` is that of the tool it is about, which may have been told before."""
    kind = text_of(update.get("sessionUpdate")) or ""
    match kind:
        case "agent_message_chunk":
            yield from _said(update)
        case "agent_thought_chunk":
            yield from _said(update, thought=True)
        case "tool_call" | "tool_call_update":
            yield from _tool_events(update, name)
        case "plan":
            yield plan_of(update.get("entries"))
        case _ if "retry" in kind:
            yield retry_of(update)


def tool_of(call: Json) -> Tool | None:
    """The tool in a call, an update of one, or a question about one; None without an id."""
    identifier = call.get("toolCallId")
    if not isinstance(identifier, (str, int)):
        return None
    status = _STATUS.get(str(call.get("status")))
    if status is ToolStatus.DONE and content.exit_code(call.get("rawOutput")):
        status = ToolStatus.FAILED  # the tool was run, what it ran has failed
    size = content.change_size(call.get("content"))
    given = content.given(call)
    return Tool(
        id=str(identifier),
        title=text_of(call.get("title")) or None,
        kind=kind if (kind := call.get("kind")) in KINDS else None,
        status=status,
        input=content.input_text(given, text_of(call.get("kind"))),
        output=content.output_text(call),
        paths=content.paths(call),
        added=size[0] if size else None,
        removed=size[1] if size else None,
    )


def plan_of(entries: object) -> Plan:
    """A plan, whatever its entries call their text."""
    return Plan(tuple(filter(None, map(_step, items(entries)))))


def retry_of(record: Json) -> Retrying:
    """An attempt to reach the model, in the words of whichever vendor."""
    error = record.get("error")
    why = _first_text(record, "message", "reason", "error_message") or text_of(error)
    why = why or text_of(mapping(error).get("message")) or ""
    counted = _COUNTED.search(why)
    return Retrying(
        attempt=_first_number(record, "attempt", "attemptNumber", "failed_attempt", "retryCount")
        or (int(counted[1]) if counted else None),
        most=_first_number(record, "max_retries", "maxRetries", "max_attempts", "maxAttempts")
        or (int(counted[2]) if counted else None),
        status=_first_number(record, "error_status", "status_code", "statusCode", "httpStatus", "status"),
        why=why,
    )


def tool_name(call: Json) -> str | None:
    """The tool's own name, which vendors keep beside the title for people."""
    for extra in (
        call,
        *filter(None, map(mapping, mapping(call.get("_meta")).values())),
        mapping(call.get("_meta")),
    ):
        if name := _first_text(extra, "toolName", "tool_name"):
            return name
    return None


def _said(update: Json, *, thought: bool = False) -> Iterator[Event]:
    if text := content.block_text(update.get("content")):
        yield Text(text, thought)


def _tool_events(update: Json, name: str | None) -> Iterator[Event]:
    if name == TODO_LIST:
        if (todo := _todo_list(update)) is not None:
            yield todo
    elif (tool := tool_of(update)) is not None:
        yield tool


def _todo_list(update: Json) -> Plan | None:
    """The list of things to do in what the tool for it was given or has put out."""
    for raw in (update.get("rawOutput"), update.get("rawInput")):
        for record in (mapping(raw), *_json_items(raw)):
            for key in ("tasks", "todos", "items"):
                if (plan := plan_of(record.get(key))).steps:
                    return plan
    return None


def _json_items(raw: object) -> list[Json]:
    """Kiro wraps an output as ``{"items": [{"Json": {…}}]}``."""
    return [mapping(item.get("Json") or item.get("json")) for item in items(mapping(raw).get("items"))]


def _step(entry: Json) -> Step | None:
    text = _first_text(entry, "content", "task_description", "description", "title", "text", "step")
    if text is None:
        return None
    status = text_of(entry.get("status"))
    if status is None:
        status = "completed" if entry.get("completed") is True else "pending"
    status = _STEP_STATUS.get(status, status)
    return Step(text, status if status in ("pending", "in_progress", "completed") else "pending")


def _first_text(record: Json, *keys: str) -> str | None:
    return next((value for key in keys if (value := text_of(record.get(key)))), None)


def _first_number(record: Json, *keys: str) -> int | None:
    return next((value for key in keys if (value := number_of(record.get(key))) is not None), None)
