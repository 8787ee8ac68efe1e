"""The stand-in for kiro-cli behaves as its documents and its public clients say of the real one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.standins.conversation import choose, prompt, talking_to
from tests.support import is_alive, until

KIRO = Path(__file__).with_name("kiro_cli.py")
DONE = "Done!"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with an agent that may read unasked, and has to ask for the rest."""
    definition = {"name": "careful", "tools": ["read", "write", "shell"], "allowedTools": ["read"]}
    path = tmp_path / ".kiro" / "agents" / "careful.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(definition))
    return tmp_path


def chat(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One headless run, started by its path alone, as a shell would."""
    return subprocess.run(
        [str(KIRO), "chat", "--no-interactive", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_a_denied_tool_is_a_fluent_success(site: Path) -> None:
    done = chat(site, "--agent", "careful", "[[deny]]")
    assert done.returncode == 0
    assert "rejected" in done.stdout
    assert DONE in done.stdout
    assert not (site / "hello.txt").exists()


@pytest.mark.parametrize("trust", ["--trust-all-tools", "--trust-tools=read,shell"])
def test_a_trusted_tool_runs(site: Path, trust: str) -> None:
    assert chat(site, trust, "[[permission]]").returncode == 0
    assert (site / "hello.txt").exists()


@pytest.mark.parametrize(("step", "code"), [("quota", 1), ("login", 1), ("mcp", 3), ("todo", 0), ("fail", 0)])
def test_exit_codes(site: Path, step: str, code: int) -> None:
    assert chat(site, f"[[{step}]]").returncode == code


def test_an_unknown_agent_is_4(site: Path) -> None:
    assert chat(site, "--agent", "nobody", "hello").returncode == 4


def test_resume_remembers_and_no_id_is_printed(site: Path) -> None:
    first = chat(site, "the word is marzipan [[say]]")
    kept = list((Path.home() / ".kiro" / "sessions" / "cli").glob("*.jsonl"))
    assert kept[0].stem not in first.stdout + first.stderr
    assert "marzipan" in chat(site, "--resume", "[[recall]]").stdout
    assert "marzipan" in chat(site, "--resume-id", kept[0].stem, "[[recall]]").stdout


@pytest.mark.parametrize(("kind", "written"), [("allow_once", True), ("reject_once", False)])
def test_over_acp_it_asks_and_heeds_the_answer(site: Path, kind: str, written: bool) -> None:
    with talking_to([KIRO, "acp", "--agent", "careful"], site, answer=choose(kind)) as talk:
        assert talk.ask("initialize", {"protocolVersion": 1})["result"]["protocolVersion"] == "2025-08-22"
        assert talk.prompt(talk.start(site), "[[permission]]")["result"] == {"stopReason": "end_turn"}
        asked = talk.requests("session/request_permission")
        assert isinstance(asked[0]["id"], str)
        assert talk.requests("_kiro.dev/metadata")
    assert (site / "hello.txt").exists() == written


def test_the_list_of_tasks_is_a_tool_whose_name_is_told_once(site: Path) -> None:
    with talking_to([KIRO, "acp"], site) as talk:
        talk.prompt(talk.start(site), "[[todo]]")
        assert not talk.updates("plan")
        calls, results = talk.updates("tool_call"), talk.updates("tool_call_update")
    assert {call["_meta"]["kiro"]["toolName"] for call in calls} == {"todo_list"}
    assert not [result for result in results if "_meta" in result]
    tasks = results[-1]["rawOutput"]["items"][0]["Json"]["tasks"]
    assert [task["completed"] for task in tasks] == [True, True, True]


def test_a_child_asks_in_a_session_of_its_own(site: Path) -> None:
    with talking_to([KIRO, "acp"], site, answer=choose("reject_once")) as talk:
        session = talk.start(site)
        talk.prompt(session, "[[child]] [[vendor]]")
        asked = talk.requests("session/request_permission")
        assert asked[0]["params"]["sessionId"] != session
        assert "not allowed" in talk.said()


def test_an_agent_has_to_exist_before_the_start(site: Path) -> None:
    with talking_to([KIRO, "acp", "--agent", "careful"], site) as talk:
        session = talk.start(site)
        (site / ".kiro" / "agents" / "late.json").write_text('{"name": "late"}')
        answer = talk.ask("session/set_mode", {"sessionId": session, "modeId": "late"})
    assert "Mode not found" in answer["error"]["data"]


@pytest.mark.parametrize(("how", "announced"), [("announced", 1), ("silent", 0)])
def test_an_unknown_agent_may_become_the_default_one(site: Path, how: str, announced: int) -> None:
    knob = {"KIRO_STANDIN_FALLBACK": how}
    with talking_to([KIRO, "acp", "--agent", "nobody"], site, knob) as talk:
        answer = talk.ask("session/new", {"cwd": str(site), "mcpServers": []})
        assert answer["result"]["modes"]["currentModeId"] == "kiro_default"
        assert len(talk.requests("_kiro.dev/agent/not_found")) == announced
    with talking_to([KIRO, "acp", "--agent", "nobody"], site) as talk:
        assert "Mode not found" in talk.ask("session/new", {"cwd": str(site)})["error"]["message"]


def test_a_conversation_is_loaded_by_a_later_process_and_can_be_terminated(site: Path) -> None:
    with talking_to([KIRO, "acp"], site) as talk:
        session = talk.start(site)
        talk.prompt(session, "the word is marzipan [[say]]")
    with talking_to([KIRO, "acp"], site) as talk:
        talk.ask("session/load", {"sessionId": session, "cwd": str(site), "mcpServers": []})
        talk.prompt(session, "[[recall]]")
        assert "marzipan" in talk.said()
        talk.ask("_kiro.dev/session/terminate", {"sessionId": session})
        assert "error" in talk.prompt(session, "[[say]]")


def test_a_cancelled_turn_leaves_no_tool(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = site / "evidence.jsonl"
    monkeypatch.setenv("STANDIN_EVIDENCE", str(evidence))

    def tools() -> list[int]:
        lines = map(json.loads, evidence.read_text().splitlines())
        return [pid for fact in lines if fact["what"] == "tool" for pid in (fact["tool"], fact["child"])]

    with talking_to([KIRO, "acp"], site) as talk:
        session = talk.start(site)
        request = talk.send("session/prompt", prompt(session, "[[hang]]"))
        assert until(tools)
        talk.send("session/cancel", {"sessionId": session}, answered=False)
        assert talk.answered(request)["result"]["stopReason"] == "cancelled"
        assert until(lambda: not any(map(is_alive, tools())))
