"""The streams of the real clients, as recorded: what they tell, and what becomes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.agents.catalog.presets import presets
from app.agents.events import Denied, Ended, Event, Plan, Retrying, Started, Step, Text, Tool, ToolStatus
from app.agents.exec import shapes
from app.agents.exec.shapes import UnknownShape, shape_of
from app.agents.exec.stream import Stream
from app.agents.host.collected import Collected
from app.agents.verdict import judge

STREAMS = Path(__file__).with_name("streams")
CLIENTS = ("claude", "codex", "copilot", "gemini", "kimi", "opencode", "qwen")
MORE = ("cline", "gptme", "pi", "vibe")

TOLD = {
    "claude-default": "Started Text Plan Plan Text Tool Tool Text Plan Plan Text Spent Ended",
    "claude-fail": "Started Text Tool Tool Text Spent Ended",
    "claude-flaky": "Started Retrying Text Spent Ended",
    "claude-401": "Started Retrying Spent Ended",
    "claude-denied": "Started Text Tool Tool Text Spent Ended",
    "codex-default": "Started Warned Text Tool Tool Text Spent Ended",
    "codex-fail": "Started Warned Text Tool Tool Text Spent Ended",
    "codex-401": "Started Warned Retrying Warned Ended",
    "codex-cut": "Started Warned Retrying Warned Ended",
    "copilot-default": "Started Text Tool Tool Text Started Ended",
    "copilot-fail": "Started Text Tool Tool Text Started Ended",
    "copilot-401": "Retrying Retrying Retrying Warned Started Ended",
    "copilot-denied": "Started Text Tool Tool Text Started Ended",
    "copilot-cut": "Retrying Retrying Retrying Retrying Retrying Retrying Warned Started Ended",
    "gemini-default": "Started Text Plan Text Tool Tool Text Plan Text Text Spent Ended",
    "gemini-401": "Started Spent Ended",
    "gemini-without-tools": "Started Text Text Spent Ended",
    "gemini-cut": "Started Text Text Text Text Text Text Text Text Text Text Text Warned Spent Ended",
    "kimi-default": "Text Plan Text Tool Tool Text Plan Text Started Ended",
    "kimi-fail": "Text Tool Tool Text Started Ended",
    "kimi-cut": "Text Started Ended",
    "opencode-default": "Started Plan Text Spent Text Tool Tool Spent Plan Text Spent Text Spent Ended",
    "opencode-fail": "Started Text Tool Tool Spent Text Spent Ended",
    "opencode-401": "Started Ended",
    "opencode-denied": "Started Text Tool Tool Spent",
    "opencode-cut": "Started" + 7 * " Text Spent Retrying",
    "qwen-default": "Started Text Plan Text Tool Tool Text Plan Text Spent Ended",
    "qwen-401": "Started Text Spent Ended",
    "qwen-cut": "Started Text Spent Ended",
    "qwen-without-tools": "Started Text Spent Ended",
    "pi-default": "Started Text Spent Tool Tool Text Spent Ended",
    "pi-fail": "Started Text Spent Tool Tool Text Spent Ended",
    "pi-401": "Started Spent Ended",
    "cline-default": "Started Text Tool Tool Text Spent Ended",
    "cline-fail": "Started Text Tool Tool Text Spent Ended",
    "cline-401": "Started Warned Spent Ended",
    "cline-denied": "Started Text Tool Tool Warned Text Spent Ended",
    "vibe-default": "Started Text Tool Tool Text",
    "vibe-fail": "Started Text Tool Tool Text",
    "vibe-denied": "Started Text Tool Tool Text",
    "gptme-default": "Text Started Spent Tool Tool Text Spent Ended",
    "gptme-fail": "Text Started Spent Tool Tool Text Spent Ended",
}
"""Of each recording, which events it tells."""

BECOMES = {
    "claude-default": (0, True, "complete", None, None),
    "claude-fail": (0, False, "complete", "last tool failed: Bash  echo broken >&2; exit 3", None),
    "claude-flaky": (0, False, "complete", "no tool used", None),
    "claude-401": (
        1,
        False,
        "failed",
        "Failed to authenticate. API Error: 401 scripted: invalid api key",
        "login",
    ),
    "claude-denied": (
        0,
        False,
        "failed",
        "denied: Bash  printf 'hello from the scripted model\\n' > hello.txt",
        None,
    ),
    "codex-default": (0, True, "complete", None, None),
    "codex-fail": (0, False, "complete", "last tool failed: shell  echo broken >&2; exit 3", None),
    "codex-401": (
        1,
        False,
        "failed",
        "unexpected status 401 Unauthorized: scripted: invalid api key",
        "login",
    ),
    "codex-cut": (1, False, "failed", "stream disconnected before completion", None),
    "copilot-default": (0, True, "complete", None, None),
    "copilot-fail": (0, False, "complete", "last tool failed: bash  echo broken >&2; exit 3", None),
    "copilot-401": (1, False, "failed", "Authentication failed with provider", "login"),
    "copilot-denied": (0, False, "failed", "denied: bash", None),
    "copilot-cut": (1, False, "failed", "Failed to get response from the AI model; retried 5 times", None),
    "gemini-default": (0, True, "complete", None, None),
    "gemini-401": (145, False, "failed", "401 scripted: invalid api key", "login"),
    "gemini-without-tools": (0, False, "complete", "no tool used", None),
    "gemini-cut": (0, False, "complete", "Loop detected, stopping execution", None),
    "kimi-default": (0, True, "complete", None, None),
    "kimi-fail": (0, False, "complete", "last tool failed: Bash  echo broken >&2; exit 3", None),
    "opencode-default": (0, True, "complete", None, None),
    "opencode-fail": (0, False, "complete", "last tool failed: bash  echo broken >&2; exit 3", None),
    "opencode-401": (1, False, "failed", "401 scripted: invalid api key", "login"),
    "opencode-denied": (0, False, "failed", "denied: bash", None),
    "opencode-cut": (None, False, "failed", "broke off: its stream has no end", None),
    "qwen-default": (0, True, "complete", None, None),
    "qwen-401": (0, False, "failed", "401 scripted: invalid api key", "login"),
    "qwen-cut": (0, False, "failed", "Model stream ended without a finish reason.", None),
    "qwen-without-tools": (0, False, "complete", "no tool used", None),
    "pi-default": (0, True, "complete", None, None),
    "pi-fail": (0, False, "complete", "last tool failed: bash  echo broken >&2; exit 3", None),
    "pi-401": (0, False, "failed", "401 scripted: invalid api key", "login"),
    "cline-default": (0, True, "complete", None, None),
    "cline-fail": (0, False, "complete", "last tool failed: run_commands  echo broken >&2; exit 3", None),
    "cline-401": (1, False, "failed", "scripted: invalid api key", "login"),
    "cline-denied": (0, False, "failed", "denied: run_commands", None),
    "vibe-denied": (0, False, "failed", "denied: file_system.bash", None),
    "gptme-default": (0, True, "complete", None, None),
    "gptme-fail": (0, False, "complete", "last tool failed: shell", None),
}
"""Of each recording: the client's exit code, whether a file was changed, and the verdict with its words."""


