"""Whatever a task, a file or a setting is called, only our own colours reach a terminal as sequences."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.output import clean
from app.model.commands import COMMANDS
from app.model.status import Status
from app.registry.config import Config
from app.registry.paths import Home
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import OperationError
from tests.cli.conftest import Ran, Shell
from tests.support import until

EVIL = "a\x1b]0;owned\x07b\x1b[2Jc\x9b31md\x9d0;owned\x9ce\x07f\x1bPq\x1b\\g\x85h\u202ei\x08j\rk"
"""A title, a cleared screen, C1 forms of both, BEL, a device control string, a bidi override, overwriting."""

FILE = EVIL.replace("/", "")
SGR = re.compile(r"\x1b\[[0-9;]*m")
REPLACED_LINE = "\r\x1b[K"
"""What `logs` writes to show a line again that has grown."""

UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def unsafe(ran: Ran) -> list[str]:
    """All on the screen that could act on a terminal, but for our own colours, each with what follows."""
    shown = SGR.sub("", ran.out.replace(REPLACED_LINE, ""))
    return [repr(shown[match.start() : match.start() + 20]) for match in UNSAFE.finditer(shown)]


def submit(registry: Registry, config: Config, script: str, folder: Path, **more: object) -> int:
    """Delegate a shell script under a hostile text, name and tag, in a hostile folder; its number."""
    command = ("sh", "-c", script, EVIL)
    new = operations.NewTask(
        EVIL,
        EVIL,
        command,
        str(folder),
        EVIL,
        tags=(EVIL,),
        **more,  # type: ignore[arg-type]
    )
    return operations.submit(registry, new, os.environ, config).number


@pytest.fixture
def hostile(registry: Registry, config: Config, tmp_path: Path, write_config: Path) -> Iterator[Registry]:
    """A registry with a task in each state, all of whose words are hostile, and hostile settings."""
    folder = tmp_path / FILE
    folder.mkdir()
    (tmp_path / "evil").write_text(EVIL + "\n" + EVIL + ": error: " + EVIL + "\n")
    outcome = "\\n".join(f"{key} = {toml(EVIL)}" for key in ("headline", "error", "commit", "tool"))
    evil, told = shlex.quote(str(tmp_path / "evil")), f"{outcome}\\nfiles = [{toml(EVIL)}]\\n"
    report = (
        f'cat {evil}; cat {evil} > "$DELEGATE_SUMMARY"; printf %b {shlex.quote(told)} > "$DELEGATE_OUTCOME"'
    )
    submit(registry, config, f"{report}; exit 0", folder)
    submit(registry, config, f"{report}; exit 3", folder)
    submit(registry, config, f"cat {evil}; exit 4", folder)
    submit(registry, config, f"cat {evil}; kill -9 $$", folder)
    lost = submit(registry, config, "exec sleep 100", folder)
    submit(registry, config, f"cat {evil}; exec sleep 100", folder)
    submit(registry, config, "true", folder, after=(6,))
    damaged = submit(registry, config, "true", folder)
    lost_id = _kill_runner(registry, lost)
    done = [1, 2, 3, 4, damaged]
    assert until(lambda: all(status_of(registry, number).ended for number in done))
    damaged_id = registry.find_number(damaged)
    assert damaged_id is not None
    registry.home.task_file(damaged_id, "state.toml").write_text(EVIL)
    errors = registry.home.task_file(registry.ids()[0], "runner.err")
    errors.write_text(EVIL)
    write_config.write_text(
        f"{toml(EVIL)} = 1\nagent = {toml(EVIL)}\ntheme = {toml(EVIL)}\n"
        f'limit = {toml(EVIL)}\n[agents.{toml(EVIL)}]\ncommand = ["x"]\n'
        f"[agents.mine]\ncommand = [{toml(EVIL)}]\ndescription = {toml(EVIL)}\n"
    )
    yield registry
    with contextlib.suppress(OperationError):  # its runner is gone, and a test may have ended the rest
        operations.stop(registry, lost_id, kill=True)


def toml(text: str) -> str:
    """A text as a TOML string."""
    return '"' + "".join(f"\\u{ord(character):04x}" for character in text) + '"'


def status_of(registry: Registry, number: int) -> Status:
    """How a task stands by its record."""
    status = registry.standing(number)
    assert status is not None
    return status


def _kill_runner(registry: Registry, number: int) -> str:
    task_id = registry.find_number(number)
    assert task_id is not None
    assert until(lambda: registry.load(task_id).status is Status.RUNNING)
    live = registry.load(task_id).live
    assert live is not None
    assert live.runner is not None
    os.kill(live.runner.pid, signal.SIGKILL)
    return task_id


DRIVEN: dict[str, list[list[str]]] = {
    "status": [["status"], ["status", "--all"], *(["status", str(number)] for number in range(1, 9))],
    "logs": [["logs", str(number)] for number in range(1, 8)]
    + [["logs", "-n", "1", "1"], ["logs", "-f", "2"]],
    "result": [["result", str(number)] for number in range(1, 8)],
    "wait": [["wait", "1", "2", "4"], ["wait", "-t", "10ms", "6"], ["wait", "-t", EVIL]],
    "agents": [["agents"], ["agents", "mine"], ["agents", EVIL]],
    "approve": [["approve", "mine"], ["approve", EVIL], ["approve", "--revoke", EVIL]],
    "answer": [["answer"], ["answer", EVIL], ["answer", "1", "allow"]],
    "continue": [["continue", "1", EVIL], ["continue", EVIL, EVIL]],
    "doctor": [["doctor"], ["doctor", "--fix"], ["doctor", EVIL]],
    "add": [
        ["add", EVIL],
        ["add", "--name", EVIL, "x"],
        ["add", "--in", EVIL, "x"],
        ["add", "-a", EVIL, "x"],
        ["add", "-a", "mine", EVIL],
        ["add", "--tag", EVIL, "--", "true", EVIL],
        ["add", "--after", EVIL, "x"],
        ["add", "--wait", "--", "sh", "-c", "exit 1", EVIL],
        ["add", f"@{EVIL} p:{EVIL} t:{EVIL} in:{EVIL} after:{EVIL}"],
    ],
    "changes": [["changes"], ["changes", "1"], ["changes", "1", "--diff"], ["changes", EVIL]],
    "merge": [["merge", "1"], ["merge", "1", "--yes"], ["merge", EVIL]],
    "push": [["push", "1"], ["push", EVIL]],
    "patch": [["patch", "1"], ["patch", EVIL]],
    "discard": [["discard", "1"], ["discard", EVIL]],
    "pause": [["pause"], ["pause", EVIL]],
    "resume": [["resume"], ["resume", EVIL]],
    "limit": [["limit"], ["limit", EVIL], ["limit", "5"]],
    "priority": [["priority", "high", "7"], ["priority", EVIL, "7"], ["priority", "high", EVIL]],
    "free": [["free", EVIL], ["free", "1"], ["free", "7"]],
    "retry": [["retry", EVIL], ["retry", "3"], ["retry", "6"]],
    "stop": [["stop", EVIL], ["stop", "1"], ["stop", "5"], ["stop", "--kill", "6"], ["stop", "--all", "-y"]],
    "delete": [["delete", EVIL], ["delete", "1"], ["delete", "2"]],
    "undo": [["undo"], ["undo"], ["undo", EVIL]],
    "clean": [["clean", EVIL], ["clean"]],
}
"""Every shell command, in an order in which each finds something to do."""

OTHERS = [
    [],
    ["help"],
    ["help", EVIL],
    ["--version"],
    [EVIL],
    ["status", f"--{EVIL}"],
    ["status", EVIL],
    ["logs", EVIL],
    [f"/{EVIL}"],
    [f"!true {EVIL}"],
    [f"show the log of {EVIL}"],
    [f"stop {EVIL}"],
    ["stop everything"],
    ["/doctor"],
]


def test_every_command_is_driven() -> None:
    assert set(DRIVEN) == {command.name for command in COMMANDS if command.shell}


def test_no_command_lets_a_control_sequence_through(shell: Shell, hostile: Registry) -> None:
    assert hostile.ids()
    found = {}
    for words in [line for lines in DRIVEN.values() for line in lines]:
        ran = shell.on_terminal(*words, typed="n\n")
        if left := unsafe(ran):
            found[tuple(words)] = left
    assert found == {}


def test_no_sentence_does(shell: Shell, hostile: Registry) -> None:
    assert hostile.ids()
    found = {}
    for words in OTHERS:
        if words:  # nothing at all opens the dashboard
            ran = shell.on_terminal(*words, typed="n\n")
            if left := unsafe(ran):
                found[tuple(words)] = left
    assert found == {}


def test_the_words_that_are_safe_are_shown(shell: Shell, hostile: Registry) -> None:
    """The tests above would see nothing if nothing were shown."""
    assert hostile.ids()
    name = clean(EVIL).partition("\N{MIDDLE DOT}")[0]
    for words in (["status"], ["status", "2"], ["result", "3"]):
        assert name in SGR.sub("", shell.on_terminal(*words, size=(400, 50)).out), words
    assert "bcdefg" in SGR.sub("", shell.on_terminal("result", "1").out)
    assert "error" in shell.on_terminal("logs", "1").out


def test_folders_of_our_own_may_be_called_anything(shell: Shell, tmp_path: Path) -> None:
    names = {name: str(tmp_path / f"{name}{FILE}") for name in ("DELEGATE_HOME", "XDG_CONFIG_HOME")}
    config = Path(names["XDG_CONFIG_HOME"]) / "delegate"
    config.mkdir(parents=True)
    (config / "config.toml").write_text("limit = 'x'\n")
    number = shell.run("add", "--json", "--wait", "--", "true", env=names).json["number"]
    for words in (["status"], ["status", str(number)], ["doctor"], ["logs"], ["add", "--", "true"]):
        assert unsafe(shell.on_terminal(*words, env=names)) == []
    home = Home(Path(names["DELEGATE_HOME"]))
    home.tasks.chmod(0o777)
    assert unsafe(shell.on_terminal("status", env=names)) == []
    home.tasks.chmod(0o700)
    for path in home.quarantine.parent.glob("registry.toml"):
        path.write_text(EVIL)
    assert unsafe(shell.on_terminal("status", env=names)) == []


def test_colours_of_a_log_stay_and_nothing_else_does(shell: Shell) -> None:
    shell.run("add", "--wait", "--", "printf", r"\033[31mred\033[0m \033]0;no\007 \033[2J plain\n")
    shown = shell.on_terminal("logs", "1").out
    assert "\x1b[31mred\x1b[0m" in shown
    assert unsafe(Ran(0, shown)) == []
