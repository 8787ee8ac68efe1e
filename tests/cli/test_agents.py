"""`delegate agents` and `approve`, and what `add` and `retry` ask before an agent works."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.registry.store import Registry
from tests.cli.conftest import Shell
from tests.cli.test_entry import loaded_by

TOUCH = '[agents.touch]\ncommand = ["/usr/bin/touch", "{task}"]\n'
SHOP = {"name": "shop", "description": "knows \x1b[2Jthe shop", "tools": ["fs_read"]}


def define(shell: Shell, record: Mapping[str, object]) -> Path:
    """Write a definition of the project that the shell is in."""
    path = shell.folder / ".kiro" / "agents" / "shop.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record))
    return path


@pytest.fixture
def kiro(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program on the PATH that is called as Kiro's is; it must never be started here."""
    program = tmp_path / "programs" / "kiro-cli"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\ntouch started\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program


@pytest.mark.parametrize("answer", ["n", "", "no", "x", "Yess", "\x1b", "1"])
def test_nothing_starts_after_a_no(shell: Shell, write_config: Path, registry: Registry, answer: str) -> None:
    write_config.write_text(TOUCH)
    ran = shell.on_terminal("add", "-a", "touch", "made", typed=f"{answer}\n")
    assert ran.code == 1
    assert "may use every tool without asking" in ran.out
    assert "command: /usr/bin/touch '{task}'" in ran.out
    assert ran.out.rstrip().endswith("delegate: nothing was started")
    assert registry.ids() == []
    assert not (shell.folder / "made").exists()


@pytest.mark.parametrize(
    ("answer", "again", "elsewhere"), [("y", False, False), ("p", True, False), ("a", True, True)]
)
def test_a_yes_starts_it_and_is_kept_as_far_as_it_reaches(
    shell: Shell, write_config: Path, tmp_path: Path, answer: str, again: bool, elsewhere: bool
) -> None:
    write_config.write_text(TOUCH)
    assert shell.on_terminal("add", "-a", "touch", "--wait", "made", typed=f"{answer}\n").code == 0
    assert (shell.folder / "made").exists()
    assert (shell.run("add", "--yes", "-a", "touch", "second").code == 0) is again
    assert (shell.run("add", "--yes", "-a", "touch", "third", folder=tmp_path).code == 0) is elsewhere


@pytest.mark.parametrize("option", [[], ["--yes"]])
def test_where_nobody_can_be_asked_it_is_one_line_and_exit_code_2(
    shell: Shell, write_config: Path, registry: Registry, option: list[str]
) -> None:
    write_config.write_text(TOUCH)
    ran = shell.run("add", *option, "-a", "touch", "made", text="y\n")
    assert ran.failed_with(2, "touch is not approved yet", "delegate approve touch")
    assert registry.ids() == []


def test_trust_starts_it_for_once(shell: Shell, write_config: Path) -> None:
    write_config.write_text(TOUCH)
    assert shell.run("add", "--trust", "--wait", "-a", "touch", "made").code == 0
    assert (shell.folder / "made").exists()
    assert shell.run("add", "--yes", "-a", "touch", "made").code == 2


def test_worker_and_commands_never_ask(shell: Shell) -> None:
    for words in (["add", "--yes", "run the tests"], ["add", "!true"], ["add", "--", "true"]):
        assert shell.run(*words).code == 0


def test_approve_shows_what_it_is_about_and_asks(shell: Shell, kiro: Path) -> None:
    path = define(shell, SHOP)
    assert shell.run("approve", "shop").failed_with(2, "no terminal to ask on")
    refused = shell.on_terminal("approve", "shop", typed="n\n")
    assert refused.code == 1
    assert "shop · Kiro · knows the shop" in refused.out
    assert "will stop and ask for: fs_read" in refused.out
    assert shell.on_terminal("approve", "shop", typed="y\n").code == 0
    assert "state: approved" in shell.run("agents", "shop").out
    path.write_text(json.dumps({**SHOP, "tools": ["*"]}))
    assert shell.run("add", "--yes", "-a", "shop", "x").failed_with(
        2, "shop has changed since you approved it"
    )
    shown = shell.on_terminal("add", "-a", "shop", "x", typed="n\n").out
    assert "shop: it has changed since you approved it\nshop · Kiro" in shown
    assert not list(shell.folder.glob("started"))
    assert kiro.exists()


def test_approve_takes_back(shell: Shell, write_config: Path) -> None:
    write_config.write_text(TOUCH)
    assert shell.run("approve", "--always", "--trust", "touch").out == (
        "touch is approved everywhere, until its definition changes\n"
    )
    assert shell.run("add", "--yes", "-a", "touch", "made").code == 0
    assert shell.run("approve", "--revoke", "touch").out == "touch must be approved again\n"
    assert shell.run("approve", "--revoke", "touch").out == "touch had no approval\n"
    assert shell.run("add", "--yes", "-a", "touch", "made").code == 2


