"""Real clients through the whole program: how their ends are told, what pauses one, six at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.model.status import Status
from app.registry.store import Registry
from tests.cli.conftest import Shell
from tests.clients.homes import environment, need_client
from tests.e2e.conftest import Open
from tests.e2e.conftest import open_terminal as open_terminal
from tests.e2e.terminal import Terminal
from tests.standins.model_server import ModelServer
from tests.support import is_alive, mark_of, processes_with, until

SETTINGS = """\
limit = 8
[agents.codex]
mode = "danger-full-access"
trust = true
[agents.copilot]
channel = "exec"
retries = 2
trust = true
[agents.asking]
client = "copilot"
allow = ["Bash"]
trust = true
[agents.kimi]
allow = ["Bash"]
trust = true
"""
"""Codex knows no protocol without another package, so it runs as a command; copilot runs in both ways."""

HANGS = "echo $$ > first-{0}; tail -f /dev/null & echo $! > second-{0}; tail -f /dev/null"
"""A tool that never ends, nor does what it started; it writes down the ids of both."""


@pytest.fixture
def shell(
    registry: Registry, project: Path, tmp_path: Path, model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """Somebody at a shell prompt in a project, with every client installed and trusted."""
    assert registry.ids() == []
    for name in ("copilot", "codex", "kimi"):
        need_client(name)
        for variable, value in environment(name, tmp_path / "home", model.url).items():
            monkeypatch.setenv(variable, value)
    settings = tmp_path / "home" / "config" / "delegate" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(SETTINGS)
    return Shell(project)


def add(shell: Shell, agent: str, text: str) -> int:
    """Delegate a text to an agent and return the task's number."""
    ran = shell.run("add", "--json", "-a", agent, text)
    number: int = ran.json["number"]
    return number


def dashboard(open_terminal: Open) -> Terminal:
    """The dashboard at its full size."""
    terminal = open_terminal()
    terminal.expect("n new")
    return terminal


@pytest.mark.parametrize(
    ("client", "broken", "cut", "refused"),
    [
        ("codex", "exit 3", "stream disconnected before completion", "401 Unauthorized"),
        ("copilot", "exit 3", "could not reach its model (transport), ended", "(401 scripted), ended"),
    ],
)
def test_every_end_of_a_command_has_its_own_words(
    shell: Shell, model: ModelServer, open_terminal: Open, client: str, broken: str, cut: str, refused: str
) -> None:
    # The refused key comes last: it pauses what has not begun by then.
    scripts = ("shell", "fail", "drop", "http401")
    numbers = [add(shell, client, f"[[{script}]] Number {n}.") for n, script in enumerate(scripts)]
    assert shell.run("wait", *map(str, numbers)).code == 1
    fine, failing, dropped, no_key = map(shell.status, numbers)
    assert (fine["status"], fine["qualifier"], fine["exit_code"]) == ("complete", None, 0)
    assert (shell.folder / "hello.txt").exists()
    assert (failing["status"], failing["exit_code"]) == ("complete", 0)
    assert failing["qualifier"].startswith("last tool failed: ")
    assert broken in failing["qualifier"]
    assert (dropped["status"], no_key["status"]) == ("failed", "failed")
    assert cut in dropped["error"]
    assert refused in no_key["error"]

    told = shell.run("status").out
    assert all(words in told for words in ("last tool failed", cut, refused))
    screen = dashboard(open_terminal).expect("last tool failed", cut[:20], f"{client} paused: login needed")
    marks = [line.lstrip("▌ ")[:2] for line in screen.splitlines() if "]] Number" in line]
    assert marks[:4] == ["●✗"] * 2 + ["●✓"] * 2, screen
    for said in model.conversations():
        assert sum(f"Number {n}." in "\n".join(said) for n in range(4)) == 1


def test_a_used_up_quota_pauses_its_agent_until_somebody_frees_it(
    shell: Shell, model: ModelServer, open_terminal: Open
) -> None:
    assert shell.run("wait", str(add(shell, "codex", "[[quota]]"))).code == 1
    asked = len(model.requests)
    waiting = shell.status(add(shell, "codex", "[[say:Later.]]"))
    assert (waiting["status"], waiting["queue_reason"]) == ("queued", "codex paused: quota exceeded")
    assert len(model.requests) == asked
    other = add(shell, "copilot", "[[say:At once.]]")
    assert shell.run("wait", str(other)).code == 0

    terminal = dashboard(open_terminal)
    terminal.expect("codex paused: quota exceeded")
    terminal.press("n")
    terminal.expect("esc back")
    terminal.type("/resume codex")
    terminal.press("Enter")
    terminal.gone("codex paused")
    assert shell.run("wait", str(waiting["number"])).code == 0


def test_six_agents_at_once_are_told_apart_and_stopped_together(
    shell: Shell, registry: Registry, model: ModelServer
) -> None:
    clients = ("asking", "kimi", "codex") * 2
    for n, client in enumerate(clients):
        add(shell, client, f"[[hang:{HANGS.format(n)}]] Number {n}.")
    files = [shell.folder / f"{which}-{n}" for n in range(6) for which in ("first", "second")]
    assert until(lambda: all(map(written, files)), 60), shell.run("status").out
    tools = [int(path.read_text()) for path in files]
    assert all(map(is_alive, tools))
    tasks = [registry.load(task_id) for task_id in registry.ids()]
    marks = [mark_of(registry, task) for task in tasks]
    assert [task.status for task in tasks] == [Status.RUNNING] * 6
    assert all(len(processes_with(mark)) > 3 for mark in marks)  # host, client, and both of its tools

    assert shell.run("stop", "--all", "--yes").code == 0
    stopped = [shell.status(task.number) for task in tasks]
    assert [task["status"] for task in stopped] == ["stopped"] * 6
    assert not any(map(is_alive, tools))
    assert not any(map(processes_with, marks))

    said = ["\n".join(prompts) for prompts in model.conversations()]
    assert all(sum(f"Number {n}." in text for n in range(6)) == 1 for text in said)
    assert all(any(f"Number {n}." in text for text in said) for n in range(6))


def written(path: Path) -> bool:
    """Whether somebody has written a whole line."""
    return path.exists() and path.read_text().endswith("\n")
