"""The real clients against the model of the tests, without any code of the app: other tests build on it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.clients.homes import environment, need_client
from tests.standins.conversation import choose, prompt, talking_to
from tests.standins.model_server import ModelServer
from tests.support import processes_with, until

ACP = {"copilot": ["--acp"], "kimi": ["acp"]}
EXEC = {
    "copilot": ["--output-format", "json", "--no-auto-update", "--allow-all-tools", "-p"],
    "codex": ["exec", "--json", "--sandbox", "danger-full-access"],
    "kimi": ["--output-format", "stream-json", "-p"],
}
pytestmark = pytest.mark.xdist_group("clients")  # each is a third of a gigabyte


def run(name: str, arguments: Sequence[str], text: str, project: Path, model: ModelServer) -> Any:
    """One run of a client for one prompt: its exit code and the events it printed."""
    argv = [need_client(name), *arguments, text]
    env = {**environment(name, project.parent / "home", model.url), "PWD": str(project)}
    done = subprocess.run(
        argv,
        cwd=project,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", EXEC)
def test_one_shot_it_writes_the_file(name: str, project: Path, model: ModelServer) -> None:
    code, events = run(name, EXEC[name], "say hello", project, model)
    assert (code, (project / "hello.txt").read_text()) == (0, "hello\n")
    assert "Done: it is there." in json.dumps(events)
    assert any("say hello" in prompts[-1] for prompts in model.conversations())


@pytest.mark.parametrize("name", EXEC)
def test_one_shot_a_refused_key_ends_it_with_1(name: str, project: Path, model: ModelServer) -> None:
    code, _ = run(name, EXEC[name], "[[http401]]", project, model)
    assert code == 1


def test_codex_goes_on_with_a_conversation(project: Path, model: ModelServer) -> None:
    _, events = run("codex", EXEC["codex"], "the word is marzipan [[say]]", project, model)
    thread = next(event["thread_id"] for event in events if event["type"] == "thread.started")
    run("codex", ["exec", "resume", "--json", thread], "[[recall]]", project, model)
    assert any("marzipan" in text for text in model.conversations()[-1][:-1])


@pytest.mark.parametrize(("kind", "written"), [("allow_once", True), ("reject_once", False)])
@pytest.mark.parametrize("name", ACP)
def test_over_acp_it_asks_and_heeds_the_answer(
    name: str, kind: str, written: bool, project: Path, model: ModelServer, tmp_path: Path
) -> None:
    env = environment(name, tmp_path / "home", model.url)
    with talking_to([need_client(name), *ACP[name]], project, env, choose(kind)) as talk:
        assert talk.prompt(talk.start(project), "say hello")["result"]["stopReason"] == "end_turn"
        assert len(talk.requests("session/request_permission")) == 1
    assert (project / "hello.txt").exists() == written


@pytest.mark.parametrize("name", ACP)
def test_a_cancelled_turn_leaves_no_process(
    name: str, project: Path, model: ModelServer, tmp_path: Path
) -> None:
    mark = f"TEST_MARK={tmp_path}"
    env = {**environment(name, tmp_path / "home", model.url), "TEST_MARK": str(tmp_path)}

    def tools() -> list[str]:
        return [line for line in processes_with(mark).values() if line == "tail -f /dev/null"]

    with talking_to([need_client(name), *ACP[name]], project, env, choose("allow_once")) as talk:
        session = talk.start(project)
        request = talk.send("session/prompt", prompt(session, "[[long]]"))
        assert until(lambda: len(tools()) == 2, 20)
        talk.send("session/cancel", {"sessionId": session}, answered=False)
        assert talk.answered(request)["result"]["stopReason"] == "cancelled"
        assert until(lambda: not tools())
        assert talk.process.poll() is None


def holds(folder: Path, words: bytes) -> bool:
    """Whether a file below a folder has these words; files come and go meanwhile."""
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file() and words in path.read_bytes():
                return True
    return False


@pytest.mark.parametrize("name", ACP)
def test_a_later_process_loads_the_conversation(
    name: str, project: Path, model: ModelServer, tmp_path: Path
) -> None:
    argv = [need_client(name), *ACP[name]]
    env = environment(name, tmp_path / "home", model.url)
    with talking_to(argv, project, env) as talk:
        session = talk.start(project)
        talk.prompt(session, "the word is marzipan [[say]]")
        assert until(
            lambda: holds(tmp_path / "home", b"Just an answer.")
        )  # kimi writes it down a little later
    with talking_to(argv, project, env) as talk:
        talk.ask("initialize", {"protocolVersion": 1, "clientCapabilities": {}})
        talk.ask("session/load", {"sessionId": session, "cwd": str(project), "mcpServers": []})
        assert until(lambda: "Just an answer." in talk.said())
        talk.prompt(session, "[[recall]]")
        assert any("marzipan" in text for text in model.conversations()[-1][:-1])


def test_kimi_tells_its_plan(project: Path, model: ModelServer, tmp_path: Path) -> None:
    env = environment("kimi", tmp_path / "home", model.url)
    with talking_to([need_client("kimi"), "acp"], project, env, choose("allow_once")) as talk:
        talk.prompt(talk.start(project), "[[plan]]")
        plans = [[entry["status"] for entry in update["entries"]] for update in talk.updates("plan")]
    assert plans == [["in_progress", "pending"], ["completed", "completed"]]