def read(name: str) -> list[Event]:
    """The events of a recording; every line of it has to be understood."""
    stream = Stream(shape_of(name.partition("-")[0]))
    events: list[Event] = []
    for line in (STREAMS / f"{name}.jsonl").read_text().splitlines():
        told = stream.read(line)
        assert told is not None, line
        events += told
    return events


def of(client: str, *lines: object) -> list[Event]:
    """The events of these lines, each an object."""
    stream = Stream(shape_of(client))
    return [event for line in lines for event in stream.read(json.dumps(line)) or ()]


def test_there_is_a_table_row_for_every_recording() -> None:
    assert set(TOLD) == {path.stem for path in STREAMS.glob("*.jsonl")}


@pytest.mark.parametrize("name", TOLD)
def test_what_a_recording_tells(name: str) -> None:
    assert " ".join(type(event).__name__ for event in read(name)) == TOLD[name]


@pytest.mark.parametrize("name", BECOMES)
def test_what_becomes_of_a_recording(name: str) -> None:
    code, changed, status, words, trouble = BECOMES[name]
    collected = Collected()
    for event in read(name):
        collected.take(event)
    verdict = judge(replace(collected.facts(), exit_code=code, changed=changed))
    said = verdict.reason or verdict.qualifier
    assert (verdict.status.value, verdict.trouble) == (status, trouble)
    assert said == words if words is None or said is None else said.startswith(words)


@pytest.mark.parametrize("client", [name for name in CLIENTS if name not in ("codex", "copilot")])
def test_a_plan_is_progress(client: str) -> None:
    plans = [event for event in read(f"{client}-default") if isinstance(event, Plan)]
    assert plans[-1].steps == (Step("create hello.txt", "completed"), Step("check it", "completed"))
    assert plans[0].steps[0].text == "create hello.txt"


