"""The edges of the command: help, version, usage errors, and failures that must not show a traceback."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__
from app.model.commands import COMMANDS
from tests.cli.conftest import Shell

HEAVY = ("textual", "rich", "watchfiles", "psutil", "argparse", "asyncio", "subprocess", "json", "tomli_w")
ROOT = str(Path(__file__).parents[2])
SHELL_COMMANDS = [command.name for command in COMMANDS if command.shell]


@pytest.mark.parametrize("words", [["help"], ["-h"], ["--help"]])
def test_help_lists_every_command(shell: Shell, words: list[str]) -> None:
    ran = shell.run(*words)
    assert ran.code == 0
    assert all(f"\n  {name}" in ran.out for name in SHELL_COMMANDS)


@pytest.mark.parametrize("name", SHELL_COMMANDS)
def test_each_command_has_help(shell: Shell, name: str) -> None:
    ran = shell.run(name, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: delegate {name}")


def test_help_behind_two_dashes_belongs_to_the_command(shell: Shell) -> None:
    assert shell.run("add", "--wait", "--", "sh", "-c", 'test "$1" = --help', "sh", "--help").code == 0


def test_the_version(shell: Shell) -> None:
    assert shell.run("--version").out == f"delegate {__version__}\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["stauts"], "did you mean status?"),
        (["frobnicate"], "delegate help"),
        (["help", "frobnicate"], "no command"),
        (["theme"], "no command"),
        (["--json"], "no command"),
        (["status", "--nope"], "no option --nope"),
        ([""], "no command"),
    ],
)
def test_usage_errors_are_one_line_and_exit_2(shell: Shell, words: list[str], says: str) -> None:
    assert shell.run(*words).failed_with(2, says)


def test_a_broken_config_is_named_and_costs_nothing_else(shell: Shell, write_config: Path) -> None:
    write_config.write_text("limit = 'many'\n")
    ran = shell.run("add", "--wait", "--", "true")
    assert ran.code == 0
    assert str(write_config) in ran.err
    assert ran.err.count("\n") == 1


def test_a_home_that_cannot_be_made_is_one_line(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = shell.run("status", env={"DELEGATE_HOME": str(tmp_path / "file" / "home")})
    assert ran.failed_with(1, str(tmp_path / "file"))


def test_a_full_disk_behind_stdout_is_one_line(shell: Shell) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full on this system")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "app", "help"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=shell.environment(),
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
    assert b"No space left" in done.stderr


def test_closed_streams_do_not_matter(shell: Shell) -> None:
    command = f"{sys.executable} -m app add --wait -- sh -c 'echo said; exit 0' >&- 2>&- <&-"
    done = subprocess.run(["sh", "-c", command], env=shell.environment(), cwd=shell.folder, check=False)
    assert done.returncode == 0


def in_a_folder_that_is_gone(shell: Shell, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``delegate WORDS…`` in a folder that somebody has removed."""
    command = f"mkdir gone && cd gone && rmdir ../gone && exec {sys.executable} -m app {shlex.join(words)}"
    return subprocess.run(
        ["sh", "-c", command], env=shell.environment(), cwd=shell.folder, capture_output=True, check=False
    )


@pytest.mark.parametrize("words", [("add", "--", "true"), ("run the tests",), ("agents",), ("approve", "x")])
def test_a_folder_that_is_gone_is_one_line(shell: Shell, words: tuple[str, ...]) -> None:
    done = in_a_folder_that_is_gone(shell, *words)
    assert done.returncode == 1
    assert done.stderr.startswith(b"delegate: the current folder is gone")


@pytest.mark.parametrize("words", [("add", "--wait", "--in", "{}", "--", "true"), ("run the tests in:{}",)])
def test_a_folder_that_is_gone_does_not_matter_where_another_is_named(
    shell: Shell, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = in_a_folder_that_is_gone(shell, *(word.format(tmp_path) for word in words))
    assert (done.returncode, done.stderr) == (0, b"")
    assert shell.status(1)["folder"] == str(tmp_path)


def loaded_by(shell: Shell, *words: str) -> list[str]:
    """The modules that a command has loaded when it is done."""
    script = (
        f"import sys; sys.path.insert(0, {ROOT!r}); from app.cli.main import entry; "
        f"code = entry({[*words]!r}); "
        "print(*sorted(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script],
        capture_output=True,
        text=True,
        env=shell.environment(),
        check=False,
    )
    assert done.returncode == 0
    assert "true" in done.stdout
    return done.stderr.split()


def test_status_loads_nothing_heavy(shell: Shell) -> None:
    shell.run("add", "--wait", "--", "true")
    loaded = loaded_by(shell, "status")
    assert [name for name in loaded if name.split(".")[0] in HEAVY] == []
    rooms = {name.split(".")[1] for name in loaded if name.startswith("app.")}
    assert rooms == {"cli", "model", "registry"}


def test_a_command_loads_nothing_that_it_does_not_need_to_start(shell: Shell) -> None:
    loaded = set(loaded_by(shell, "add", "--", "true"))
    assert {"tomli_w", "app.supervisor.launch"} <= loaded
    unneeded = {
        "app.model.wrapping",
        "app.model.request",
        "app.model.options",
        "app.model.when",
        "app.model.sentences",
        "app.model.agent",
        "app.logs",
        "app.agents.definitions",
    }
    assert loaded.isdisjoint({*HEAVY[:-1], "signal", "random", "_strptime", "locale", "base64", *unneeded})


def test_a_projects_own_package_app_does_not_hide_ours(shell: Shell) -> None:
    (shell.folder / "app").mkdir()
    (shell.folder / "app" / "__init__.py").write_text("raise SystemExit('the project was imported')\n")
    done = subprocess.run(
        [Path(sys.executable).with_name("delegate"), "add", "--wait", "--", "sh", "-c", "echo $PYTHONPATH"],
        env=shell.environment({"PYTHONPATH": "."}),
        cwd=shell.folder,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert shell.run("logs", "1", folder=shell.folder.parent).out == ".\n"
