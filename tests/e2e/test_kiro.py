"""Kiro's agents from their definitions to their ends, with a stand-in for its client on the PATH."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.registry.store import Registry
from tests.cli.conftest import Shell
from tests.support import mark_of, need, processes_with, until

CLIENT = Path(__file__).parents[1] / "standins" / "kiro_cli.py"
CAREFUL = {
    "name": "careful",
    "description": "knows the shop",
    "tools": ["read", "write", "shell"],
    "allowedTools": ["read"],
    "toolsSettings": {"shell": {"allowedCommands": ["npm test"]}},
}


@pytest.fixture
def shell(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Somebody at a shell prompt in a project that has an agent of Kiro's; Kiro's client is installed."""
    assert registry.ids() == []
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "kiro-cli").symlink_to(CLIENT)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("STANDIN_EVIDENCE", str(tmp_path / "evidence.jsonl"))
    folder = tmp_path / "shop"
    path = folder / ".kiro" / "agents" / "careful.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(CAREFUL))
    return Shell(folder)


def received(shell: Shell, what: str) -> list[dict[str, Any]]:
    """What the stand-in put down itself, of one kind."""
    path = shell.folder.parent / "evidence.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [note for note in map(json.loads, lines) if note["what"] == what]


def add(shell: Shell, agent: str, text: str) -> int:
    """Delegate a text to an agent that is approved, and return the task's number."""
    number: int = shell.run("add", "--json", "--yes", "-a", agent, text).json["number"]
    return number


def ended(shell: Shell, agent: str, text: str) -> dict[str, Any]:
    """How a task of an agent ended."""
    number = add(shell, agent, text)
    shell.run("wait", str(number))
    return shell.status(number)


def settings(text: str) -> None:
    """Write the user's settings."""
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "delegate" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_an_agent_is_found_described_approved_asked_and_allowed(shell: Shell, registry: Registry) -> None:
    listed = shell.run("agents").out
    assert "careful   Kiro · knows the shop · not approved yet · .kiro/agents/careful.json" in listed
    shown = shell.run("agents", "careful").out
    assert "may read files; shell only `npm test`; will stop and ask for: write, any other command" in shown
    assert "command: kiro-cli acp --agent careful" in shown
    assert shell.run("add", "--yes", "-a", "careful", "go").failed_with(2, "careful is not approved yet")
    assert shell.run("approve", "--trust", "careful").code == 0

    number = add(shell, "careful", "[[todo]] [[permission]]")
    assert until(lambda: shell.status(number)["status"] == "asking", 20), shell.run("logs", str(number)).out
    asking = shell.status(number)
    assert (asking["progress"]["done"], asking["progress"]["total"]) == (3, 3)
    assert asking["asks"][0]["title"].startswith("Running: printf hello")
    assert shell.run("answer", str(number), "allow").code == 0
    assert shell.run("wait", str(number)).code == 0
    assert (shell.folder / "hello.txt").exists()
    assert [turn["agent"] for turn in received(shell, "turn")] == ["careful"]
    log = shell.run("logs", str(number)).out
    assert "plan 3/3\n" in log
    assert "✓ allowed once by you, in a shell: " in log
    (task_id,) = registry.ids()
    assert not processes_with(mark_of(registry, registry.load(task_id)))


@pytest.mark.parametrize("how", ["announced", "silent"])
def test_falling_back_to_the_default_agent_ends_the_task(
    shell: Shell, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The definition is where Kiro of another home would look.
    path = Path(os.environ["HOME"]) / ".kiro" / "agents" / "elsewhere.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({**CAREFUL, "name": "elsewhere"}))
    monkeypatch.setenv("KIRO_HOME", str(tmp_path / "another"))
    monkeypatch.setenv("KIRO_STANDIN_FALLBACK", how)
    assert shell.run("approve", "--trust", "elsewhere").code == 0
    done = ended(shell, "elsewhere", "[[write]]")
    assert done["status"] == "failed"
    assert done["error"].startswith("it fell back to mode kiro_default, asked for elsewhere"), done["error"]
    assert not (shell.folder / "hello.txt").exists()
    assert received(shell, "turn") == []


def test_a_definition_that_is_not_committed_is_missed_in_a_worktree_and_that_is_said(shell: Shell) -> None:
    git = [need("git"), "-C", str(shell.folder), "-c", "user.name=Test", "-c", "user.email=test@example.com"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "Begin"], check=True)
    assert shell.run("approve", "--trust", "careful").code == 0
    refused = shell.run("add", "-a", "careful", "[[say]]")
    assert refused.failed_with(1, ".kiro/agents/careful.json is not committed, so a worktree lacks it")
    (shell.folder / ".gitignore").write_text(".kiro\n")
    missed = ended(shell, "careful", "[[say]] with:changes")
    advice = "does not have careful as it was approved: commit its definition, or add worktree:no"
    assert advice in missed["error"]
    assert received(shell, "turn") == []
    assert ended(shell, "careful", "[[say]] worktree:no")["status"] == "complete"
    subprocess.run([*git, "add", "-f", ".kiro"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Add the agent"], check=True)
    assert ended(shell, "careful", "[[say]]")["status"] == "complete"


@pytest.mark.parametrize(
    ("text", "unattended", "status", "words"),
    [
        ("[[write]]", "true", "complete", None),
        ("[[write]]", "false", "failed", "denied: fs_write"),
        ("[[quota]]", "true", "failed", "You've reached your monthly request limit."),
        ("[[mcp]]", "true", "failed", "MCP server 'git' failed to start"),
    ],
)
def test_the_headless_transcript_is_judged(
    shell: Shell, text: str, unattended: str, status: str, words: str | None
) -> None:
    settings(f'[agents.kiro-cli]\nchannel = "exec"\nunattended = {unattended}\ntrust = true\n')
    done = ended(shell, "kiro-cli", text)
    assert done["status"] == status, shell.run("logs", str(done["number"])).out
    assert words is None or words in done["error"]
    assert (shell.folder / "hello.txt").exists() is (status == "complete")
