"""The one-shot stand-ins end and speak as the real clients were measured to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.standins.streams import STREAMS
from tests.support import end_processes_with, is_alive, until

SCRIPT = Path(__file__).with_name("oneshot.py")
JSON = ("claude", "qwen", "codex", "opencode", "gemini", "kimi", "copilot")


def run(client: str, prompt: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """One run of a client in a folder, without input."""
    argv = [sys.executable, str(SCRIPT), client, *options, prompt]
    return subprocess.run(
        argv, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False
    )


def events(output: str) -> list[dict[str, Any]]:
    """The events that were printed."""
    return [json.loads(line) for line in output.splitlines()]


@pytest.mark.parametrize("client", STREAMS)
def test_success_writes_a_file_says_so_and_is_0(client: str, tmp_path: Path) -> None:
    done = run(client, "say hello", tmp_path)
    assert (done.returncode, (tmp_path / "hello.txt").read_text()) == (0, "hello\n")
    assert "created." in done.stdout.replace(
        '","delta":true}\n{"type":"message","role":"assistant","content":"', ""
    )


@pytest.mark.parametrize("client", JSON)
def test_every_line_of_an_event_stream_is_an_event(client: str, tmp_path: Path) -> None:
    done = run(client, "[[plan]] [[usage]] [[write]] [[fail]] [[denied]] [[retry:1]]", tmp_path)
    assert all("type" in event or "role" in event for event in events(done.stdout))


@pytest.mark.parametrize("client", STREAMS)
def test_an_api_error_ends_with_the_code_that_was_measured(client: str, tmp_path: Path) -> None:
    code = {"gemini": 145, "aider": 0}.get(client, 1)
    assert run(client, "[[error:401]]", tmp_path).returncode == code


@pytest.mark.parametrize("client", [c for c in STREAMS if c != "llm"])
def test_denied_is_fluent_and_0(client: str, tmp_path: Path) -> None:
    assert run(client, "[[denied]]", tmp_path).returncode == 0
    assert not (tmp_path / "hello.txt").exists()


@pytest.mark.parametrize("client", [c for c in STREAMS if c != "opencode"])
def test_a_cut_stream_ends_with_the_code_that_was_measured(client: str, tmp_path: Path) -> None:
    code = int(client in ("qwen", "codex", "copilot"))
    assert run(client, "[[cut]]", tmp_path).returncode == code


def test_claude_calls_an_api_error_a_success(tmp_path: Path) -> None:
    last = events(run("claude", "[[error]]", tmp_path).stdout)[-1]
    assert (last["subtype"], last["is_error"], last["api_error_status"]) == ("success", True, 401)


@pytest.mark.parametrize(
    ("client", "first", "second"),
    [
        ("claude", ["--session-id", "abc"], ["--resume", "abc"]),
        ("codex", ["exec", "resume", "abc"], ["exec", "--json", "resume", "abc"]),
        ("copilot", ["--session-id=abc"], ["--resume=abc"]),
        ("kimi", ["-S", "abc"], ["--session", "abc"]),
    ],
)
def test_a_conversation_goes_on(client: str, first: list[str], second: list[str], tmp_path: Path) -> None:
    run(client, "the word is marzipan [[say]]", tmp_path, *first)
    assert "marzipan" in run(client, "[[recall]]", tmp_path, *second).stdout


def test_an_interrupt_is_0_for_claude_and_its_tool_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = tmp_path / "evidence.jsonl"
    monkeypatch.setenv("STANDIN_EVIDENCE", str(evidence))
    process = subprocess.Popen([sys.executable, SCRIPT, "claude", "[[long]]"], stdout=subprocess.DEVNULL)

    def tool() -> list[dict[str, Any]]:
        lines = evidence.read_text().splitlines() if evidence.exists() else []
        return [fact for fact in map(json.loads, lines) if fact["what"] == "tool"]

    assert until(tool)
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(10) == 0
    assert until(lambda: not is_alive(tool()[0]["tool"]))


def test_a_tool_that_is_left_lives_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = f"STANDIN_EVIDENCE={tmp_path / 'evidence.jsonl'}"
    monkeypatch.setenv(*mark.split("=", 1))
    assert run("codex", "[[leave]]", tmp_path).returncode == 0
    assert len(end_processes_with(mark)) == 2
