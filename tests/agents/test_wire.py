"""Bytes become messages, whatever bytes; updates become events, whatever updates."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.acp.permission import choices_of
from app.agents.acp.spending import Spending
from app.agents.acp.updates import events_of, retry_of
from app.agents.acp.wire import Noise, Notification, Request, Response, key_of, read_message
from app.agents.events import Plan, Retrying, Step, Text, Tool, ToolStatus
from app.model.report import Usage


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"id":0,"method":"m"}', Request(0, "m")),
        (b'{"id":"u","method":"m","params":{"a":1},"vendor":2}', Request("u", "m", {"a": 1})),
        (b'{"id":null,"method":"m","params":[1]}', Notification("m")),
        (b'{"method":"m"}', Notification("m")),
        (b'{"id":1,"result":null}', Response("1")),
        (b'{"id":"1","result":{}}', Response("1", {})),
        (b'{"id":1.0,"result":{}}', Response("1", {})),
        (b'{"id":true,"result":{}}', Response("", {})),
        (b'{"id":1,"error":{"code":-1}}', Response("1", None, {"code": -1})),
        (b'{"id":1,"error":"no"}', Response("1", None, {"message": "no"})),
        (b"  \r", None),
        (b"[1]", Noise("[1]")),
        (b"{}", Noise("{}")),
        (b'{"method":7}', Noise('{"method":7}')),
        (b"\xff", Noise("\ufffd")),
        (b"[" * 100_000, Noise("[" * 100_000)),
    ],
)
def test_messages(line: bytes, message: object) -> None:
    assert read_message(line.decode("utf-8", "replace")) == message


def test_halves_of_characters_do_not_get_in() -> None:
    message = read_message('{"method":"m","params":{"\\ud83d":["\\ude00","\\ud83d\\ude00"]}}')
    assert message == Notification("m", {"\ufffd": ["\ufffd", "\U0001f600"]})


def update(kind: str, /, **more: Any) -> dict[str, Any]:
    """An update of a kind."""
    return {"sessionUpdate": kind, **more}


@pytest.mark.parametrize(
    ("sent", "event"),
    [
        (update("agent_message_chunk", content={"type": "text", "text": "a"}), Text("a")),
        (update("agent_message_chunk", content={"type": "image", "data": "…"}), Text("[image]")),
        (update("agent_thought_chunk", content={"type": "text", "text": "a"}), Text("a", thought=True)),
        (update("tool_call", toolCallId=7, title="T", kind="odd"), Tool("7", "T")),
        (
            update("tool_call", toolCallId="1", kind="execute", rawInput={"command": ["bash", "-lc", "a b"]}),
            Tool("1", kind="execute", input="a b"),
        ),
        (
            update("tool_call_update", toolCallId="1", status="completed", rawOutput={"exitCode": 2}),
            Tool("1", status=ToolStatus.FAILED, output="exit code 2"),
        ),
        (
            update("tool_call_update", toolCallId="1", rawOutput={"items": [{"Text": "said"}]}),
            Tool("1", output="said"),
        ),
        (
            update(
                "tool_call_update",
                toolCallId="1",
                content=[{"type": "diff", "path": "/a", "oldText": "x\ny\n", "newText": "x\nz\nw\n"}],
            ),
            Tool("1", paths=("/a",), added=2, removed=1),
        ),
        (
            update("plan", entries=[{"content": "a", "status": "odd"}, {"title": "b", "status": "done"}, 3]),
            Plan((Step("a", "pending"), Step("b", "completed"))),
        ),
        (
            update("api_retry", attempt=2, max_retries=9, error_status=529, error={"message": "busy"}),
            Retrying(2, 9, 529, "busy"),
        ),
    ],
)
def test_updates(sent: dict[str, Any], event: object) -> None:
    assert list(events_of(sent)) == [event]


def test_a_retry_in_words() -> None:
    assert retry_of({"message": "Retrying (2/3)"}) == Retrying(2, 3, None, "Retrying (2/3)")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
kinds = st.sampled_from(
    ("agent_message_chunk", "tool_call", "tool_call_update", "plan", "usage_update", "api_retry", "vendor")
)
TOOL_FIELDS = ("toolCallId", "title", "kind", "status", "rawInput", "rawOutput", "locations")
fields = st.sampled_from(("content", "entries", "_meta", "cost", *TOOL_FIELDS))


@given(kinds, st.dictionaries(fields, json_values), st.sampled_from([None, "todo_list"]))
def test_no_update_is_too_odd(kind: str, more: dict[str, Any], name: str | None) -> None:
    sent = {**more, "sessionUpdate": kind}
    for event in events_of(sent, name):
        assert event == event or "nan" in repr(event).lower()
    Spending().take_update(sent)
    Spending().take_result(more)
    assert isinstance(choices_of({"options": [more]}), tuple)


@given(json_values)
def test_no_line_is_too_odd(value: Any) -> None:
    line = json.dumps(value)
    message = read_message(line)
    assert message is None or isinstance(message, Noise | Request | Notification | Response)
    assert isinstance(key_of(value), str)


def test_what_a_conversation_costs() -> None:
    spending = Spending()
    spending.take_update(
        update("agent_message_chunk", _meta={"usage": {"inputTokens": 5, "outputTokens": 1}})
    )
    spending.take_update(
        update("agent_message_chunk", _meta={"usage": {"inputTokens": 6, "outputTokens": 1}})
    )
    assert spending.usage == Usage(11, 2)
    spending.take_result({"_meta": {"quota": {"token_count": {"input_tokens": 12, "output_tokens": 3}}}})
    assert spending.usage == Usage(12, 3)
    spending.take_result({"usage": {"inputTokens": 20, "outputTokens": 5}})
    spending.take_update(update("usage_update", used=9, size=10, cost={"amount": 0.5, "currency": "EUR"}))
    assert spending.usage == Usage(20, 5, 0.5, "EUR")
