"""The ACP stand-in does what its markers say: else a test that relies on it would prove nothing."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.standins.conversation import Conversation, choose, prompt, talking_to
from tests.support import is_alive, until

AGENT = Path(__file__).with_name("acp_agent.py")
ARGV = (sys.executable, AGENT)
HARMLESS = (
    "plan", "usage", "late", "garbage", "hostile", "flood", "pieces", "stderr",
    "mode", "retry", "unknown-notifications", "hidden-error", "silent", "slow:2", "title", "think", "fail"
)  # fmt: skip


@pytest.fixture
def evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which stand-ins of this test put down what they do."""
    path = tmp_path / "evidence.jsonl"
    monkeypatch.setenv("STANDIN_EVIDENCE", str(path))
    return path


def noted(path: Path, what: str) -> list[dict[str, Any]]:
    """The lines of evidence of one sort."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [fact for fact in map(json.loads, lines) if fact["what"] == what]


def reason(talk: Conversation, folder: Path, text: str) -> str:
    """The stop reason of one prompt in a new conversation."""
    return str(talk.prompt(talk.start(folder), text)["result"]["stopReason"])


def test_without_a_step_it_writes_a_file_and_says_so(tmp_path: Path, evidence: Path) -> None:
    with talking_to(ARGV, tmp_path) as talk:
        assert reason(talk, tmp_path, "say hello") == "end_turn"
        assert "Done" in talk.said()
    assert "hello" in (tmp_path / "hello.txt").read_text()
    assert noted(evidence, "wrote")[0]["path"] == str(tmp_path / "hello.txt")


@pytest.mark.parametrize(
    "options", ["", "backwards", "lying", "vendor"], ids=["kimi", "backwards", "lying-ids", "vendor-kind"]
)
@pytest.mark.parametrize("kind", ["allow_once", "reject_once"])
def test_a_permission_is_what_the_kind_of_the_chosen_option_says(
    tmp_path: Path, evidence: Path, options: str, kind: str
) -> None:
    with talking_to(ARGV, tmp_path, answer=choose(kind)) as talk:
        assert reason(talk, tmp_path, f"[[permission:{options}]]") == "end_turn"
    assert (tmp_path / "hello.txt").exists() == (kind == "allow_once")
    assert noted(evidence, "permission")[0]["allowed"] == (kind == "allow_once")


@pytest.mark.parametrize("name", ["unknown-requests", "permission-foreign", "collide", "permission-two"])
def test_whatever_it_asks_it_waits_for_the_answer(tmp_path: Path, evidence: Path, name: str) -> None:
    with talking_to(ARGV, tmp_path, answer=choose("reject_once")) as talk:
        assert reason(talk, tmp_path, f"[[{name}]] [[write]]") == "end_turn"
    assert noted(evidence, "answer")
    assert (tmp_path / "hello.txt").exists()


@pytest.mark.parametrize(
    "name",
    HARMLESS,
)
def test_a_step_without_a_question_goes_on_to_the_end(tmp_path: Path, name: str) -> None:
    with talking_to(ARGV, tmp_path) as talk:
        assert reason(talk, tmp_path, f"[[{name}]]") == "end_turn"


def test_a_cancelled_turn_ends_its_tool_and_says_so(tmp_path: Path, evidence: Path) -> None:
    with talking_to(ARGV, tmp_path) as talk:
        session = talk.start(tmp_path)
        request = talk.send("session/prompt", prompt(session, "[[long]]"))
        assert until(lambda: noted(evidence, "tool"))
        started = noted(evidence, "tool")[0]
        assert is_alive(started["tool"])
        assert is_alive(started["child"])
        talk.send("session/cancel", {"sessionId": session}, answered=False)
        assert talk.answered(request)["result"]["stopReason"] == "cancelled"
    assert until(lambda: not is_alive(started["tool"]) and not is_alive(started["child"]))


def test_a_stubborn_agent_outlives_its_input_and_a_signal(tmp_path: Path, evidence: Path) -> None:
    with talking_to(ARGV, tmp_path) as talk:
        talk.prompt(talk.start(tmp_path), "[[stubborn]]")
        assert talk.process.stdin is not None
        talk.process.stdin.close()
        assert until(lambda: noted(evidence, "input-closed"))
        os.kill(talk.process.pid, signal.SIGTERM)
        assert until(lambda: noted(evidence, "told-to-end"))
        assert is_alive(talk.process.pid)


def test_a_later_process_loads_the_conversation_and_remembers(tmp_path: Path) -> None:
    with talking_to(ARGV, tmp_path) as talk:
        session = talk.start(tmp_path)
        talk.prompt(session, "the word is marzipan [[say:hello]]")
    with talking_to(ARGV, tmp_path) as talk:
        talk.ask("initialize", {"protocolVersion": 1})
        talk.ask("session/load", {"sessionId": session, "cwd": str(tmp_path), "mcpServers": []})
        assert [u["content"]["text"] for u in talk.updates("agent_message_chunk")] == ["hello"]
        talk.prompt(session, "[[recall]]")
        assert "marzipan" in talk.said()


@pytest.mark.parametrize(
    ("how", "then", "told"),
    [
        ("", "plan", ["plan"]),
        ("deaf", "ask", ["ask"]),
        ("rises", "yolo", ["yolo"]),
        ("silent-rise", "yolo", []),
    ],
)
def test_a_mode_may_not_take(tmp_path: Path, how: str, then: str, told: list[str]) -> None:
    with talking_to(ARGV, tmp_path, {"STANDIN_SETMODE": how}) as talk:
        session = talk.start(tmp_path)
        assert "result" in talk.ask("session/set_mode", {"sessionId": session, "modeId": "plan"})
        assert [u["currentModeId"] for u in talk.updates("current_mode_update")] == told
        talk.prompt(session, "[[permission]]")
        asked = bool(talk.requests("session/request_permission"))
    assert asked == (then != "yolo")


def test_a_version_may_be_a_date(tmp_path: Path) -> None:
    with talking_to(ARGV, tmp_path, {"STANDIN_VERSION": "2025-08-22"}) as talk:
        assert talk.ask("initialize", {"protocolVersion": 1})["result"]["protocolVersion"] == "2025-08-22"


def test_it_can_die_in_the_middle_of_a_line(tmp_path: Path) -> None:
    with talking_to(ARGV, tmp_path) as talk:
        talk.send("session/prompt", prompt(talk.start(tmp_path), "[[half-line]]"))
        assert talk.process.wait(10) == -signal.SIGKILL
        assert until(lambda: talk.lines and not talk.lines[-1].endswith(b"\n"))


def test_a_step_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with talking_to(ARGV, tmp_path) as talk:
        answer = talk.prompt(talk.start(tmp_path), "[[no-such-step]]")
    assert "no-such-step" in answer["error"]["message"]
