"""What a stream makes of lines that no client has ever written: nothing, or events that all can take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.events import (
    Denied,
    Ended,
    Event,
    Plan,
    Retrying,
    Spent,
    Started,
    Text,
    Tool,
    ToolStatus,
    Warned,
)
from app.agents.exec import shapes
from app.agents.exec.reading import LARGEST
from app.agents.exec.shapes import shape_of
from app.agents.exec.stream import Stream
from app.agents.exec.tooling import INPUT_LENGTH
from app.agents.host.collected import SPEECH_LENGTH, Collected
from app.agents.host.lines import MOST_TITLE, tool_title
from app.agents.verdict import judge
from app.logs.sanitise import sanitise
from app.model.status import Status
from tests.agents.test_exec_streams import CLIENTS, STREAMS, TOLD


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    "line",
    [
        "",
        "Update available!",
        "42",
        "null",
        "[]",
        "{",
        '"{}"',
        '{"no":"type"}',
        "[" * 100_000,
        '{"a":' * 9999,
    ],
)
def test_noise_is_no_event(client: str, line: str) -> None:
    assert Stream(shape_of(client)).read(line) is None


NAMES = st.sampled_from(
    [path.stem for path in STREAMS.glob("*.jsonl")] or ["claude-default"],
)
LONG = "many words " * 10_000
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["\ud800", LONG]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
OUTPUT_LENGTH = 64 * 1024
KINDS = (Started, Text, Tool, Plan, Spent, Retrying, Denied, Warned, Ended)
"""All that a stream can tell: it asks for no permission."""


def check_event(event: Event) -> None:
    """An event is of a known kind, and each value in it of a kind and size that all behind it can take."""
    assert isinstance(event, KINDS)
    for value in flat(astuple(event)):
        assert value is None or isinstance(value, (str, int, float))
        assert isinstance(value, str) or -LARGEST < (value or 0) < LARGEST
    if isinstance(event, Tool):
        assert isinstance(event.status, ToolStatus)
        assert len(event.input or "") <= INPUT_LENGTH
        assert len(event.output or "") <= OUTPUT_LENGTH
        assert len(tool_title(event)) <= MOST_TITLE
        assert len(tool_title(event).splitlines()) <= 1
    if isinstance(event, Plan):
        assert {step.status for step in event.steps} <= {"pending", "in_progress", "completed"}


def flat(value: object) -> Iterator[Any]:
    """The values within tuples within a tuple."""
    for item in value if isinstance(value, tuple) else ():
        yield from flat(item) if isinstance(item, tuple) else [item]


@given(NAMES, st.data())
def test_no_line_raises_whatever_is_put_into_it(name: str, data: st.DataObject) -> None:
    lines = (STREAMS / f"{name}.jsonl").read_text().splitlines()
    stream = Stream(shape_of(name.partition("-")[0]))
    collected = Collected()
    for line in lines:
        changed = _with(json.loads(line), data)
        for event in stream.read(json.dumps(changed)) or ():
            check_event(event)
            collected.take(event)
    assert len(collected.said) <= SPEECH_LENGTH
    assert judge(collected.facts()).status in (Status.COMPLETE, Status.FAILED)


ANYTHING = [LONG, LARGEST, float("inf"), [LONG, LONG], {"text": LONG}, "\x1b[2J\n\ud800"]


@pytest.mark.parametrize("name", TOLD)
def test_each_value_of_a_recording_may_be_anything(name: str) -> None:
    shape = shape_of(name.partition("-")[0])
    lines = [json.loads(line) for line in (STREAMS / f"{name}.jsonl").read_text().splitlines()]
    changed = [variant for value in ANYTHING for line in lines for variant in variants(line, value)]
    assert len(changed) >= len(lines) * len(ANYTHING)
    for variant in changed:
        for event in Stream(shape).read(json.dumps(variant)) or ():
            check_event(event)


def variants(line: object, value: object) -> Iterator[object]:
    """A line with the value in the place of each of its own in turn."""
    if isinstance(line, dict) and line:
        yield from ({**line, key: one} for key in line for one in variants(line[key], value))
    elif isinstance(line, list) and line:
        for place, item in enumerate(line):
            yield from ([*line[:place], one, *line[place + 1 :]] for one in variants(item, value))
    else:
        yield value


def _with(value: object, data: st.DataObject) -> object:
    """The value with something else somewhere in it."""
    if isinstance(value, dict) and value and data.draw(st.integers(0, 9)):
        key = data.draw(st.sampled_from(sorted(value)))
        return {**value, key: _with(value[key], data)}
    if isinstance(value, list) and value and data.draw(st.integers(0, 9)):
        return [_with(value[0], data), *value[1:]]
    return data.draw(VALUES)


REJECTED = st.text(max_size=50).map("Command {} is rejected because it matches".format)


@given(st.sampled_from(shapes.names()), st.lists(st.text(max_size=200) | REJECTED, max_size=5))
def test_no_text_tells_anything_but_what_a_transcript_says(client: str, lines: list[str]) -> None:
    shape = shape_of(client)
    stream = Stream(shape)
    for line in lines:
        events = stream.read(line) or []
        assert shape.plain or not events
        for event in events:
            assert isinstance(event, Denied)
            assert event.title in sanitise(line)
