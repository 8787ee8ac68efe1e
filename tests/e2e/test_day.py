"""What a person does in a day, in a real terminal, at the sizes people have."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from app.model.status import Status
from app.registry.config import save_setting
from app.registry.store import Registry
from tests.e2e.conftest import Open
from tests.e2e.terminal import Terminal
from tests.support import ended, is_alive, until

SIZES = [(160, 45), (80, 24), (50, 30)]


def enter(terminal: Terminal, text: str) -> None:
    """As a newcomer does: the input bar has the focus, type a task and press Enter."""
    terminal.expect("Nothing delegated yet.", "esc back")
    terminal.type(text)
    terminal.expect("⏎")
    terminal.press("Enter")


def leave_input(terminal: Terminal) -> None:
    """Back from the input bar to the table."""
    terminal.press("Escape")
    terminal.expect("? help")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_type_watch_stop_retry_quit_and_come_back(
    registry: Registry, open_terminal: Open, width: int, height: int
) -> None:
    terminal = open_terminal(width, height)
    enter(terminal, "!echo begun; sleep 300")
    terminal.expect("begun", "▶")
    (task_id,) = registry.ids()
    assert until(lambda: registry.load(task_id).status is Status.RUNNING)
    live = registry.load(task_id).live
    assert live is not None
    assert live.child is not None
    leave_input(terminal)

    terminal.press("x")
    terminal.expect("x again")
    assert registry.load(task_id).status is Status.RUNNING
    terminal.press("x")
    terminal.expect("■")
    assert not is_alive(live.child.pid)
    assert registry.load(task_id).status is Status.STOPPED

    terminal.press("r")
    terminal.expect("▶")
    assert until(lambda: registry.load(task_id).status is Status.RUNNING)
    assert len(registry.load(task_id).state.attempts) == 2
    assert registry.home.log(f"{task_id}.log").read_text().startswith("begun\n")

    terminal.press("q")
    assert terminal.ended()
    assert registry.load(task_id).status is Status.RUNNING
    again = open_terminal(width, height)
    again.expect("▶", "begun")
    again.press("X")
    again.expect("X again")
    again.press("X")
    assert until(lambda: registry.load(task_id).status is Status.STOPPED)


def test_a_failure_explains_itself_on_its_row(registry: Registry, open_terminal: Open) -> None:
    terminal = open_terminal()
    enter(terminal, "!echo working; sleep 1; echo 'error: no such module: shop' >&2; exit 4")
    terminal.expect("failed", "error: no such module: shop")
    assert "✗" in terminal.row("failed")
    assert registry.load(registry.ids()[0]).status is Status.FAILED


def test_an_end_that_nobody_watches_rings_once_and_says_so(
    registry: Registry, open_terminal: Open, tmp_path: Path
) -> None:
    terminal = open_terminal(100, 30)
    gate = tmp_path / "gate"
    enter(terminal, f"!while [ ! -e {gate} ]; do sleep 0.1; done; exit 3")
    terminal.expect("▶")
    terminal.type("!sleep 300")
    terminal.expect("⏎ starts now")
    terminal.press("Enter")
    terminal.expect("2 running")
    terminal.record(tmp_path / "bytes")
    gate.touch()
    terminal.expect("#1 failed", "●✗")
    assert until(lambda: (tmp_path / "bytes").read_bytes().count(b"\x07") == 1)
    assert registry.load(registry.ids()[0]).unread


def test_kill_9_of_the_dashboard_costs_no_exit_code(registry: Registry, open_terminal: Open) -> None:
    terminal = open_terminal(80, 24)
    enter(terminal, "!sleep 1.5; exit 42")
    terminal.expect("▶")
    pid = int(terminal("display-message", "-p", "#{pane_pid}"))
    os.kill(pid, signal.SIGKILL)
    assert terminal.ended()
    (task_id,) = registry.ids()
    done = ended(registry, registry.load(task_id))
    assert done.attempt is not None
    assert done.attempt.exit_code == 42
    open_terminal(80, 24).expect("failed", "exit 42")


def test_a_dashboard_that_is_told_to_end_gives_the_terminal_back(
    registry: Registry, open_terminal: Open, tmp_path: Path
) -> None:
    own_pid = f"import os; open('{tmp_path}/pid', 'w').write(str(os.getpid()))"
    script = f"from app.cli.main import entry; {own_pid}; raise SystemExit(entry())"
    line = f'{sys.executable} -c "{script}"; echo ended with $?; sleep 60'
    terminal = open_terminal(80, 24, ("sh", "-c", line))
    enter(terminal, "!sleep 300")
    terminal.expect("▶")
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)
    terminal.expect("ended with 143", seconds=30)
    assert "delegate" not in terminal.screen()
    assert terminal("display-message", "-p", "#{alternate_on}#{mouse_any_flag}").strip() == "00"
    assert registry.in_hand()


def test_errors_that_go_to_a_file_take_no_screen_with_them(open_terminal: Open, tmp_path: Path) -> None:
    terminal = open_terminal(80, 24, ("sh", "-c", f"{sys.executable} -m app 2>{tmp_path}/errors"))
    terminal.expect("Nothing delegated yet.", seconds=30)
    assert (tmp_path / "errors").read_bytes() == b""


def test_a_hostile_log_changes_nothing_outside_its_pane(open_terminal: Open, tmp_path: Path) -> None:
    payload = tmp_path / "hostile"
    payload.write_bytes(
        b"\x1b]0;OWNED\x07\x1b]2;OWNED\x1b\\\x1b[2J\x1b[H\x1b[?1049h\x1b[?1003h\x9b2J\x90qx\x9c"
        b"\x1b[31mred\x1b[0m plain \xff\xfe \x00 \x1b[10;10Hmoved\x1b#8\x1bc\x0e\x0f\r\nthe last line\n"
        b"\x1b]8;;http://example.invalid\x07link\x1b]8;;\x07\x1b[6n\x1b]52;c;T1dORUQ=\x07\n"
    )
    terminal = open_terminal(100, 30)
    title = terminal("display-message", "-p", "#{pane_title}")
    enter(terminal, f"!cat {payload}; sleep 0.5")
    screen = terminal.expect("red plain", "the last line", "link", "✓")
    lines = screen.splitlines()
    assert "delegate" in lines[0]
    assert "moved" in terminal.row("red plain")
    assert terminal("display-message", "-p", "#{pane_title}") == title
    assert terminal("show-buffer") == ""
    leave_input(terminal)


def test_markup_in_a_task_shows_as_typed(registry: Registry, open_terminal: Open) -> None:
    terminal = open_terminal(100, 30)
    text = "echo '[/foo] [bold]x [red]'"
    enter(terminal, f"!{text}")
    terminal.expect("[/foo] [bold]x [red]", "✓")
    assert registry.load(registry.ids()[0]).text == text


def test_resizing_loses_nothing(registry: Registry, open_terminal: Open) -> None:
    terminal = open_terminal(160, 45)
    enter(terminal, "!echo shown; sleep 300")
    terminal.expect("shown", "running")
    for width, height in [(50, 30), (45, 20), (100, 12), (160, 45)]:
        terminal.resize(width, height)
        terminal.expect("▶", "new task")
    terminal.expect("shown", "running")
    assert registry.in_hand()


@pytest.mark.parametrize("policy", ["keep", "stop", "ask"])
def test_the_hangup_of_a_terminal_stops_nothing(registry: Registry, open_terminal: Open, policy: str) -> None:
    save_setting("on_quit", policy)
    terminal = open_terminal(80, 24)
    enter(terminal, "!sleep 300")
    terminal.expect("▶")
    (task_id,) = registry.ids()
    assert until(lambda: registry.load(task_id).status is Status.RUNNING)
    pid = int(terminal("display-message", "-p", "#{pane_pid}"))
    terminal.close()
    assert until(lambda: not is_alive(pid))
    assert registry.load(task_id).status is Status.RUNNING
