"""An agent that asks, is answered, told more and gone on with: real processes in a real terminal."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from app.model.run import AgentRun
from app.model.status import Status
from app.registry.config import load_config
from app.registry.store import Registry
from app.supervisor import operations
from tests.agents.hosted import AGENT
from tests.e2e.conftest import Open
from tests.e2e.terminal import Terminal
from tests.support import mark_of, processes_with, until

SIZES = [(160, 45), (50, 30)]


@pytest.fixture
def evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-in puts down what it received and did; it is the agent `standin` of the settings."""
    path = tmp_path / "evidence.jsonl"
    monkeypatch.setenv("STANDIN_EVIDENCE", str(path))
    monkeypatch.setenv("STANDIN_HOME", str(tmp_path / "conversations"))
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "delegate"
    folder.mkdir(parents=True, exist_ok=True)
    environment = ", ".join(f'{name} = "{os.environ[name]}"' for name in ("STANDIN_EVIDENCE", "STANDIN_HOME"))
    (folder / "config.toml").write_text(
        "grace_s = 1.0\n"
        "[agents.standin]\n"
        f'command = ["{sys.executable}", "{AGENT}"]\n'
        'channel = "acp"\n'
        f"environment = {{ {environment} }}\n"
    )
    return path


def noted(evidence: Path, what: str) -> list[dict[str, Any]]:
    """The stand-in's own entries of one kind."""
    lines = evidence.read_text().splitlines() if evidence.exists() else []
    return [note for note in map(json.loads, lines) if note["what"] == what]


def start(terminal: Terminal, text: str, yes: str = "y") -> None:
    """Type a task for the stand-in, and say yes to it, by a key that says how far."""
    terminal.expect("Nothing delegated yet.", "esc back")
    terminal.type(f"{text} @standin")
    terminal.expect("needs your yes")
    terminal.press("Enter")
    terminal.expect("let standin work ›", "y once", "n no")
    assert until(lambda: _approved(terminal, yes)), terminal.screen()


def _approved(terminal: Terminal, key: str) -> bool:
    """Press a key until it counts: right after Enter it might be meant for something else."""
    terminal.press(key)
    return terminal.shows("new task ›", seconds=1)


def leave_input(terminal: Terminal) -> None:
    """Back to the table; what is typed right behind an escape would be taken for one key with it."""
    terminal.press("Escape")
    terminal.expect("n new")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_question_is_allowed_and_the_agent_goes_on(
    registry: Registry, open_terminal: Open, evidence: Path, width: int, height: int
) -> None:
    terminal = open_terminal(width, height)
    start(terminal, "[[permission]] [[say:went on]]")
    terminal.expect("1 asks you", "allow printf hello", seconds=30)
    (task_id,) = registry.ids()
    assert registry.load(task_id).status is Status.ASKING
    leave_input(terminal)
    terminal.expect("a answer")
    terminal.press("a")
    terminal.expect("answer #1 ›", "y allow once", "n reject", "declined by itself")
    terminal.press("y")
    terminal.expect("✓", seconds=30)
    assert until(lambda: registry.load(task_id).status is Status.COMPLETE, 20)
    assert answers(evidence) == ["approve_once"]


def answers(evidence: Path) -> list[str]:
    """The ids of the answers that the stand-in was given, in its own words."""
    return [str(note["chosen"]) for note in noted(evidence, "permission")]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_question_is_answered_from_within_the_input_bar_and_the_draft_stays(
    open_terminal: Open, evidence: Path, width: int, height: int
) -> None:
    terminal = open_terminal(width, height)
    start(terminal, "[[permission]] [[say:went on]]")
    terminal.expect("1 asks you", seconds=30)
    terminal.type("any new task")
    terminal.expect("new task › any new task", "ctrl+o answer")
    assert answers(evidence) == []
    terminal.press("C-o")
    terminal.expect("answer #1 ›", "y allow once")
    assert until(lambda: _answered(terminal), 30), terminal.screen()
    terminal.expect("new task › any new task", "✓", seconds=30)
    assert answers(evidence) == ["approve_once"]
    terminal.type(" typed on")
    terminal.expect("new task › any new task typed on")


def _answered(terminal: Terminal) -> bool:
    """Press y until it counts: right after a key out of the input bar it might be meant for the text."""
    terminal.press("y")
    return terminal.shows("new task ›", seconds=1)


def test_a_question_is_rejected_and_the_end_says_so(
    registry: Registry, open_terminal: Open, evidence: Path
) -> None:
    terminal = open_terminal()
    start(terminal, "[[permission]] [[say:went on]]")
    terminal.expect("1 asks you", seconds=30)
    leave_input(terminal)
    terminal.press("a")
    terminal.expect("answer #1 ›")
    terminal.press("n")
    terminal.expect("✓", seconds=30)
    assert answers(evidence) == ["reject"]
    (task_id,) = registry.ids()
    attempt = registry.load(task_id).attempt
    assert attempt is not None
    assert attempt.qualifier
    assert not processes_with(mark_of(registry, registry.load(task_id)))


def test_a_question_that_nobody_answers_is_declined_by_itself(
    registry: Registry, open_terminal: Open, evidence: Path
) -> None:
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "delegate" / "config.toml"
    path.write_text(path.read_text() + 'answer = "4s"\n')
    terminal = open_terminal()
    start(terminal, "[[permission]] [[say:went on]]")
    terminal.expect("1 asks you", seconds=30)
    leave_input(terminal)
    terminal.press("a")
    terminal.expect("answer #1 ›")
    terminal.expect("was declined by itself", seconds=30)
    terminal.expect("failed", "nobody answered: printf hello", seconds=30)
    assert until(lambda: registry.load(registry.ids()[0]).status is Status.FAILED)
    assert answers(evidence) == ["reject"]


def test_a_conversation_goes_on_and_a_running_one_is_told_more(
    registry: Registry, open_terminal: Open, evidence: Path
) -> None:
    terminal = open_terminal()
    start(terminal, "[[say:first words]]", yes="p")
    terminal.expect("✓", "first words", seconds=30)
    (task_id,) = registry.ids()
    leave_input(terminal)
    terminal.press("g", "c")
    terminal.expect("continue #1 ›", "as attempt 2")
    terminal.type("[[recall]]")
    terminal.press("Enter")
    assert until(lambda: len(registry.load(task_id).state.attempts) == 2)
    terminal.expect("You asked before: ", "first words", seconds=30)
    assert until(lambda: registry.load(task_id).status is Status.COMPLETE, 20)
    assert registry.load(task_id).state.attempts[1].continues == 1
    loads = [note for note in noted(evidence, "received") if note["message"].get("method") == "session/load"]
    assert len(loads) == 1


def test_stop_leaves_no_process_while_it_asks(
    registry: Registry, open_terminal: Open, evidence: Path
) -> None:
    terminal = open_terminal()
    start(terminal, "[[permission]]")
    terminal.expect("1 asks you", seconds=30)
    (task_id,) = registry.ids()
    assert isinstance(registry.load(task_id).run, AgentRun)
    mark = mark_of(registry, registry.load(task_id))
    assert noted(evidence, "started")[0]["pid"] in processes_with(mark)
    leave_input(terminal)
    terminal.press("x")
    terminal.expect("x again")
    terminal.press("x")
    terminal.expect("■", "stopped", seconds=30)
    assert until(lambda: not processes_with(mark))
    operations.tidy(registry, load_config())
    assert registry.load(task_id).status is Status.STOPPED
