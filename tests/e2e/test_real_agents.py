"""Real clients from the dashboard in a real terminal: shown before they run, asked while they do, stopped."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.model.status import Status
from app.registry.store import Registry
from tests.clients.conftest import model as model
from tests.clients.conftest import project as project
from tests.clients.homes import environment, need_client
from tests.e2e.conftest import Open
from tests.e2e.terminal import Terminal
from tests.standins.model_server import ModelServer
from tests.support import ended, is_alive, mark_of, processes_with, until

CLIENTS = ("copilot", "kimi")
HANGS = "echo $$ > first; tail -f /dev/null & echo $! > second; tail -f /dev/null"
"""A tool that never ends, nor does what it started; it writes down the ids of both."""

Person = tuple[Terminal, str]


def program(folder: Path, surroundings: Mapping[str, str]) -> tuple[str, ...]:
    """The command that opens the dashboard in a folder, with a client's settings around it."""
    pairs = [f"{name}={value}" for name, value in surroundings.items()]
    dashboard = shlex.join(["env", *pairs, sys.executable, "-m", "app"])
    return "sh", "-c", f"cd {shlex.quote(str(folder))} && exec {dashboard}"


@pytest.fixture(params=CLIENTS)
def person(
    request: pytest.FixtureRequest, open_terminal: Open, project: Path, model: ModelServer, tmp_path: Path
) -> Person:
    """Somebody in front of an empty dashboard, and the client that is installed for them."""
    name: str = request.param
    need_client(name)
    terminal = open_terminal(command=program(project, environment(name, tmp_path / "home", model.url)))
    terminal.expect("Nothing delegated yet.", "esc back")
    return terminal, name


def delegate(terminal: Terminal, text: str) -> None:
    """Type a task and press Enter once the preview has read all of it."""
    terminal.type(text)
    terminal.expect(text, "⏎")
    terminal.press("Enter")


def decide(terminal: Terminal, question: str, key: str) -> None:
    """Press a key under a question until it is taken: one that has just come by itself takes none."""
    terminal.expect(question, seconds=30)

    def pressed() -> bool:
        terminal.press(key)
        return terminal.shows("new task ›", seconds=1.0)

    assert until(pressed), terminal.screen()


def leave_input(terminal: Terminal) -> None:
    """Back from the input bar to the table."""
    terminal.press("Escape")
    terminal.expect("? help")


def answer(terminal: Terminal, key: str) -> None:
    """Open the question of the selected task, and answer it."""
    terminal.expect("asking", seconds=30)
    terminal.press("a")
    terminal.expect("y allow once", "n reject")
    terminal.press(key)


def test_an_agent_is_shown_asked_for_and_allowed_and_then_remembers(
    person: Person, registry: Registry, model: ModelServer, project: Path
) -> None:
    terminal, name = person
    text = f"@{name} The word is marzipan. [[shell]]"
    delegate(terminal, text)
    terminal.expect(f"{name} needs your yes", "may use every tool", "y once", f"command: {name}")
    decide(terminal, "n no", "n")
    terminal.expect(text)  # what was typed is there again
    assert not registry.ids()
    assert not model.requests

    terminal.press("Enter")
    decide(terminal, "p this project", "p")
    leave_input(terminal)
    answer(terminal, "y")
    terminal.expect("✓ allowed once by you", "1 ✓ today", seconds=30)
    assert (project / "hello.txt").read_text() == "hello\n"

    before = len(model.conversations())
    terminal.press("c")
    terminal.expect("continue #1 ›")
    delegate(terminal, "[[say:It was that.]] Which one?")
    terminal.expect("conversation of attempt 1 goes on", "It was that.", "── complete", seconds=30)
    told = "\n".join(model.conversations()[before])
    assert "marzipan" in told
    assert "Which one?" in told
    (task_id,) = registry.ids()
    attempts = ended(registry, registry.load(task_id)).state.attempts
    assert [attempt.session for attempt in attempts] == [attempts[0].session] * 2


def test_what_is_rejected_is_not_done_and_what_is_stopped_leaves_nothing(
    person: Person, registry: Registry, project: Path
) -> None:
    terminal, name = person
    delegate(terminal, f"@{name} [[shell]] Create the file.")
    decide(terminal, "p this project", "p")
    leave_input(terminal)
    answer(terminal, "n")
    terminal.expect("── complete · 1 rejected", "1 ✓ today", seconds=30)
    row = terminal.row("1 rejected")
    assert "✓" in row, terminal.screen()
    assert f"{name} " in row
    assert not (project / "hello.txt").exists()

    terminal.press("n")
    terminal.expect("esc back")
    delegate(terminal, f"@{name} [[shell:{HANGS}]] Wait.")
    leave_input(terminal)  # approved for the project: nothing was asked before it started
    answer(terminal, "y")
    paths = [project / word for word in ("first", "second")]
    assert until(lambda: all(map(written, paths)), 30), terminal.screen()
    tools = [int(path.read_text()) for path in paths]
    assert all(map(is_alive, tools))
    terminal.press("x")
    terminal.expect("x again")
    terminal.press("x")
    terminal.expect("stopped", seconds=30)
    task = next(task for task in map(registry.load, registry.ids()) if task.number == 2)
    assert ended(registry, task).status is Status.STOPPED
    assert not processes_with(mark_of(registry, task))
    assert not any(map(is_alive, tools))


def written(path: Path) -> bool:
    """Whether somebody has written a whole line."""
    return path.exists() and path.read_text().endswith("\n")