def test_a_todo_list_of_codex_is_a_plan() -> None:
    items = [{"text": "Read", "completed": True}, {"text": "Write", "completed": False}]
    events = of("codex", {"type": "item.updated", "item": {"id": "i", "type": "todo_list", "items": items}})
    assert events == [Plan((Step("Read", "completed"), Step("Write", "pending")))]


@pytest.mark.parametrize("client", CLIENTS)
def test_the_conversation_has_an_id(client: str) -> None:
    sessions = [event.session for event in read(f"{client}-default") if isinstance(event, Started)]
    assert [session for session in sessions if session]


@pytest.mark.parametrize("client", [*CLIENTS, "cline", "pi", "vibe"])
def test_a_shell_tool_shows_its_command(client: str) -> None:
    tool = next(event for event in read(f"{client}-default") if isinstance(event, Tool))
    command = "printf 'hello from the scripted model\\n' > hello.txt && ls -l hello.txt"
    assert (tool.kind, tool.input, tool.status) == ("execute", command, ToolStatus.RUNNING)


def test_what_the_client_denied_is_told_once() -> None:
    denied = {"type": "system", "subtype": "permission_denied", "tool_name": "Bash", "tool_use_id": "t"}
    use = {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "ls"}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": "no", "is_error": True}
    end = {"type": "result", "is_error": False, "subtype": "success", "permission_denials": [denied]}
    told = of(
        "claude",
        {"type": "assistant", "message": {"content": [use]}},
        denied,
        {"type": "user", "message": {"content": [result]}},
        end,
    )
    collected = Collected()
    for event in told:
        collected.take(event)
    assert [refusal.tool for refusal in collected.refusals] == ["Bash  ls"]
    assert collected.last_failed is None


def test_a_denial_of_an_unknown_tool_names_it() -> None:
    denials = [{"tool_name": "Write", "tool_use_id": "u"}]
    end = {"type": "result", "is_error": False, "subtype": "success", "permission_denials": denials}
    assert of("claude", end)[0] == Denied("Write")


def test_what_a_subagent_says_is_not_the_answer() -> None:
    content = [{"type": "text", "text": "inner"}]
    line = {"type": "assistant", "parent_tool_use_id": "t", "message": {"content": content}}
    assert of("claude", line) == [Text("inner\n", thought=True)]


def test_an_edit_tells_its_size_and_its_file() -> None:
    given_to_it = {"file_path": "a.py", "old_string": "x\ny\n", "new_string": "z"}
    use = {"type": "tool_use", "id": "t", "name": "Edit", "input": given_to_it}
    tool = of("claude", {"type": "assistant", "message": {"content": [use]}})[0]
    assert isinstance(tool, Tool)
    assert (tool.kind, tool.paths, tool.added, tool.removed) == ("edit", ("a.py",), 1, 2)


def test_limits_of_claude_have_their_own_words() -> None:
    [*_, end] = of("claude", {"type": "result", "subtype": "error_max_turns", "is_error": True})
    assert isinstance(end, Ended)
    assert judge(replace(Collected().facts(), ended=end)).reason == "reached its limit of turns"


def test_an_interrupted_claude_is_not_done() -> None:
    line = {"type": "result", "subtype": "success", "is_error": True, "terminal_reason": "aborted_tools"}
    [*_, end] = of("claude", line)
    assert isinstance(end, Ended)
    assert (end.ok, end.reason) == (False, "aborted_tools")


def test_an_interrupted_copilot_says_nothing_that_must_be_shown_raw() -> None:
    assert of("copilot", {"type": "abort", "data": {"reason": "user_initiated"}, "id": "1"}) == []


def test_kiro_s_transcript_tells_what_was_rejected() -> None:
    stream = Stream(shape_of("kiro"))
    line = "\x1b[31mCommand fs_write is rejected because it matches one or more rules on the denied list:"
    assert stream.read(line) == [Denied("fs_write")]
    assert not stream.read("> I would say: Command x is rejected because I like it")


def test_retries_are_told_in_numbers() -> None:
    line = {
        "role": "meta",
        "type": "turn.step.retrying",
        "failed_attempt": 6,
        "max_attempts": 10,
        "status_code": 500,
    }
    assert of("kimi", line) == [Retrying(6, 10, 500)]


def test_an_unknown_shape_names_the_known_ones() -> None:
    with pytest.raises(UnknownShape, match="claude, cline, codex, copilot"):
        shape_of("clod")
    assert set(shapes.names()) == {*CLIENTS, *MORE, "kiro"}


def test_every_preset_s_shape_is_there() -> None:
    ways = [way for preset in presets().values() for way in preset.ways]
    assert {way.events for way in ways if way.events} <= set(shapes.names())