def test_a_retry_after_a_no_is_asked_about_again(shell: Shell, write_config: Path) -> None:
    write_config.write_text(TOUCH)
    made = shell.folder / "made"
    shell.run("approve", "--always", "--trust", "touch")
    assert shell.run("add", "--yes", "--wait", "-a", "touch", "made").code == 0
    shell.run("approve", "--revoke", "touch")
    made.unlink()
    assert shell.run("retry", "1", text="y\n").failed_with(2, "touch is not approved yet", "delegate approve")
    refused = shell.on_terminal("retry", "1", typed="n\n")
    assert (refused.code, "command: /usr/bin/touch '{task}'" in refused.out) == (1, True)
    assert refused.out.rstrip().endswith("delegate: nothing was started")
    assert not made.exists()
    assert shell.on_terminal("retry", "1", typed="y\n").code == 0
    assert shell.run("wait", "1").code == 0
    assert made.exists()


def test_what_waits_says_after_a_no_what_it_waits_for(shell: Shell, write_config: Path) -> None:
    write_config.write_text(TOUCH)
    shell.run("pause")
    assert shell.run("add", "--trust", "-a", "touch", "made").code == 0
    ran = shell.run("approve", "--revoke", "touch")
    assert ran.out == "touch must be approved again: 1 task waits for that\n"
    shell.run("resume")
    assert shell.status(1)["queue_reason"] == "touch must be approved again"
    assert shell.run("approve", "--trust", "touch").code == 0
    assert shell.run("wait", "1").code == 0
    assert (shell.folder / "made").exists()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 2, "say which agent"),
        (["nobody"], 1, "there is no agent nobody"),
        (["worker"], 1, "needs no approval"),
        (["--always", "--project", "x"], 2, "not both"),
        (["--in", "/nowhere", "x"], 2, "is not a folder"),
    ],
)
def test_approve_says_what_is_wrong(shell: Shell, words: list[str], code: int, says: str) -> None:
    assert shell.run("approve", *words).failed_with(code, says)


def test_a_list_tells_client_state_and_source(shell: Shell, kiro: Path, write_config: Path) -> None:
    define(shell, SHOP)
    (shell.folder / ".claude" / "agents").mkdir(parents=True)
    broken = shell.folder / ".claude" / "agents" / "broken.md"
    broken.write_text("---\nname: [\n---\n")
    (shell.folder / ".opencode" / "agent").mkdir(parents=True)
    (shell.folder / ".opencode" / "agent" / "far.md").write_text("---\ndescription: Far\n---\n")
    write_config.write_text('agent = "touch"\n' + TOUCH + "trust = true\n")
    ran = shell.run("agents")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines[:5] == [
        "worker built in · runs tests, fixes lint errors, builds, audits, watches … with the project's own"
        " tools",
        "shop Kiro · knows the shop · not approved yet · .kiro/agents/shop.json",
        "far opencode · Far · not installed · .opencode/agent/far.md",
        f"touch your command · /usr/bin/touch '{{task}}' · approved · {write_config} (default)".replace(
            str(Path.home()), "~"
        ),
        "kiro-cli Kiro · not approved yet · a known client",
    ]
    assert lines[-1].startswith("Known, but not installed: claude, codex,")
    assert ran.err.startswith(f"delegate: {broken}:")
    assert kiro.exists()


def test_json_holds_everything(shell: Shell, kiro: Path) -> None:
    define(shell, {**SHOP, "extra": {"deep": [1]}, "hooks": {"stop": [{"command": "make"}]}})
    listed = shell.run("agents", "--json").json
    assert [agent["name"] for agent in listed["agents"]] == ["worker", "shop", "kiro-cli"]
    shown = shell.run("agents", "shop", "--json").json
    assert shown == listed["agents"][1]
    assert shown["state"] == "not approved yet"
    assert shown["unknown"] == {"extra": {"deep": [1]}}
    assert shown["hooks"] == [{"at": "stop", "command": "make"}]
    assert shown["command"] == ["kiro-cli", "acp", "--agent", "shop"]
    assert len(shown["fingerprint"]) == 64
    assert shell.run("agents", "nobody").failed_with(1, "there is no agent nobody")
    assert kiro.exists()


def test_one_agent_is_shown_whole(shell: Shell, kiro: Path) -> None:
    define(shell, {**SHOP, "prompt": "Line one\nline \x1b[31mtwo", "extra": "x"})
    out = shell.run("agents", "shop").out
    assert "prompt:\n  Line one\n  line two\n" in out
    assert 'not understood: {"extra": "x"}' in out
    assert out.endswith("state: not approved yet\n")
    assert kiro.exists()


def test_a_command_loads_nothing_of_agents(shell: Shell) -> None:
    define(shell, SHOP)
    for words in (["add", "--", "true"], ["status"]):
        loaded = loaded_by(shell, *words)
        rooms = [
            name for name in loaded if name.startswith(("app.agents.", "yaml", "app.registry.approvals"))
        ]
        assert set(rooms) <= {"app.agents.delegation", "app.agents.expectation", "app.agents.placing"}


def test_yaml_is_loaded_only_for_a_definition_in_markdown(shell: Shell, kiro: Path) -> None:
    define(shell, {**SHOP, "description": "true"})
    assert "yaml" not in loaded_by_in(shell, "agents")
    folder = shell.folder / ".claude" / "agents"
    folder.mkdir(parents=True)
    (folder / "x.md").write_text("---\nname: x\n---\n")
    assert "yaml" in loaded_by_in(shell, "agents")
    assert kiro.exists()


def loaded_by_in(shell: Shell, *words: str) -> list[str]:
    """The modules that a command has loaded, run in the shell's folder."""
    return loaded_by(shell, *words, "--in", str(shell.folder))
